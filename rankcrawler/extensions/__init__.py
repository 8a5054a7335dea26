"""Scrapy extensions: leases, their settlements, outages of the gateway, progress, and unexpected errors."""

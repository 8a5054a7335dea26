"""The subcommands of `scrapy gateway`."""

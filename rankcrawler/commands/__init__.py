"""Scrapy commands: `scrapy crawl`, `rank`, `simulate`, `demo`. The modules' names are the commands'."""

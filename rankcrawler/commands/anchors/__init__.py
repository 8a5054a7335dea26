"""The subcommands of `scrapy anchors`."""

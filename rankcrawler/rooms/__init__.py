"""Looking after the rooms of a queue: what `scrapy rooms` does and prints."""

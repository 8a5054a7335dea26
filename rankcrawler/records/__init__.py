"""Looking into a store and after it: what `scrapy store` does and prints."""

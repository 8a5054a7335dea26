"""`scrapy rooms`: looks after the rooms of a queue."""

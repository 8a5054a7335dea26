"""`scrapy store`: answers questions from the store, and looks after it."""

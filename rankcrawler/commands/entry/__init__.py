"""One command per file, named after it. Scrapy imports all of them at every start, so each imports its work late."""

"""What a scrapy-redis tutorial sets, with the concurrency raised for a single fast host."""

import os

BOT_NAME = "ranks"
SPIDER_MODULES = ["ranks.spiders"]
NEWSPIDER_MODULE = "ranks.spiders"

ROBOTSTXT_OBEY = False
CONCURRENT_REQUESTS = 32
CONCURRENT_REQUESTS_PER_DOMAIN = 32

SCHEDULER = "scrapy_redis.scheduler.Scheduler"
DUPEFILTER_CLASS = "scrapy_redis.dupefilter.RFPDupeFilter"
REDIS_URL = os.environ.get("REDIS_URL", "redis://localhost:6379")

ITEM_PIPELINES = {
    "ranks.pipelines.ValidationPipeline": 100,
    "ranks.pipelines.DuplicatesPipeline": 200,
}

FEED_EXPORT_ENCODING = "utf-8"
LOG_LEVEL = "INFO"

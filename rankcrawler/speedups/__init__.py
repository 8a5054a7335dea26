"""What stands in for parts of Scrapy to save time. SPEEDUPS=False leaves it all off, and changes no result.

Each module says what it gains; `python -m benchmarks.speedups` measures it.
"""

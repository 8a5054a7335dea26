"""Replacements for parts of Scrapy that save time. SPEEDUPS=False turns them all off, and changes no result.

Each module states its gain, which `python -m benchmarks.speedups` measures.
"""

"""For scrapyd-deploy, which builds an egg with setuptools; everything is declared in pyproject.toml."""

from setuptools import setup

setup()

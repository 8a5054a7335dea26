"""Polls the gift rank lists of Douyin live rooms through an HTTP JSON gateway, and loses none of them."""

__version__ = "0.1.0"

"""Gateways: addresses, tokens, requests, and what an answer means. Only this package sends requests to one."""

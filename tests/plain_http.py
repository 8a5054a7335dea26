"""Single requests without TLS: httpx as it is reads every certificate authority's certificate before each of them."""

import ssl
from functools import partial

import httpx

CONTEXT = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Knows no authority, and so is made at once."""
delete = partial(httpx.delete, verify=CONTEXT)
get = partial(httpx.get, verify=CONTEXT)
head = partial(httpx.head, verify=CONTEXT)
post = partial(httpx.post, verify=CONTEXT)
request = partial(httpx.request, verify=CONTEXT)

"""HTTP responses with a JSON body, compressed for clients that accept gzip."""

import gzip

from aiohttp import web


def accepts_gzip(request: web.Request) -> bool:
    """Return whether the request's Accept-Encoding names gzip."""
    offered = request.headers.get("Accept-Encoding", "").lower()
    return any(coding.partition(";")[0].strip() == "gzip" for coding in offered.split(","))


def compressed(body: bytes) -> bytes:
    """Return the body as gzip; equal bodies give equal bytes."""
    return gzip.compress(body, compresslevel=1, mtime=0)


def json_reply(request: web.Request, body: bytes, status: int = 200) -> web.Response:
    """Return the response with that JSON body."""
    if accepts_gzip(request):
        reply = web.Response(body=compressed(body), status=status, headers={"Content-Encoding": "gzip"})
    else:
        reply = web.Response(body=body, status=status)
    reply.content_type = "application/json"
    reply.charset = "utf-8"
    reply.headers["Vary"] = "Accept-Encoding"
    return reply

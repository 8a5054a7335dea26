"""The headers of every answer: what a browser must not do with it."""

from collections.abc import Awaitable, Callable
from typing import Any

POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
"""A page loads what this server has, and nothing else; no script and no style stands in the page itself."""
_ALWAYS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}
_UNLESS_SET = {"Cache-Control": "private, no-cache"}
_encoded = [(name.encode(), value.encode()) for name, value in _ALWAYS.items()]
_encoded_unless_set = [(name.encode(), value.encode()) for name, value in _UNLESS_SET.items()]

Message = dict[str, Any]
Send = Callable[[Message], Awaitable[None]]


def secured(send: Send, more: list[tuple[bytes, bytes]]) -> Send:
    """A `send` of ASGI that adds these headers, and `more`."""

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start":
            given = list(message.get("headers", ()))
            names = {name.lower() for name, _ in given}
            given += [each for each in _encoded_unless_set if each[0].lower() not in names]
            message = {**message, "headers": [*given, *_encoded, *more]}
        await send(message)

    return sent

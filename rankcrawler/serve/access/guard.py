"""The gate in front of the application: an ASGI application that lets in what may be asked, and refuses the rest."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from rankcrawler.language import ENGLISH, preferred, tr, within
from rankcrawler.serve import manners
from rankcrawler.serve.access import forgery
from rankcrawler.serve.access.asked import Asked
from rankcrawler.serve.access.entry import Entry
from rankcrawler.serve.access.forgery import Forgery
from rankcrawler.serve.access.headers import Message, Send, secured
from rankcrawler.serve.manners import Manner
from rankcrawler.serve.refusal import Refusal
from rankcrawler.serve.setup import Setup

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]
Refuse = Callable[[Asked, Refusal, str], tuple[int, dict[str, str], bytes]]
"""Writes the answer to a request that is refused, with a cookie for its forms: status, headers, body."""

LONGEST_BODY = 1_000_000
"""Bytes."""
LANGUAGES = {"zh": "zh_CN", "en": ENGLISH}
"""The values of the cookie `lang`."""
_FREE = ("/healthz", "/readyz", "/language", "/login", "/logout", "/theme")
"""Paths that need no token, and that change nothing but the cookies of who asks."""
_STATIC = "/static/"
_ENDLESS = ("/api/v1/events",)
"""What would never end without a body, either."""


class Guard:
    """Lets an application answer requests for a host that is ours, with a token or a session if there is one.

    In the scope's state it leaves `asked`, the request, and `form_cookie`, the cookie that forms fit.
    """

    def __init__(self, application: Application, setup: Setup, entry: Entry, forms: Forgery, refuse: Refuse) -> None:
        self._application = application
        self._setup = setup
        self._entry = entry
        self._forms = forms
        self._refuse = refuse

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check a request, and pass it on."""
        if scope["type"] != "http":
            return
        asked = Asked(scope)
        known = asked.cookie(forgery.cookie_name(asked))
        cookie = known or forgery.new_cookie()
        more = [] if known else [_form_cookie(asked, cookie)]
        is_page = manners.of(asked.path) is Manner.PAGE and not asked.path.startswith(_STATIC)
        send = secured(send, more if is_page else [])
        with within(LANGUAGES.get(asked.cookie("lang") or "") or preferred(asked.header("accept-language") or "")):
            scope.setdefault("state", {}).update(asked=asked, form_cookie=cookie)
            try:
                self._check(asked)
                if asked.may_change:
                    receive = await self._checked_body(asked, receive)
            except Refusal as refusal:
                await _respond(send, asked, *self._refuse(asked, refusal, cookie))
                return
            if asked.method == "HEAD" and asked.path not in _ENDLESS:
                scope = {**scope, "method": "GET"}  # the server sends no body
            answer = _Answer(send)
            try:
                await self._application(scope, receive, answer.send)
            except asyncio.CancelledError:  # the server stops, and waits for its last answers no longer
                if answer.has_begun:
                    raise
                stopped = Refusal(503, tr("the server stops"), headers={"Retry-After": "5"})
                await _respond(send, asked, *self._refuse(asked, stopped, cookie))

    def _check(self, asked: Asked) -> None:
        if self._setup.hosts and host_of(asked.header("host") or "") not in self._setup.hosts:
            raise Refusal(403, tr("this server is {hosts}", hosts=", ".join(self._setup.hosts)))
        if asked.may_change:
            self._forms.check_origin(asked)
            if asked.path not in _FREE:
                self._setup.check_may_change()
        if manners.of(asked.path) is Manner.DOCUMENTED:
            self._entry.check_token(asked, asked.parameter("token"))
        elif asked.path not in _FREE and not asked.path.startswith(_STATIC):
            self._entry.check(asked)

    async def _checked_body(self, asked: Asked, receive: Receive) -> Receive:
        """Read the body, check the token of the form in it, and return what gives the body once more."""
        body, is_more = b"", True
        while is_more:
            message = await receive()
            if message["type"] == "http.disconnect":
                break
            body += message.get("body", b"")
            is_more = message.get("more_body", False)
            if len(body) > LONGEST_BODY:
                raise Refusal(413, tr("the request is longer than {bytes:,} bytes", bytes=LONGEST_BODY))
        self._forms.check(asked, body)
        messages: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

        async def again() -> Message:
            return messages.pop() if messages else await receive()

        return again


def host_of(header: str) -> str:
    """`"[::1]:8788"` → `"::1"`: the name in a header Host."""
    name, _, port = header.rpartition(":")
    if not name or not port.isdecimal() or (":" in name and not name.endswith("]")):
        name = header
    return name.strip("[]").lower()


def _form_cookie(asked: Asked, value: str) -> tuple[bytes, bytes]:
    return b"Set-Cookie", cookie(asked, forgery.cookie_name(asked), value).encode()


def cookie(asked: Asked, name: str, value: str, seconds: int | None = None) -> str:
    """A header Set-Cookie: for no script, and never sent with what a page of another site asks for."""
    age = "" if seconds is None else f"; Max-Age={seconds}"
    return f"{name}={value}; Path=/; HttpOnly; SameSite=Strict{age}{'; Secure' * asked.is_encrypted}"


class _Answer:
    """Sends an answer, and knows whether it has begun."""

    def __init__(self, send: Send) -> None:
        self._send = send
        self.has_begun = False

    async def send(self, message: Message) -> None:
        """Send a part of the answer."""
        self.has_begun = True
        await self._send(message)


async def _respond(send: Send, asked: Asked, status: int, headers: dict[str, str], body: bytes) -> None:
    encoded = [(name.encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": encoded})
    await send({"type": "http.response.body", "body": b"" if asked.method == "HEAD" else body})

"""Answers questions over HTTP: pages, JSON or CSV, and `304 Not Modified` while nothing has been written."""

from collections.abc import Callable
from hashlib import blake2b
from typing import Any, NamedTuple, TypeVar
from urllib.parse import parse_qsl, quote, urlencode

import msgspec
from litestar import Request, Response

from rankcrawler.insight.answers import Answer
from rankcrawler.insight.csv_lines import csv_lines
from rankcrawler.insight.questions import Questions
from rankcrawler.language import spoken
from rankcrawler.serve.access.asked import Asked
from rankcrawler.serve.api import forms
from rankcrawler.serve.api.pages import Page
from rankcrawler.serve.desk import Desk

A = TypeVar("A", bound=Answer)
AnyRequest = Request[Any, Any, Any]
VARY = "Accept, Accept-Language, Authorization, Cookie"
_FRESH_MS = 10_000
"""How long an answer may stand that tells ages, or that is about a time until now."""


class Body(NamedTuple):
    """What was answered."""

    etag: str | None
    content: bytes | None = None
    """None if the client has it already."""
    cursor: str | None = None
    """Of the next page."""


class Replies:
    """Answers requests from the store behind a desk."""

    def __init__(self, desk: Desk, now_ms: Callable[[], int]) -> None:
        self._desk = desk
        self._now_ms = now_ms

    async def answer(
        self,
        request: AnyRequest,
        question: Callable[[Questions], A],
        page: Page | None = None,
        *,
        is_timeless: bool = False,
    ) -> Response[A]:
        """The answer to a question; `is_timeless` if only what is written changes it, and no time that passes."""
        is_csv, known = forms.wants_csv(request), request.headers.get("if-none-match", "")
        asks = self._asks(request, is_csv=is_csv, is_timeless=is_timeless)
        veil = self._desk.veil

        def answered(store: Questions) -> Body:
            etag = _etag(store.records.database.state(), asks)
            if _matches(known, etag):
                return Body(etag)
            return Body(etag, *_written(veil.over(question(store)), page, is_csv=is_csv))

        return _response(request, await self._desk.ask(answered), is_csv=is_csv)

    def _asks(self, request: AnyRequest, *, is_csv: bool, is_timeless: bool) -> str:
        """What two requests have in common that have the same answer."""
        asked: Asked = request.state["asked"]
        moment = 0 if is_timeless else self._now_ms() // _FRESH_MS
        query = request.scope["query_string"].decode("latin-1")
        return "\n".join(map(str, (asked.path, query, is_csv, spoken(), moment, bool(self._desk.veil))))


def table(request: AnyRequest, found: A, page: Page) -> Response[A]:
    """The answer with a page of a table that does not come from the store."""
    is_csv = forms.wants_csv(request)
    return _response(request, Body(None, *_written(found, page, is_csv=is_csv)), is_csv=is_csv)


def _written(found: Answer, page: Page | None, *, is_csv: bool) -> tuple[bytes, str | None]:
    """The answer's page as it is sent, and the cursor of the next one."""
    cursor = None
    if page is not None:
        rows, cursor = page.of(found.rows)
        found = msgspec.structs.replace(found, rows=tuple(rows))
    return _csv(found) if is_csv else msgspec.json.encode(found), cursor


def _response(request: AnyRequest, body: Body, *, is_csv: bool) -> Response[Any]:
    headers = {"Vary": VARY} if body.etag is None else {"ETag": body.etag, "Vary": VARY}
    if body.content is None:
        return Response(None, status_code=304, headers=headers)
    if body.cursor is not None:
        headers["Link"] = f'<{_next(request, body.cursor)}>; rel="next"'
    media_type = "text/csv; header=present" if is_csv else "application/json"
    return Response(body.content, headers=headers, media_type=media_type)


def _next(request: AnyRequest, cursor: str) -> str:
    """The address of the next page."""
    asked: Asked = request.state["asked"]
    query = parse_qsl(request.scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return f"{quote(asked.path)}?{urlencode([*(each for each in query if each[0] != 'cursor'), ('cursor', cursor)])}"


def _csv(found: Answer) -> bytes:
    return "".join(f"{line}\r\n" for line in csv_lines(found)).encode(errors="replace")


def _etag(state: str, asks: str) -> str:
    digest = blake2b(f"{state}\n{asks}".encode(errors="surrogatepass"), digest_size=12)
    return f'W/"{digest.hexdigest()}"'


def _matches(known: str, etag: str) -> bool:
    return etag in (each.strip() for each in known.split(",")) or known.strip() == "*"

"""Answers questions over HTTP: pages, JSON or CSV, and `304 Not Modified` while nothing has been written."""

from collections.abc import Callable
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
from rankcrawler.serve.shelf import Shelf, is_known

A = TypeVar("A", bound=Answer)
_Kept = tuple[str | None, bytes]
AnyRequest = Request[Any, Any, Any]
VARY = "Accept, Accept-Language, Authorization, Cookie"


class Body(NamedTuple):
    """What was answered."""

    etag: str | None
    content: bytes | None = None
    """None if the client has it already."""
    cursor: str | None = None
    """Of the next page."""


class Replies:
    """Answers requests from a shelf."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf

    async def answer(
        self,
        request: AnyRequest,
        question: Callable[[Questions], A],
        page: Page | None = None,
        *,
        room: str | None = None,
        is_timeless: bool = False,
    ) -> Response[A]:
        """The answer to a question: about the polls of one `room`, or about anything.

        `is_timeless` if only what is written changes it, and no time that passes.
        """
        is_csv, known = forms.wants_csv(request), request.headers.get("if-none-match", "")
        key, veil, shelf = self._key(request, is_csv=is_csv), self._shelf.desk.veil, self._shelf
        stamp = shelf.state(is_timeless=is_timeless) if room is None else shelf.room(room)

        def written(store: Questions) -> bytes:
            content, cursor = _written(veil.over(question(store)), page, is_csv=is_csv)
            return msgspec.msgpack.encode((cursor, content))

        sheet = await shelf.answer(key, written, stamp)
        etag = sheet.etag(key)
        if is_known(known, etag):
            return _response(request, Body(etag), is_csv=is_csv)
        cursor, content = msgspec.msgpack.decode(sheet.answer, type=_Kept)
        return _response(request, Body(etag, content, cursor), is_csv=is_csv)

    def _key(self, request: AnyRequest, *, is_csv: bool) -> str:
        """What two requests have in common that have the same answer."""
        asked: Asked = request.state["asked"]
        query = request.scope["query_string"].decode("latin-1")
        return "\n".join(map(str, (asked.path, query, is_csv, spoken(), bool(self._shelf.desk.veil))))


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

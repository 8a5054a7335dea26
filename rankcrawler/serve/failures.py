"""Says what went wrong, in the manner in which the path is answered."""

import logging
import re
from typing import Any
from urllib.parse import quote

import msgspec
from litestar import Request, Response
from litestar.exceptions import HTTPException, ValidationException

from rankcrawler.errors import (
    AlertError,
    DamagedList,
    NoRule,
    NoStore,
    NotInStore,
    QueueError,
    QueueOfAnother,
    RequestError,
    SettingError,
    StoreError,
    TookTooLong,
)
from rankcrawler.language import english, tr
from rankcrawler.serve import documented, manners
from rankcrawler.serve.access.asked import Asked
from rankcrawler.serve.manners import Manner
from rankcrawler.serve.pages.rendering import Pages
from rankcrawler.serve.refusal import Refusal

_log = logging.getLogger(__name__)
_PAGE = "text/html"
_MISSING = re.compile(r"Missing required \w+ parameter '(\w+)'")
_STATUSES: dict[type[Exception], int] = {
    NotInStore: 404,
    DamagedList: 500,
    TookTooLong: 504,
    StoreError: 503,
    QueueOfAnother: 409,
    QueueError: 503,
    SettingError: 400,
    RequestError: 400,
    NoRule: 404,
    AlertError: 503,
}
"""What our errors mean; of an error that is several of them, the first."""


class Failures:
    """Turns errors into answers."""

    def __init__(self, pages: Pages) -> None:
        self._pages = pages

    def refuse(self, asked: Asked, refusal: Refusal, form_cookie: str) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body of the answer to a request that is refused."""
        match manners.of(asked.path):
            case Manner.DOCUMENTED:
                body, kind = documented.refusal(refusal.status, refusal.detail), "application/json"
            case Manner.API:
                body, kind = msgspec.json.encode(refusal.problem), "application/problem+json"
            case Manner.PAGE if refusal.status == 401 and not asked.may_change:
                target = "" if asked.path == "/" else f"?next={quote(asked.path)}"
                return 303, {"Location": f"/login{target}"}, b""
            case Manner.PAGE:
                body, kind = self._pages.problem(asked, form_cookie, refusal), _PAGE
        headers = {**refusal.headers, "Content-Type": kind, "Content-Length": str(len(body))}
        return refusal.status, headers, body

    def answer(self, request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
        """The answer to a request that has raised an error."""
        asked: Asked = request.state["asked"]
        refusal = _refusal(error, manners.of(asked.path))
        if refusal is None:
            with english():
                _log.error("%s %s failed", asked.method, asked.path, exc_info=error)
            refusal = Refusal(500, tr("the server has failed; its log says why"))
        status, headers, body = self.refuse(asked, refusal, request.state["form_cookie"])
        kind = headers.pop("Content-Type", "text/plain")
        return Response(body, status_code=status, headers=headers, media_type=kind)


def _refusal(error: Exception, manner: Manner) -> Refusal | None:
    """What an error means for a request; None for one that is a mistake of ours."""
    match error:
        case Refusal():
            return error
        case ValidationException():
            return _invalid(error)
        case HTTPException():
            return _of_http(error)
    status = next((status for kind, status in _STATUSES.items() if isinstance(error, kind)), None)
    if status is None:
        return None
    if isinstance(error, NoStore) and manner is Manner.DOCUMENTED:
        status = 500
    return Refusal(status, str(error), headers={"Retry-After": "5"} if status == 503 else None)


def _invalid(error: ValidationException) -> Refusal:
    """A parameter that does not fit its declaration."""
    problems: Any = error.extra
    if missing := _MISSING.search(error.detail):
        return Refusal(400, tr("the parameter {name} is missing", name=missing[1]), parameter=missing[1])
    if not isinstance(problems, list) or not problems or "key" not in problems[0]:
        return Refusal(400, tr("the request cannot be read: {error}", error=error.detail))
    name = str(problems[0]["key"])
    detail = tr("the parameter {name}: {error}", name=name, error=problems[0].get("message", ""))
    return Refusal(400, detail, parameter=name)


def _of_http(error: HTTPException) -> Refusal:
    if error.status_code == 404:
        return Refusal(404, tr("there is no such page"))
    if error.status_code == 405:
        return Refusal(405, tr("the page takes no such request"), headers=dict(error.headers or {}))
    return Refusal(error.status_code, error.detail, headers=dict(error.headers or {}))

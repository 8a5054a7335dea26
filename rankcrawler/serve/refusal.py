"""The answer to a request that is refused, or that fails: a problem, as RFC 9457 describes it."""

from collections.abc import Mapping
from http import HTTPStatus

import msgspec


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why a request has no answer."""

    title: str
    """What the status means."""
    status: int
    """The HTTP status."""
    detail: str = ""
    """What is wrong with this request, in the language that it asks for."""
    parameter: str | None = None
    """The parameter that is to blame, if one is."""
    type: str = "about:blank"
    """The status says it all."""


class Refusal(Exception):  # noqa: N818 — an answer, and no error of ours
    """The answer to a request that is refused: its HTTP status, and why."""

    def __init__(
        self, status: int, detail: str, *, parameter: str | None = None, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.parameter = parameter
        self.headers = dict(headers or {})

    @property
    def problem(self) -> Problem:
        """The body of the answer."""
        return Problem(title_of(self.status), self.status, self.detail, self.parameter)


def title_of(status: int) -> str:
    """`404` → `"Not Found"`."""
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Error"

"""Renders pages from templates, in the language of the request."""

import time
from collections.abc import Callable
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from litestar import Request, Response

from rankcrawler.language import counted, spoken, tr
from rankcrawler.serve.access.asked import Asked
from rankcrawler.serve.access.entry import Entry
from rankcrawler.serve.access.forgery import Forgery
from rankcrawler.serve.pages import filters
from rankcrawler.serve.pages.assets import Assets
from rankcrawler.serve.pages.frame import THEMES, Frame
from rankcrawler.serve.pages.wording import Wording
from rankcrawler.serve.refusal import Refusal
from rankcrawler.serve.setup import Setup

AnyRequest = Request[Any, Any, Any]
_TAGS = {"zh_CN": "zh-CN"}
"""The names of languages in HTML, where they differ."""


class Pages:
    """Templates, and what every page knows.

    A template has `tr`, `counted` and `static` (the address of a file), and the values `lang`, `path`, `csrf_token`,
    `is_read_only`, and `has_session`: whether there is a session that can be ended. Beside these it has `frame`, what
    is known of the request, `link`, which changes parameters of its address, and `f`, which writes numbers and moments.
    """

    def __init__(self, setup: Setup, entry: Entry, forms: Forgery, now_ms: Callable[[], int] | None = None) -> None:
        self._setup = setup
        self._now_ms = now_ms or (lambda: time.time_ns() // 1_000_000)
        self._entry = entry
        self._forms = forms
        self.assets = Assets()
        self._templates = Environment(
            loader=PackageLoader(__package__),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals.update(filters.GLOBALS, tr=tr, counted=counted, static=self.assets.address)
        self._templates.filters.update(filters.FILTERS)

    def show(self, request: AnyRequest, template: str, *, status: int = 200, **values: Any) -> Response[bytes]:
        """The answer that shows a template with these values."""
        asked: Asked = request.state["asked"]
        body = self._render(template, asked, request.state["form_cookie"], values)
        return Response(body, status_code=status, media_type="text/html")

    def problem(self, asked: Asked, form_cookie: str, refusal: Refusal) -> bytes:
        """The page that says why there is no other."""
        return self._render("problem.html", asked, form_cookie, {"problem": refusal.problem})

    def _render(self, template: str, asked: Asked, form_cookie: str, values: dict[str, Any]) -> bytes:
        frame = self._frame(asked)
        always = {
            "frame": frame,
            "f": frame.words,
            "link": frame.link,
            "lang": _TAGS.get(spoken(), spoken()),
            "path": asked.path,
            "csrf_token": self._forms.token(form_cookie),
            "is_read_only": self._setup.is_read_only,
            "has_session": not self._entry.is_open and self._entry.has_session(asked),
        }
        return self._templates.get_template(template).render(always | values).encode(errors="replace")

    def _frame(self, asked: Asked) -> Frame:
        words = Wording("zh" if spoken().startswith("zh") else "en", self._setup.zone, self._now_ms())
        theme = asked.cookie("theme")
        return Frame(words, asked.path, asked.parameters, theme if theme in THEMES else THEMES[0])

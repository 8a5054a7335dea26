"""Renders pages from templates, in the language of the request."""

import secrets
import time
from collections.abc import Callable, Mapping
from types import CodeType
from typing import Any

from jinja2 import BytecodeCache, Environment, PackageLoader, StrictUndefined
from jinja2.bccache import Bucket
from litestar import Request, Response

from rankcrawler.clock import iso
from rankcrawler.insight.questions import Questions
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
from rankcrawler.serve.shelf import Shelf, Stamp, is_known

AnyRequest = Request[Any, Any, Any]
Filling = Callable[[Questions], tuple[str, Mapping[str, Any]]]
"""What a page shows: a template, and its values."""
_TAGS = {"zh_CN": "zh-CN"}
"""The names of languages in HTML, where they differ."""
_COMPILED: dict[tuple[str, str], CodeType | None] = {}
"""Templates that this process has compiled, by their names and sources."""
_VARY = "Accept-Language, Authorization, Cookie"


class _Compiled(BytecodeCache):
    """Has each template compiled once."""

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what is there."""
        bucket.code = _COMPILED.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep what was compiled."""
        _COMPILED[bucket.key, bucket.checksum] = bucket.code


class Pages:
    """Templates, and what every page knows.

    A template has `tr`, `counted` and `static` (the address of a file), and the values `lang`, `path`, `csrf_token`,
    `is_read_only`, `now`, and `has_session`: whether there is a session that can be ended. Beside these it has `frame`,
    what is known of the request, `link`, which changes parameters of its address, and `f`, which writes numbers and
    moments.
    """

    def __init__(self, setup: Setup, entry: Entry, forms: Forgery, now_ms: Callable[[], int] | None = None) -> None:
        self._setup = setup
        self._now_ms = now_ms or (lambda: time.time_ns() // 1_000_000)
        self._entry = entry
        self._forms = forms
        self.assets = Assets()
        self._token_here, self._now_here = (f"{name}-{secrets.token_hex(16)}" for name in ("token", "now"))
        """What stands in a page that is kept in place of the token of its forms, and of when it is sent."""
        self._templates = Environment(
            loader=PackageLoader(__package__),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            bytecode_cache=_Compiled(),
        )
        self._templates.globals.update(filters.GLOBALS, tr=tr, counted=counted, static=self.assets.address)
        self._templates.filters.update(filters.FILTERS)
        for name in self._templates.list_templates(["html"]):  # else the first to see each page would wait
            self._templates.get_template(name)

    def show(self, request: AnyRequest, template: str, *, status: int = 200, **values: Any) -> Response[bytes]:
        """The answer that shows a template with these values."""
        asked: Asked = request.state["asked"]
        body = self._render(template, asked, request.state["form_cookie"], values)
        return Response(body, status_code=status, media_type="text/html")

    async def answer(self, request: AnyRequest, shelf: Shelf, stamp: Stamp, filling: Filling) -> Response[bytes]:
        """The answer that shows what the store says, made once for all who see the same."""
        asked: Asked = request.state["asked"]
        cookie: str = request.state["form_cookie"]
        frame, has_session = self._frame(asked), self._has_session(asked)
        query = request.scope["query_string"].decode("latin-1")
        key = "page", asked.path, query, spoken(), frame.theme, has_session

        def rendered(store: Questions) -> bytes:
            with store.records.unchanging():  # so that all parts of the page are of one moment
                template, values = filling(store)
            veiled = {name: shelf.desk.veil.over(value) for name, value in values.items()}
            mine = {"csrf_token": self._token_here, "now": self._now_here}
            return self._render(template, asked, "", veiled | mine)

        sheet = await shelf.answer(key, rendered, stamp)
        headers = {"ETag": sheet.etag(key, cookie, self.assets.version), "Vary": _VARY}
        if is_known(request.headers.get("if-none-match", ""), headers["ETag"]):
            return Response(b"", status_code=304, headers=headers, media_type="text/html")
        body = sheet.answer.replace(self._token_here.encode(), self._forms.token(cookie).encode())
        body = body.replace(self._now_here.encode(), iso(self._now_ms()).encode())
        return Response(body, headers=headers, media_type="text/html")

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
            "has_session": self._has_session(asked),
            "now": frame.now,
        }
        return self._templates.get_template(template).render(always | values).encode(errors="replace")

    def _has_session(self, asked: Asked) -> bool:
        return not self._entry.is_open and self._entry.has_session(asked)

    def _frame(self, asked: Asked) -> Frame:
        words = Wording("zh" if spoken().startswith("zh") else "en", self._setup.zone, self._now_ms())
        theme = asked.cookie("theme")
        return Frame(words, asked.path, asked.parameters, theme if theme in THEMES else THEMES[0])

"""The form that takes the token, and what ends the session that begins with it; and the choice of a language."""

from urllib.parse import quote

from litestar import Response, get, post
from litestar.di import NamedDependency

from rankcrawler.serve.access import entry as entries
from rankcrawler.serve.access import guard
from rankcrawler.serve.access.asked import Asked
from rankcrawler.serve.access.entry import SESSION_SECONDS, Entry
from rankcrawler.serve.pages.rendering import AnyRequest, Pages
from rankcrawler.serve.refusal import Refusal

YEAR = 31_536_000
"""Seconds that a choice of a language or theme lasts."""


@get("/login", include_in_schema=False, sync_to_thread=False)
def show(request: AnyRequest, pages: NamedDependency[Pages], entry: NamedDependency[Entry]) -> Response[bytes]:
    """The form; goes on with a session that has begun already."""
    target = place(request.query_params.get("next", ""))
    if entry.is_open or entry.has_session(request.state["asked"]):
        return goes_on(target)
    return pages.show(request, "login.html", next=target, error="")


@post("/login", include_in_schema=False)
async def enter(request: AnyRequest, pages: NamedDependency[Pages], entry: NamedDependency[Entry]) -> Response[bytes]:
    """Begin a session, or show the form again."""
    asked: Asked = request.state["asked"]
    form = await request.form()
    target = place(str(form.get("next", "")))
    try:
        entry.check_token(asked, str(form.get("token", "")))
    except Refusal as refusal:
        if refusal.status != 401:
            raise
        return pages.show(request, "login.html", status=401, next=target, error=refusal.detail)
    return goes_on(target, guard.cookie(asked, entries.cookie_name(asked), entry.session(), SESSION_SECONDS))


@post("/logout", include_in_schema=False, sync_to_thread=False)
def leave(request: AnyRequest) -> Response[bytes]:
    """End the session."""
    asked: Asked = request.state["asked"]
    return goes_on("/login", guard.cookie(asked, entries.cookie_name(asked), "", 0))


@post("/language", include_in_schema=False)
async def speak(request: AnyRequest) -> Response[bytes]:
    """Speak another language from now on."""
    asked: Asked = request.state["asked"]
    form = await request.form()
    wanted = str(form.get("lang", ""))
    target = place(str(form.get("next", "")))
    if wanted not in guard.LANGUAGES:
        return goes_on(target)
    return goes_on(target, guard.cookie(asked, "lang", wanted, YEAR))


def place(target: str) -> str:
    """A page of this server to go on to; the first one for anything that is none."""
    is_ours = target.startswith("/") and not target.startswith(("//", "/\\"))
    return quote(target, safe="/?&=%:,+-_.~") if is_ours else "/"


def goes_on(target: str, cookie: str | None = None) -> Response[bytes]:
    """The answer that leads to another page, and may set a cookie."""
    headers = {"Location": target} if cookie is None else {"Location": target, "Set-Cookie": cookie}
    return Response(b"", status_code=303, headers=headers, media_type="text/plain")

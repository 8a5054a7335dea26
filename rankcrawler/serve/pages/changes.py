"""What pages change: rooms to poll, dead letters to retry, and the theme. Always by POST, with the token of a form."""

from litestar import Response, get, post
from litestar.di import NamedDependency

from rankcrawler.language import tr
from rankcrawler.model.kinds import RANKLIST
from rankcrawler.serve.access import guard
from rankcrawler.serve.access.asked import Asked
from rankcrawler.serve.pages import begin
from rankcrawler.serve.pages.frame import THEMES
from rankcrawler.serve.pages.login import YEAR, goes_on, place
from rankcrawler.serve.pages.rendering import AnyRequest, Pages
from rankcrawler.serve.queues import Queues
from rankcrawler.serve.refusal import Refusal

_ALL = "all"


@get("/rooms/new", include_in_schema=False, sync_to_thread=False)
def show_form(request: AnyRequest, pages: NamedDependency[Pages]) -> Response[bytes]:
    """The form that adds rooms."""
    return pages.show(request, "begin.html", begin=begin.FURTHER)


@post("/rooms/new", include_in_schema=False)
async def add_rooms(
    request: AnyRequest, pages: NamedDependency[Pages], queues: NamedDependency[Queues]
) -> Response[bytes]:
    """Push the rooms of the form, and show what could not be read."""
    form = await request.form()
    jobs, page = begin.read({name: str(value) for name, value in form.items()})
    added: int | None = None
    if jobs:
        added = await queues.change(RANKLIST.name, lambda queue: queue.push(jobs), create=True)
    shown = begin.with_added(page, len(jobs), added)
    return pages.show(request, "begin.html", status=400 if page.wrong else 200, begin=shown)


@post("/fleet/retry", include_in_schema=False)
async def retry(request: AnyRequest, queues: NamedDependency[Queues]) -> Response[bytes]:
    """Poll a dead room again, or all of them."""
    form = await request.form()
    room = str(form.get("room", ""))
    if room == _ALL:
        await queues.change(RANKLIST.name, lambda queue: queue.dead_letters.retry_all())
    elif not all(await queues.change(RANKLIST.name, lambda queue: queue.dead_letters.retry([room]))):
        raise Refusal(404, tr("room {room} is no dead letter", room=room[:40]))
    return goes_on("/fleet")


@post("/theme", include_in_schema=False)
async def choose_theme(request: AnyRequest) -> Response[bytes]:
    """Show pages light, dark, or as the system is, from now on."""
    asked: Asked = request.state["asked"]
    form = await request.form()
    theme, target = str(form.get("theme", "")), place(str(form.get("next", "")))
    return goes_on(target, guard.cookie(asked, "theme", theme, YEAR) if theme in THEMES else None)

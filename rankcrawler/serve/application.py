"""The web application: the documented API, the JSON API and the pages, behind one gate."""

import time
from collections.abc import Callable
from datetime import UTC
from typing import Any, cast

from litestar import Litestar
from litestar.config.compression import CompressionConfig
from litestar.di import Provide

from rankcrawler.serve import lists, metrics
from rankcrawler.serve.access.entry import Entry
from rankcrawler.serve.access.forgery import Forgery
from rankcrawler.serve.access.guard import LONGEST_BODY, Application, Guard
from rankcrawler.serve.api import document, events, given
from rankcrawler.serve.api import pages as pages_of_tables
from rankcrawler.serve.api import routes as api
from rankcrawler.serve.api.forms import Suffixes
from rankcrawler.serve.api.given import Clock
from rankcrawler.serve.api.replies import Replies
from rankcrawler.serve.failures import Failures
from rankcrawler.serve.freshness import Freshness
from rankcrawler.serve.pages import routes as pages_for_people
from rankcrawler.serve.pages.rendering import Pages
from rankcrawler.serve.refusal import Refusal
from rankcrawler.serve.setup import Setup
from rankcrawler.serve.sources import Sources

_SHORTEST_PRESSED = 500
"""Bytes; shorter answers are not compressed."""
_NOT_PRESSED = [f"^{events.PATH}", "^/static/"]
"""What is sent as it comes, or is compressed already."""


def application(setup: Setup, sources: Sources, now_ms: Callable[[], int] | None = None) -> Guard:
    """The application that answers from these sources."""
    entry, forms = Entry(setup.token), Forgery(setup.token)
    pages = Pages(setup, entry, forms, now_ms)
    failures = Failures(pages)
    provided = _provided(setup, sources, now_ms)
    provided |= {"entry": _giving(entry), "forms": _giving(forms), "pages": _giving(pages)}
    description = document.Description(api.routes(), provided, needs_token=bool(setup.token))
    app = Litestar(
        [*lists.routes(), *metrics.routes(), *api.routes(), *document.routes(), *pages_for_people.routes()],
        dependencies={**provided, "description": _giving(description)},
        exception_handlers={Refusal: failures.answer, Exception: failures.answer},
        compression_config=CompressionConfig(
            "gzip", minimum_size=_SHORTEST_PRESSED, gzip_compress_level=1, exclude=_NOT_PRESSED
        ),
        openapi_config=None,
        logging_config=None,
        request_max_body_size=LONGEST_BODY,
    )
    return Guard(Suffixes(cast("Application", app)), setup, entry, forms, failures.refuse)


def described() -> document.Description:
    """The API's description as that of a server with a token. Nothing is opened or served."""
    setup = Setup("sqlite:///ranks.db", UTC, token="needed")  # noqa: S106 - it is none
    return document.Description(api.routes(), _provided(setup, Sources(setup), None), needs_token=True)


def _provided(setup: Setup, sources: Sources, now_ms: Callable[[], int] | None) -> dict[str, Provide]:
    """What handlers may ask for, by the names of their parameters."""
    clock = Clock(setup.zone, now_ms or (lambda: time.time_ns() // 1_000_000))
    read: dict[str, Callable[..., Any]] = {"time": given.time, "of": given.of, "page": pages_of_tables.page}
    kept = {
        "setup": setup,
        "desk": sources.desk,
        "shelf": sources.shelf,
        "queues": sources.queues,
        "feed": sources.feed,
        "clock": clock,
        "fleet_metrics": sources.fleet_metrics,
        "alerts": sources.alerts,
        "freshness": Freshness(sources.desk, sources.queues),
        "replies": Replies(sources.shelf),
    }
    found = {name: Provide(each, sync_to_thread=False) for name, each in read.items()}
    return found | {name: _giving(each) for name, each in kept.items()}


def _giving(value: Any) -> Provide:
    return Provide(lambda: value, sync_to_thread=False)

"""The web application: the documented API, the JSON API and the pages, behind one gate."""

from collections.abc import Callable
from typing import Any

from litestar import Litestar
from litestar.config.compression import CompressionConfig
from litestar.di import Provide

from rankcrawler.serve import lists
from rankcrawler.serve.access.entry import Entry
from rankcrawler.serve.access.forgery import Forgery
from rankcrawler.serve.access.guard import LONGEST_BODY, Guard
from rankcrawler.serve.desk import Desk
from rankcrawler.serve.failures import Failures
from rankcrawler.serve.pages import routes as pages_
from rankcrawler.serve.pages.rendering import Pages
from rankcrawler.serve.refusal import Refusal
from rankcrawler.serve.setup import Setup

_SHORTEST_PRESSED = 500
"""Bytes; shorter answers are not compressed."""


def application(setup: Setup, desk: Desk) -> Guard:
    """The application that answers from the store behind a desk. Handlers may ask for what `_provided` names."""
    entry, forms = Entry(setup.token), Forgery(setup.token)
    pages = Pages(setup, entry, forms)
    failures = Failures(pages)
    provided = {"setup": setup, "desk": desk, "entry": entry, "pages": pages}
    app = Litestar(
        [*lists.routes(), *pages_.routes()],
        dependencies={name: Provide(_giving(each), sync_to_thread=False) for name, each in provided.items()},
        exception_handlers={Refusal: failures.answer, Exception: failures.answer},
        compression_config=CompressionConfig("gzip", minimum_size=_SHORTEST_PRESSED, gzip_compress_level=1),
        openapi_config=None,
        logging_config=None,
        request_max_body_size=LONGEST_BODY,
    )
    return Guard(app, setup, entry, forms, failures.refuse)  # type: ignore[arg-type]


def _giving(value: Any) -> Callable[[], Any]:
    return lambda: value

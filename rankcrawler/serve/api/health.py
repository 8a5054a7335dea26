"""Whether the server runs, and whether it can answer."""

from typing import Literal

import msgspec
from litestar import get
from litestar.di import NamedDependency

from rankcrawler.serve.desk import Desk


class Health(msgspec.Struct, frozen=True):
    """That all is well; if not, there is a problem in its place."""

    status: Literal["ok"] = "ok"


@get("/healthz", operation_id="healthz", summary="Whether the server runs", sync_to_thread=False)
def healthz() -> Health:
    """Needs no token."""
    return Health()


@get("/readyz", operation_id="readyz", summary="Whether the store can be read")
async def readyz(desk: NamedDependency[Desk]) -> Health:
    """Needs no token; 503 while the store is missing, locked or away."""
    await desk.ask(lambda store: store.records.database.state())
    return Health()

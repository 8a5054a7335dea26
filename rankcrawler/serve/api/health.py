"""Whether the server runs, and whether it can answer."""

from typing import Literal

import msgspec
from litestar import get
from litestar.di import NamedDependency

from rankcrawler.language import tr
from rankcrawler.serve import readiness
from rankcrawler.serve.desk import Desk
from rankcrawler.serve.queues import Queues
from rankcrawler.serve.refusal import Refusal


class Health(msgspec.Struct, frozen=True):
    """That all is well; if not, there is a problem in its place."""

    status: Literal["ok"] = "ok"


@get("/healthz", operation_id="healthz", summary="Whether the server runs", sync_to_thread=False)
def healthz() -> Health:
    """Needs no token."""
    return Health()


@get("/readyz", operation_id="readyz", summary="Whether the store can be read, and the queue answers")
async def readyz(desk: NamedDependency[Desk], queues: NamedDependency[Queues]) -> Health:
    """Needs no token; 503 while the store or the queue is missing, locked or away, with which of them is."""
    if problems := await readiness.problems(desk, queues):
        raise Refusal(503, tr("; ").join(problems), headers={"Retry-After": "5"})
    return Health()

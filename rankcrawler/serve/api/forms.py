"""In which form an answer is wanted: as JSON or as CSV."""

from typing import Any

from litestar import Request

from rankcrawler.serve.access.guard import Application, Receive, Scope
from rankcrawler.serve.access.headers import Send

SUFFIX = ".csv"
_PREFIX = "/api/v1/"
_CSV, _JSON = "text/csv", "application/json"


class Suffixes:
    """An ASGI application that takes `.csv` off the end of a path of the API, and asks for CSV instead."""

    def __init__(self, application: Application) -> None:
        self._application = application

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        path: str = scope["path"]
        if path.startswith(_PREFIX) and path.endswith(SUFFIX):
            headers = [each for each in scope["headers"] if each[0] != b"accept"]
            shorter = {"path": path.removesuffix(SUFFIX), "raw_path": scope["raw_path"].removesuffix(SUFFIX.encode())}
            scope = {**scope, **shorter, "headers": [*headers, (b"accept", _CSV.encode())]}
        await self._application(scope, receive, send)


def wants_csv(request: Request[Any, Any, Any]) -> bool:
    """Whether the header Accept prefers CSV to JSON."""
    return prefers_csv(request.headers.get("accept", ""))


def prefers_csv(accept: str) -> bool:
    """Whether a header Accept prefers CSV to JSON."""
    weights = {_CSV: 0.0, _JSON: 0.0}
    for each in accept.lower().split(","):
        kind, *options = (part.strip() for part in each.split(";"))
        if kind in weights:
            weight = next((option[2:] for option in options if option.startswith("q=")), "1")
            weights[kind] = float(weight) if weight.replace(".", "", 1).isdecimal() else 0.0
    return weights[_CSV] > weights[_JSON]

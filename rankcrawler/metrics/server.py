"""Serves the metrics of a process over HTTP, for Prometheus; needs prometheus-client."""

import hmac
from collections.abc import Callable
from hashlib import sha256

from aiohttp import web

from rankcrawler import listening
from rankcrawler.metrics import exposition
from rankcrawler.metrics.metric import Readings

_LAST_ANSWERS = 1.0
"""Seconds that answers may take when the server is closed."""


class MetricsServer:
    """Answers `GET /metrics` with what `read` returns, and `GET /healthz`. With a token, the first asks for it."""

    def __init__(self, read: Callable[[], Readings], host: str, port: int, token: str = "") -> None:
        self._read = read
        self._host, self._port = host, port
        self._token = _digest(token) if token else None
        self._runner: web.AppRunner | None = None

    async def open(self) -> str:
        """Begin to serve; returns the address. Port 0 takes a free one. Raises OSError."""
        app = web.Application()
        app.add_routes([web.get("/metrics", self._metrics), web.get("/healthz", _health)])
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=_LAST_ANSWERS)
        await self._runner.setup()
        await web.TCPSite(self._runner, self._host, self._port).start()
        host = f"[{self._host}]" if ":" in self._host else self._host
        return f"http://{host}:{self._runner.addresses[0][1]}"

    async def close(self) -> None:
        """Serve no more; closing twice is harmless."""
        if self._runner is not None:
            await self._runner.cleanup()

    async def _metrics(self, request: web.Request) -> web.Response:
        if listening.is_loopback(self._host) and request.url.host not in listening.LOOPBACK:
            raise web.HTTPForbidden(text="this server is localhost\n")
        if self._token is not None and not hmac.compare_digest(_digest(_bearer(request)), self._token):
            raise web.HTTPUnauthorized(text="a token is needed\n", headers={"WWW-Authenticate": "Bearer"})
        body, kind = exposition.written(self._read(), request.headers.get("Accept", ""))
        return web.Response(body=body, headers={"Content-Type": kind})


async def _health(_request: web.Request) -> web.Response:
    return web.json_response({"status": "ok"})


def _bearer(request: web.Request) -> str:
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _digest(token: str) -> bytes:
    """Equally long for every token, so that comparing does not show its length."""
    return sha256(token.encode(errors="surrogateescape")).digest()

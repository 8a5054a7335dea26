"""The HTTP server around the application."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import tzinfo
from ipaddress import ip_address

from aiohttp import web

from rankcrawler.errors import SettingError
from rankcrawler.language import tr
from rankcrawler.serve.application import LOOPBACK, Application
from rankcrawler.serve.desk import Desk

_SECONDS_FOR_LAST_ANSWERS = 0.5


@asynccontextmanager
async def serve(
    store_url: str, *, zone: tzinfo, token: str = "", host: str = "127.0.0.1", port: int = 0
) -> AsyncIterator[str]:
    """Serve the store at an address until the context ends; yields this server's address. Port 0 takes a free one.

    Raises SettingError for a host that others can reach if there is no token, and OSError if the port is not free.
    """
    is_loopback = _is_loopback(host)
    if not is_loopback and not token:
        raise SettingError(
            tr("others can reach {host}: set API_TOKEN in the environment to a token that they must send", host=host)
        )
    desk = Desk(store_url)
    application = web.Application()
    application.add_routes(Application(desk, token, LOOPBACK if is_loopback else (), zone).routes())
    runner = web.AppRunner(application, access_log=None, shutdown_timeout=_SECONDS_FOR_LAST_ANSWERS)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        authority = f"[{host}]" if ":" in host else host
        yield f"http://{authority}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
        desk.close()


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False

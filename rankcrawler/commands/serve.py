"""Serves the store, and prints how to use it."""

import argparse
import asyncio
from contextlib import suppress

from rankcrawler import jsonlog
from rankcrawler.commands.ending import complain
from rankcrawler.commands.stopping import stopped_by_signal
from rankcrawler.errors import NoStore
from rankcrawler.language import tr
from rankcrawler.options import Options
from rankcrawler.serve import process
from rankcrawler.serve.server import serve
from rankcrawler.serve.setup import Setup
from rankcrawler.setting_values import JSON
from rankcrawler.store import locate

_ROOM = "6994259511469247263"
_PATH = "/douyin/liveroom/ranklist"


async def run(given: argparse.Namespace, options: Options) -> None:
    """Serve until a signal comes or the time is over.

    Raises SettingError for a store or an address that cannot be served, and OSError if the port is not free. A store
    that is not there yet is served once it is; the first page says how to begin.
    """
    process.prepare()
    if options.log_format == JSON:
        jsonlog.begin()
    try:
        locate.open_database(options.store_url, is_read_only=True).close()
    except NoStore as error:
        complain(error)
    stopped, setup = stopped_by_signal(), Setup.of(options, is_read_only=given.read_only)
    async with serve(setup, host=given.host, port=given.port) as url:
        process.settle()
        _announce(url, has_token=bool(setup.token))
        with suppress(TimeoutError):
            await asyncio.wait_for(stopped.wait(), given.seconds)


def _announce(url: str, *, has_token: bool) -> None:
    """Print the address first, for programs that read the first line, and then what to do with it."""
    print(f"GATEWAY_URL={url}", flush=True)
    if has_token:
        print(tr("Requests need the token in the environment variable API_TOKEN."))
    print()
    print(tr("Pages for people:"))
    print(f"  {url}/")
    print(tr("The JSON API:"))
    print(f"  {url}/api")
    print(tr("The lists of the store, as the gateway documents them:"))
    print(f"  {url}{_PATH}?token=…&room_id={_ROOM}&at=12:03")
    print(tr("Stop: Ctrl-C"), flush=True)

"""`scrapy serve`: serve the lists of the store over HTTP."""

import argparse
import asyncio
from importlib.util import find_spec
from typing import ClassVar

from rankcrawler.commands.ending import one_line_errors, refuse
from rankcrawler.commands.tool import Tool
from rankcrawler.language import tr

_HOST, _PORT = "127.0.0.1", 8788
PACKAGES = ("jinja2", "litestar", "prometheus_client", "uvicorn")
"""What serving needs, and a crawl does not."""
INSTALL = "pip install 'rankcrawler[serve]'"


class Command(Tool):
    """Serves until it is stopped. Asks for the token in API_TOKEN, if it is set."""

    examples: ClassVar[tuple[str, ...]] = ("serve", "serve --port 0 --seconds 60")

    def syntax(self) -> str:
        """What follows the command's name."""
        return "[options]"

    def short_desc(self) -> str:
        """One line for the list of commands."""
        return tr("Serve the lists of the store, as the gateway documents them")

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare the command's own options."""
        from rankcrawler.commands.values import number, whole

        super().add_options(parser)
        host = tr("the address to listen on; one that others can reach needs API_TOKEN (default: {host})", host=_HOST)
        port = tr("0 takes a free one (default: {port})", port=_PORT)
        parser.add_argument("--host", default=_HOST, metavar="ADDRESS", help=host)
        parser.add_argument("--port", type=whole(0, 65_535), default=_PORT, help=port)
        parser.add_argument("--read-only", action="store_true", help=tr("refuse whatever changes something"))
        parser.add_argument("--seconds", type=number(0), metavar="N", help=tr("stop after so long (default: never)"))

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Serve until SIGINT, SIGTERM or the end of --seconds; exit status 1 if the port is not free."""
        _check_packages()
        from rankcrawler.commands import serve
        from rankcrawler.event_loop import Loop

        with one_line_errors():
            try:
                with asyncio.Runner(loop_factory=Loop) as runner:
                    runner.run(serve.run(opts, self.options))
            except OSError as error:
                refuse(tr("cannot serve at {host}, port {port}: {error}", host=opts.host, port=opts.port, error=error))


def _check_packages() -> None:
    """Say how to install what serving needs, and a crawl does not; exit status 1 without it."""
    missing = [name for name in PACKAGES if find_spec(name) is None]
    if missing:
        refuse(tr("serve needs {packages}: {install}", packages=", ".join(missing), install=INSTALL))

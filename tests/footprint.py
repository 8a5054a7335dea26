"""What answers take of a worker's memory: each asked for by its client and read by its spider, in this process.

`python -m tests.footprint URL ROOM…` prints a line of JSON for each room: what came of it, and the peak in bytes above
what the process had before the first.
"""

import asyncio
import json
import sys
from pathlib import Path
from time import process_time

from rankcrawler.errors import GatewayError
from rankcrawler.gateways.address import Address
from rankcrawler.gateways.client import Client
from rankcrawler.gateways.keyring import Keyring
from rankcrawler.gateways.token import Token
from rankcrawler.model.items import RoomSnapshot
from rankcrawler.settings import DOWNLOAD_MAXSIZE
from tests.builders import body, list_url, row
from tests.parsed import parsed

_STATUS = Path("/proc/self/status")
IS_MEASURABLE = _STATUS.exists()


def resident() -> int:
    """The memory of this process now, in bytes."""
    return _status("VmRSS")


def forget_peak() -> None:
    """Let peak() tell of what comes from now on."""
    Path("/proc/self/clear_refs").write_text("5")


def peak() -> int:
    """The most memory that this process had, in bytes; unlike rusage's, never of the process that started it."""
    return _status("VmHWM")


def _status(name: str) -> int:
    (line,) = (line for line in _STATUS.read_text().splitlines() if line.startswith(name))
    return int(line.split()[1]) << 10


async def _said(client: Client, room_id: str) -> str:
    """What comes of a room's answer, in words."""
    try:
        reply = await client.fetch(list_url(client.address.base, room_id))
    except GatewayError as error:
        return str(error)
    item = parsed(reply.body)
    return f"{item.entry_count} rows" if isinstance(item, RoomSnapshot) else item.reason


async def main(url: str, room_ids: list[str]) -> None:
    """Ask for each room, and print what it took."""
    parsed(body(row()))
    keyring = Keyring([Token("a-canary-token")])
    async with Client(Address.of(url), keyring, max_bytes=DOWNLOAD_MAXSIZE) as client:
        before = resident()
        for room_id in room_ids:
            forget_peak()
            began = process_time()
            said = await _said(client, room_id)
            took = {"said": said, "bytes": peak() - before, "seconds": process_time() - began}
            sys.stdout.write(json.dumps(took) + "\n")


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2:]))

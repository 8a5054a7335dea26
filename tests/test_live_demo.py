"""`rankcrawler demo` for someone who looks: its rooms are polled further, and pages show them."""

import re
from pathlib import Path

from rankcrawler.insight.opening import opened
from tests import plain_http
from tests.crawls import until
from tests.gateways import environment
from tests.serving import BEIJING
from tests.terminals import terminal
from tests.test_terminals import QUIET

ROOMS = ("6994259511469247263", "7269635433430358144")


def test_on_a_terminal_the_demo_serves_pages_of_rooms_that_go_on_until_ctrl_c(tmp_path: Path) -> None:
    rooms = tmp_path / "rooms.txt"
    rooms.write_text("\n".join(ROOMS))
    command = ["rankcrawler", "demo", "--rooms", str(rooms)]
    with terminal(command, env=environment(None, tmp_path / "data", QUIET), cwd=tmp_path) as shown:
        shown.says("Stop: Ctrl-C", 60)
        [url] = re.findall(r"The dashboard: (http://[\d.:]+)", shown.written)
        assert all(room in plain_http.get(url).text for room in ROOMS)
        until(lambda: "no worker" not in plain_http.get(f"{url}/fleet").text.lower())
        until(lambda: _polls(tmp_path) > 1)
        shown.type(b"\x03")
        assert shown.end() == 0
        assert "Traceback" not in shown.written


def _polls(folder: Path) -> int:
    """How often the first room was polled."""
    with opened(f"sqlite:///{folder}/data/demo/ranks.db", BEIJING) as store:
        return len(store.records.polls(ROOMS[0], "2000-01-01T00:00:00.000Z", "2100-01-01T00:00:00.000Z"))

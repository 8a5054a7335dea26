"""Spidermon in a user's project: its monitors read our statistics, and pass and fail as they should."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from rankcrawler.simulator.scenario import Scenario
from rankcrawler.simulator.world import World
from tests.gateways import environment, simulated

ROOMS = [str(7_300_000_000_000_000_000 + step) for step in range(3)]
WORLD = World(1, dict.fromkeys(ROOMS, Scenario.ORDINARY))
SETTINGS = """
from rankcrawler.settings import *

EXTENSIONS = {"spidermon.contrib.scrapy.extensions.Spidermon": 500}
SPIDERMON_ENABLED = True
SPIDERMON_SPIDER_CLOSE_MONITORS = ("team.monitors.AtTheEnd",)
SPIDERMON_MIN_ITEMS = %d
"""
MONITORS = """
from spidermon import Monitor, MonitorSuite, monitors
from spidermon.contrib.scrapy.monitors import FinishReasonMonitor, ItemCountMonitor


@monitors.name("Rows")
class Rows(Monitor):
    @monitors.name("there are rows")
    def test_rows(self):
        self.assertGreater(self.data.stats.get("rankcrawler/rows/stored", 0), 100)


class AtTheEnd(MonitorSuite):
    monitors = [ItemCountMonitor, FinishReasonMonitor, Rows]
"""


def project(folder: Path, wanted: int) -> Path:
    """A project of a user, whose monitors want so many items."""
    (folder / "team").mkdir(parents=True)
    (folder / "team" / "__init__.py").touch()
    (folder / "team" / "settings.py").write_text(SETTINGS % wanted)
    (folder / "team" / "monitors.py").write_text(MONITORS)
    (folder / "scrapy.cfg").write_text("[settings]\ndefault = team.settings\n")
    return folder


@pytest.mark.parametrize(("wanted", "failing"), [(3, []), (4, ["Extracted Items Monitor"])])
def test_monitors_pass_and_fail_as_they_should(wanted: int, failing: list[str], tmp_path: Path) -> None:
    folder = project(tmp_path / "project", wanted)
    with simulated(WORLD) as gateway:
        env = environment(gateway, tmp_path / "data", {"PYTHONWARNINGS": "default"})  # Spidermon's own are not ours
        words = [sys.executable, "-m", "scrapy", "crawl", "ranklist", "-a", f"rooms={','.join(ROOMS)}"]
        done = subprocess.run(words, env=env, cwd=folder, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    found = dict(re.findall(r"\[Spidermon\] (.+?)/.+\.\.\. (OK|FAIL)", done.stderr))
    assert set(found) == {"Extracted Items Monitor", "Finish Reason Monitor", "Rows"}, done.stderr
    assert [name for name, result in found.items() if result == "FAIL"] == failing

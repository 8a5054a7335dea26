"""Earlier versions of this project, as the history of its repository has them, and workers of theirs."""

import io
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.checkouts import ROOT

PREVIOUS = "9ea8bd9"
"""A commit from before queues had a format and a profile written in them."""
OF_SCHEMA_7 = "ac18086"
"""One from before sessions were stored."""
_STEPS = "rankcrawler/store/sql/steps"


def with_schema(version: int) -> str:
    """A commit whose stores have this version of the schema: PREVIOUS, or else the one that brought the version."""
    _check_history()
    if _git("ls-tree", PREVIOUS, f"{_STEPS}/{version}.sql") and not _git(
        "ls-tree", PREVIOUS, f"{_STEPS}/{version + 1}.sql"
    ):
        return PREVIOUS
    return _git("log", "-1", "--format=%H", "--", f"{_STEPS}/{version}.sql").decode().strip()


def checkout(commit: str, folder: Path) -> Path:
    """The package at a commit, in a new folder; skips a test where there is no history that could have it."""
    _check_history()
    with tarfile.open(fileobj=io.BytesIO(_git("archive", commit, "rankcrawler"))) as archive:
        archive.extraction_filter = getattr(tarfile, "data_filter", None)  # the first versions of 3.11 have none
        archive.extractall(folder)  # noqa: S202 — our own archive
    _install(folder, tomllib.loads(_git("show", f"{commit}:pyproject.toml").decode())["project"])
    return folder


def _check_history() -> None:
    """Skip the test in a clone without the whole history."""
    if _git("rev-parse", "--is-shallow-repository").strip() != b"false":
        pytest.skip("earlier versions are in the whole history of the repository, which is not here")


def _install(folder: Path, project: dict[str, Any]) -> None:
    """Describe the package as one that is installed, with its own commands instead of this version's."""
    described = folder / f"{project['name']}-{project['version']}.dist-info"
    described.mkdir()
    (described / "METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n", "utf-8"
    )
    commands = "\n".join(f"{name} = {place}" for name, place in project["entry-points"]["scrapy.commands"].items())
    (described / "entry_points.txt").write_text(f"[scrapy.commands]\n{commands}\n", "utf-8")


def _git(*words: str) -> bytes:
    """What git answers; empty where there is no repository."""
    if not (ROOT / ".git").exists():
        return b""
    return subprocess.run(["git", *words], cwd=ROOT, capture_output=True, check=True).stdout


class Running:
    """A command of a version that runs; what it has logged is in a file."""

    def __init__(self, version: Path, log: Path, env: Mapping[str, str], *words: str) -> None:
        self._log = log
        command = [sys.executable, "-m", "rankcrawler", *words]  # which imports what is in the working folder
        with log.open("wb") as file:
            self._process = subprocess.Popen(
                command, env={**env, "PYTHONPATH": str(version)}, cwd=version, stdout=file, stderr=file
            )

    @property
    def log(self) -> str:
        """Everything so far."""
        return self._log.read_text("utf-8")

    def terminate(self) -> None:
        """Tell it to stop."""
        self._process.terminate()

    def end(self, seconds: float = 60) -> int:
        """Its exit status."""
        return self._process.wait(seconds)

    def kill(self) -> None:
        """End it, where it has not ended."""
        self._process.kill()
        self._process.wait(10)

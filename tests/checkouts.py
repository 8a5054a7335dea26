"""A fresh clone of this project, as it stands now, and installed versions of it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
_STAMPS = (".uv", ".run", ".dev")
"""What make sets in .venv when it has installed something."""


def clone(folder: Path) -> Path:
    """The files of this project in a new folder: those that git knows, or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        check=True,
        text=True,
    )
    for name in listed.stdout.splitlines():
        if (ROOT / name).is_file():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, target)
    return folder


def with_environment(folder: Path) -> Path:
    """A clone in which `make` has installed everything: its .venv is the environment that runs the tests."""
    venv, ours = folder / ".venv", Path(sys.prefix)
    venv.mkdir()
    for name in ("bin", "lib", "pyvenv.cfg"):
        (venv / name).symlink_to(ours / name)
    for name in _STAMPS:
        (venv / name).touch()
    return folder


def bare(**extra: str) -> dict[str, str]:
    """The environment of a new shell, whose PATH does not lead to the environment that runs the tests."""
    kept = ("HOME", "LANG", "PATH", "TMPDIR", "PYTHONPATH")
    path = os.pathsep.join(each for each in os.get_exec_path() if Path(each) != Path(sys.prefix) / "bin")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"PATH": path} | extra

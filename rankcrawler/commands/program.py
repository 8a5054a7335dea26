"""The program that was started: `rankcrawler`, or `scrapy` in a project with our settings."""

import os
import shlex
import sys
from pathlib import Path
from shutil import which


def name() -> str:
    """What to type before the name of a command."""
    return "scrapy" if Path(sys.argv[0]).name == "scrapy" else "rankcrawler"


def path() -> str:
    """How a shell in this folder finds `rankcrawler`: by its name, or by a path where it is not on the PATH."""
    if which("rankcrawler"):
        return "rankcrawler"
    installed = Path(sys.executable).parent / "rankcrawler"
    return shlex.quote(min(str(installed), os.path.relpath(installed), key=len))

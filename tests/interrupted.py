"""Runs rankcrawler, and interrupts it as Ctrl-C does when a module begins to be imported.

`python -m tests.interrupted MODULE WORDS…`
"""

import importlib.abc
import importlib.machinery
import os
import runpy
import signal
import sys
from collections.abc import Sequence
from types import ModuleType


class Interrupting(importlib.abc.MetaPathFinder):
    """Finds no module, and interrupts the process when one is looked for."""

    def __init__(self, module: str) -> None:
        self._module = module

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002 - the import system's
        target: ModuleType | None = None,  # noqa: ARG002 - too
    ) -> importlib.machinery.ModuleSpec | None:
        """Let the others find it."""
        if fullname == self._module:
            os.kill(os.getpid(), signal.SIGINT)
        return None


if __name__ == "__main__":
    sys.meta_path.insert(0, Interrupting(sys.argv.pop(1)))
    runpy.run_module("rankcrawler", run_name="__main__", alter_sys=True)

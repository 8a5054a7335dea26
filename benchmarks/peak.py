"""Runs rankcrawler, and writes the most memory that it had to a file, in KB: `python -m benchmarks.peak FILE WORDS…`.

What the system notes of an ended process includes the memory of the one that started it.
"""

import re
import runpy
import sys
from pathlib import Path


def main() -> None:
    """Run the words, and write."""
    file = Path(sys.argv.pop(1))
    try:
        runpy.run_module("rankcrawler", run_name="__main__", alter_sys=True)
    finally:
        most = re.search(r"^VmHWM:\s+(\d+) kB$", Path("/proc/self/status").read_text(), re.MULTILINE)
        assert most is not None
        file.write_text(most[1])


if __name__ == "__main__":
    main()

"""Draws docs/demo.svg: what `make demo` prints, from a real run in a pseudo-terminal 100 columns wide."""

import os
import pty
import re
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path

from rich.cells import cell_len

CHECKOUT = Path(__file__).parents[1]
COLUMNS, WIDTH, HEIGHT, MARGIN = 100, 8.4, 19, 16
FRAME = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" font-size="14"
 font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, 'Noto Sans Mono CJK SC', monospace" fill="#d6d6d6">
<title>make demo</title>
<rect width="100%" height="100%" rx="8" fill="#23252b"/>
{lines}
</svg>
"""


def run(command: list[str]) -> str:
    """What a command writes to a terminal."""
    written: list[bytes] = []

    def read(terminal: int) -> bytes:
        written.append(os.read(terminal, 65536))
        if b"Ctrl-C" in written[-1]:  # the pages are up: go on as if someone had looked at them
            os.write(terminal, b"\x03")
        return written[-1]

    os.environ |= {"COLUMNS": str(COLUMNS), "TERM": "xterm-256color"}
    pty.spawn(command, read)
    return b"".join(written).decode("utf-8")


def lines_left(output: str) -> Iterator[str]:
    """The lines that stand when the run is over: without colours, and without the progress line."""
    for line in output.replace("\r\n", "\n").split("\n"):
        plain = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", line.rpartition("\r")[2]).rstrip().replace(f"{CHECKOUT}/", "")
        if "━━" not in plain:
            yield plain


def drawn(number: int, line: str) -> Iterator[str]:
    """A line as SVG, each word put into its own columns, since fonts differ on how wide Chinese is."""
    for word in re.finditer(r"\S+(?: \S+)*", line):
        x = MARGIN + WIDTH * cell_len(line[: word.start()])
        length = WIDTH * cell_len(word.group())
        y = MARGIN + HEIGHT * (number + 1) - 5
        yield f'<text x="{x:.1f}" y="{y}" textLength="{length:.1f}">{escape(word.group())}</text>'


def main() -> None:
    """Run the demo and draw it."""
    lines = ["$ make demo", *lines_left(run([sys.executable, "-m", "rankcrawler", "demo"]))]
    texts = [text for number, line in enumerate(lines) for text in drawn(number, line)]
    width, height = 2 * MARGIN + WIDTH * COLUMNS, 2 * MARGIN + HEIGHT * len(lines)
    picture = FRAME.format(width=width, height=height, lines="\n".join(texts))
    Path(__file__).with_name("demo.svg").write_text(picture, "utf-8")


main()

"""Facts: a name and a value each. Aligned on a terminal, otherwise with a tab between them, for other programs."""

from collections.abc import Iterable, Iterator, Sequence

from rich.cells import cell_len
from rich.text import Text

from rankcrawler.commands.printing.screen import Screen
from rankcrawler.commands.printing.wrapping import padded, wrapped

_GAP = 2


def lines(facts: Iterable[tuple[str, str]], screen: Screen) -> Iterator[Text]:
    """The lines of facts on a screen; a value that is too long goes on in the next line, and is never cut."""
    shown = [(screen.text(name), screen.text(value)) for name, value in facts]
    if screen.width is None:
        yield from (Text(f"{name}\t{value}") for name, value in shown)
        return
    names = max((cell_len(name) for name, _ in shown), default=0) + _GAP
    for name, value in shown:
        yield from _aligned(name, wrapped(value, screen.width - names), names)


def _aligned(name: str, values: Sequence[str], width: int) -> Iterator[Text]:
    yield Text.assemble((padded(name, width if values[0] else 0), "bold"), values[0])
    for value in values[1:]:
        yield Text(" " * width + value)

"""How far an export has come is shown on a terminal, and nowhere else."""

import io
import sys
from collections.abc import Callable

import pytest

from rankcrawler.commands.store.advance import Advance


class Screen(io.StringIO):
    """Standard error, which is a terminal or not."""

    def __init__(self, *, is_terminal: bool) -> None:
        super().__init__()
        self._is_terminal = is_terminal

    def isatty(self) -> bool:
        return self._is_terminal


@pytest.fixture
def shown(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], tuple[str, list[int]]]:
    """What is shown while ten parts pass through, and how often the expected number was asked for."""

    def passed(is_terminal: bool) -> tuple[str, list[int]]:
        screen, asked = Screen(is_terminal=is_terminal), []
        monkeypatch.setattr(sys, "stderr", screen)
        monkeypatch.setenv("TERM", "xterm")

        def expected() -> int:
            asked.append(10)
            return 10

        with Advance(expected) as advance:
            assert list(advance.through(range(10))) == list(range(10))
        assert advance.done == 10
        return screen.getvalue(), asked

    return passed


def test_a_terminal_shows_how_many_of_how_many(shown: Callable[[bool], tuple[str, list[int]]]) -> None:
    text, asked = shown(True)
    assert "10/10" in text
    assert asked == [10]


def test_a_pipe_shows_nothing_and_asks_for_no_number(shown: Callable[[bool], tuple[str, list[int]]]) -> None:
    assert shown(False) == ("", [])

"""Tests that take long come first in the part of each process, and none is left out."""

from pathlib import Path

from tests.order import SECONDS, ordered


def shared(tests: list[str], processes: int) -> list[list[str]]:
    """The part of each process, as pytest-xdist makes them."""
    found = ordered(tests, lambda test: test.partition("::")[0], processes)
    assert sorted(found) == sorted(tests)
    parts = []
    for left in range(processes, 0, -1):
        size = len(found) // left
        parts.append(found[:size])
        del found[:size]
    return parts


def test_each_process_begins_with_long_files_and_has_its_share_of_them() -> None:
    longest = sorted(SECONDS, key=lambda name: -SECONDS[name])[:4]
    tests = [f"test_short{number}::test" for number in range(29)] + [f"{name}::test" for name in sorted(longest)]
    one, other = shared(tests, 2)
    assert {one[0], one[1], other[0], other[1]} == {f"{name}::test" for name in longest}
    assert (one[0], other[0]) == (f"{longest[0]}::test", f"{longest[1]}::test")
    assert one[2:] + other[2:] == tests[:29]


def test_the_tests_of_a_file_stay_together_and_in_their_order() -> None:
    name = next(iter(SECONDS))
    tests = [f"{name}::test{number}" for number in range(8)] + ["test_a::test", "test_b::test"]
    assert ordered(tests, lambda test: test.partition("::")[0], 3) == tests, "no part has room for it"
    assert shared(tests, 1) == [tests]
    assert shared([*tests[8:], *tests[:8]], 1) == [tests]


def test_every_file_that_takes_long_is_there() -> None:
    assert {name for name in SECONDS if not (Path(__file__).parent / f"{name}.py").is_file()} == set()

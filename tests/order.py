"""The order of tests that several processes share: files that take long come first in the part of each.

pytest-xdist gives each process an equal number of tests in a row, and one that has none left takes over half of those
that another one would run last. Long tests at the end would leave one process alone with them.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

SECONDS = {
    "test_add_a_column": 15,
    "test_benchmarks": 60,
    "test_crawl": 20,
    "test_crawl_anchors": 90,
    "test_crawl_feeds": 15,
    "test_crawl_soft_outage": 50,
    "test_dashboard_browser": 40,
    "test_deploy": 20,
    "test_documents": 15,
    "test_false_success": 30,
    "test_faults_cluster": 45,
    "test_faults_redis": 70,
    "test_faults_store": 35,
    "test_fleet": 25,
    "test_hostile_text": 25,
    "test_language": 10,
    "test_live_demo": 12,
    "test_packages": 35,
    "test_profile_crawls": 35,
    "test_queue_model": 14,
    "test_readme_commands": 45,
    "test_serve_api": 25,
    "test_simulator_command": 15,
    "test_store_command": 25,
    "test_store_migration": 20,
    "test_store_truth": 25,
    "test_store_views": 18,
    "test_terminal": 25,
    "test_terminals": 20,
    "test_torture_books": 7,
    "test_torture_kills": 10,
    "test_torture_limits": 10,
    "test_torture_schedule": 13,
    "test_torture_sessions": 14,
    "test_torture_store": 10,
}
"""What a file takes alone on two cores, roughly; of those that take the longest."""
Test = TypeVar("Test")


def ordered(tests: Sequence[Test], file_of: Callable[[Test], str], processes: int) -> list[Test]:
    """The tests in the order in which they are to be shared; those of a file stay in their order.

    Each process gets about as many seconds of long files as the others, the longest first.
    """
    files: dict[str, list[Test]] = {}
    for test in tests:
        files.setdefault(file_of(test), []).append(test)
    sizes = [len(tests) * (number + 1) // processes - len(tests) * number // processes for number in range(processes)]
    parts: list[list[Test]] = [[] for _ in sizes]
    seconds = [0.0] * processes
    for name in sorted(files.keys() & SECONDS.keys(), key=lambda name: (-SECONDS[name], name)):
        room = [number for number, size in enumerate(sizes) if len(parts[number]) + len(files[name]) <= size]
        if room:
            part = min(room, key=lambda number: seconds[number])
            parts[part] += files.pop(name)
            seconds[part] += SECONDS[name]
    rest = [test for file in files.values() for test in file]
    for part, size in zip(parts, sizes, strict=True):
        missing = size - len(part)
        part += rest[:missing]
        del rest[:missing]
    return [test for part in parts for test in part]

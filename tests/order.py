"""The order of tests that several processes share: files that take long come first in the part of each.

pytest-xdist gives each process an equal number of tests in a row, and one that has none left takes over half of those
that another one would run last. Long tests at the end would leave one process alone with them.
"""

from collections.abc import Callable, Sequence
from typing import TypeVar

SECONDS = {
    "test_add_a_column": 21,
    "test_benchmarks": 74,
    "test_crawl": 29,
    "test_crawl_anchors": 90,
    "test_crawl_feeds": 17,
    "test_crawl_soft_outage": 56,
    "test_dashboard_faults": 16,
    "test_dashboard_use": 30,
    "test_deploy": 30,
    "test_false_success": 28,
    "test_faults_cluster": 41,
    "test_faults_redis": 58,
    "test_faults_store": 37,
    "test_fleet": 27,
    "test_hostile_queue": 11,
    "test_hostile_text": 21,
    "test_insight": 21,
    "test_language": 18,
    "test_live_demo": 11,
    "test_packages": 45,
    "test_profile_crawls": 41,
    "test_queue_embedded": 14,
    "test_queue_model": 15,
    "test_readme_commands": 45,
    "test_serve_api": 25,
    "test_simulator_command": 15,
    "test_store_check": 22,
    "test_store_command": 39,
    "test_store_export": 17,
    "test_store_inspection": 15,
    "test_store_migration": 29,
    "test_store_questions": 28,
    "test_store_sources_command": 23,
    "test_store_truth": 32,
    "test_store_views": 26,
    "test_terminal": 25,
    "test_terminals": 44,
    "test_torture_answers": 11,
    "test_torture_limits": 10,
    "test_torture_schedule": 12,
    "test_torture_sessions": 18,
    "test_torture_store": 10,
    "test_watching": 14,
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
    seconds = [0] * processes
    for name in sorted(files.keys() & SECONDS.keys(), key=lambda name: (-SECONDS[name], name)):
        fitting = [number for number, size in enumerate(sizes) if len(parts[number]) + len(files[name]) <= size]
        if fitting:
            number = min(fitting, key=lambda number: seconds[number])
            parts[number] += files.pop(name)
            seconds[number] += SECONDS[name]
    rest = [test for file in files.values() for test in file]
    for part, size in zip(parts, sizes, strict=True):
        missing = size - len(part)
        part += rest[:missing]
        del rest[:missing]
    return [test for part in parts for test in part]

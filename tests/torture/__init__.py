"""Crawls that are killed, frozen and timed while they run: real workers, a real queue, a real store.

`make torture` runs the long versions, the test suite the short ones; docs/torture.md says what each checks.
"""

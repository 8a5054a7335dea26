"""SQLite's write-ahead log, which lets others read while one writes."""

from time import monotonic, sleep

import apsw

_PAUSE = 0.01
"""Seconds."""


def turn_on(db: apsw.Connection, patience: float) -> None:
    """Turn it on, with every transaction safe on disk; raises apsw.Error.

    If many open a new file at once, SQLite lets one do it and fails the others without waiting: they try again for
    `patience` seconds.
    """
    deadline = monotonic() + patience
    while True:
        try:
            db.execute("PRAGMA auto_vacuum = INCREMENTAL")
            db.execute("PRAGMA journal_mode = WAL")
            break
        except apsw.BusyError:
            if monotonic() > deadline:
                raise
            sleep(_PAUSE)
    db.execute("PRAGMA synchronous = FULL")

"""Brings a store that an older rankcrawler wrote to this version, by the steps that schema.py reads."""

from pathlib import Path

from rankcrawler.errors import SettingError
from rankcrawler.language import tr
from rankcrawler.store import locate, migration_sqlite


def migrate(url: str) -> str:
    """Migrate a store, and return a line that says what was done.

    Raises SettingError for JSON Lines, and StoreError if the store cannot be migrated or is in use. Each step is one
    transaction, so an interrupted migration leaves the store as it was after the last step, and can be started again.
    """
    kind, path = locate.parse(url)
    if kind == "jsonl":
        raise SettingError(
            tr("STORE_URL is {url}: JSON Lines of any version can be read, and need no migration", url=url)
        )
    done = None
    if kind == "sqlite" and Path(path).exists():
        done = migration_sqlite.migrate(Path(path))
    elif kind == "postgresql":
        from rankcrawler.store import migration_postgresql  # its driver takes 50 ms to import

        done = migration_postgresql.migrate(url)
    if done is not None:
        return done
    store = locate.open_records(url)
    place, version = store.status()[:2]
    store.close()
    return tr("{place} has version {version} already", place=place, version=version)

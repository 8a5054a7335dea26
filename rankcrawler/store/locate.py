"""Opens the store that an address names."""

from importlib.util import find_spec
from pathlib import Path
from urllib.parse import unquote, urlsplit

from rankcrawler.errors import SettingError
from rankcrawler.language import marked, tr
from rankcrawler.store.contract import Records, Store
from rankcrawler.store.database import Database
from rankcrawler.store.json_lines import JsonLinesStore
from rankcrawler.store.sql_store import SqlStore
from rankcrawler.store.sqlite import SqliteDatabase

_FORMS = marked("sqlite:///FILE (four slashes for an absolute path), postgresql://USER@HOST/DATABASE or jsonl:FOLDER")


def open_store(url: str) -> Store:
    """Open a store to write to it, and create it where it is missing.

    Raises SettingError if the address names none, StoreError if the store cannot be opened.
    """
    kind, path = parse(url)
    return JsonLinesStore(Path(path)) if kind == "jsonl" else open_records(url, create=True)


def open_records(url: str, *, create: bool = False) -> Records:
    """Open a store that answers questions.

    Raises as open_store does, NoStore if it is missing and not to be created, and SettingError for JSON Lines.
    """
    return SqlStore(open_database(url, create=create))


def open_database(
    url: str, *, create: bool = False, is_read_only: bool = False, seconds: float | None = None
) -> Database:
    """Open the database of a store that answers questions; if `is_read_only`, it refuses to be changed.

    A question may take `seconds`, if they are given. Raises as open_records does.
    """
    kind, path = parse(url)
    if kind == "jsonl":
        raise SettingError(
            tr("STORE_URL is {url}, which other tools can read; this command needs sqlite: or postgresql:", url=url)
        )
    if kind == "sqlite":
        return SqliteDatabase(Path(path), create=create, is_read_only=is_read_only, seconds=seconds)
    from rankcrawler.store.postgresql import PostgresDatabase  # its driver takes 50 ms to import

    return PostgresDatabase(url, create=create, is_read_only=is_read_only, seconds=seconds)


def parse(url: str) -> tuple[str, str]:
    """The kind of store, and its file, folder or database.

    Raises SettingError for an unknown form of address, and for one of PostgreSQL where its driver is not installed.
    """
    parts = urlsplit(url)
    if parts.scheme == "sqlite" and not parts.netloc and len(parts.path) > 1:
        return "sqlite", unquote(parts.path[1:])
    if parts.scheme == "jsonl" and not parts.netloc and parts.path:
        return "jsonl", unquote(parts.path)
    if parts.scheme in ("postgresql", "postgres") and (parts.netloc or parts.query):
        if "@" in parts.path + parts.fragment + parts.query or parts.netloc.count("@") > 1:
            raise SettingError(tr("STORE_URL must have special characters in its user and password percent-encoded"))
        _check_driver()
        return "postgresql", parts.path[1:]
    raise SettingError(tr("STORE_URL must be {forms}", forms=tr(_FORMS)))


def _check_driver() -> None:
    """Raise SettingError where psycopg is missing: a store in SQLite does not need it."""
    if find_spec("psycopg") is None:
        install = "pip install 'rankcrawler[postgresql]'"
        raise SettingError(tr("STORE_URL names PostgreSQL, which needs psycopg: {install}", install=install))

"""From the setting STORE_URL to a store."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from scrapy.settings import BaseSettings

from rankcrawler.errors import SettingError
from rankcrawler.store.contract import Records, Store
from rankcrawler.store.json_lines import JsonLinesStore
from rankcrawler.store.sql_store import SqlStore
from rankcrawler.store.sqlite import SqliteDatabase

_FORMS = "sqlite:///FILE (four slashes for an absolute path), postgresql://USER@HOST/DATABASE or jsonl:FOLDER"


def url(settings: BaseSettings) -> str:
    """Where the settings put the store: STORE_URL, else ranks.db in DATA_DIR."""
    return settings["STORE_URL"] or f"sqlite:///{settings['DATA_DIR'].rstrip('/')}/ranks.db"


def open_store(where: str) -> Store:
    """Open the store that an address names; SettingError if it names none, StoreError if it cannot be."""
    kind, path = parse(where)
    return JsonLinesStore(Path(path)) if kind == "jsonl" else open_records(where)


def open_records(where: str) -> Records:
    """The same, where the store must answer questions: SettingError also for JSON Lines."""
    kind, path = parse(where)
    if kind == "jsonl":
        raise SettingError(f"STORE_URL is {where}, files to be read by other tools: this asks sqlite: or postgresql:")
    if kind == "sqlite":
        return SqlStore(SqliteDatabase(Path(path)))
    from rankcrawler.store.postgresql import PostgresDatabase  # its driver takes 50 ms to import

    return SqlStore(PostgresDatabase(where))


def parse(where: str) -> tuple[str, str]:
    """The kind of store, and its file, folder or database; SettingError where the address is in no known form."""
    parts = urlsplit(where)
    if parts.scheme == "sqlite" and not parts.netloc and len(parts.path) > 1:
        return "sqlite", unquote(parts.path[1:])
    if parts.scheme == "jsonl" and not parts.netloc and parts.path:
        return "jsonl", unquote(parts.path)
    if parts.scheme in ("postgresql", "postgres") and (parts.netloc or parts.query):
        return "postgresql", parts.path[1:]
    raise SettingError(f"STORE_URL must be {_FORMS}")

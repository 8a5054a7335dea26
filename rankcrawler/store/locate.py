"""From the setting STORE_URL to a store."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from scrapy.settings import BaseSettings

from rankcrawler.errors import SettingError
from rankcrawler.store.contract import Store
from rankcrawler.store.json_lines import JsonLinesStore
from rankcrawler.store.sqlite import SqliteStore

_FORMS = "sqlite:///FILE (four slashes for an absolute path) or jsonl:FOLDER"


def url(settings: BaseSettings) -> str:
    """Where the settings put the store: STORE_URL, else ranks.db in DATA_DIR."""
    return settings["STORE_URL"] or f"sqlite:///{settings['DATA_DIR'].rstrip('/')}/ranks.db"


def open_store(where: str) -> Store:
    """Open the store that an address names; SettingError if it names none, StoreError if it cannot be."""
    kind, path = parse(where)
    return SqliteStore(path) if kind == "sqlite" else JsonLinesStore(path)


def parse(where: str) -> tuple[str, Path]:
    """The kind of store, and its file or folder; SettingError where the address is not in a known form."""
    parts = urlsplit(where)
    if parts.scheme == "sqlite" and not parts.netloc and len(parts.path) > 1:
        return "sqlite", Path(unquote(parts.path[1:]))
    if parts.scheme == "jsonl" and not parts.netloc and parts.path:
        return "jsonl", Path(unquote(parts.path))
    raise SettingError(f"STORE_URL must be {_FORMS}")

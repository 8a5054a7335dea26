"""A PostgreSQL server's address and messages, without the password."""

import psycopg
from psycopg.conninfo import conninfo_to_dict

from rankcrawler.errors import StoreError
from rankcrawler.language import tr


def without_password(url: str) -> str:
    """Where a database is; raises StoreError if the address cannot be read."""
    try:
        parts = conninfo_to_dict(url)
    except psycopg.Error:
        raise StoreError(tr("STORE_URL cannot be read as postgresql://USER:PASSWORD@HOST:PORT/DATABASE")) from None
    host, port = parts.get("host") or "", parts.get("port")
    return f"postgresql://{host}{f':{port}' if port else ''}/{parts.get('dbname') or ''}"


def first_line(error: psycopg.Error, url: str) -> str:
    """The first line of the server's message; the lines after it may repeat text from a list."""
    line = (error.diag.message_primary or str(error)).strip().partition("\n")[0]
    try:
        password = conninfo_to_dict(url).get("password")
    except psycopg.Error:
        return type(error).__name__
    return line.replace(str(password), "***") if password else line

"""Lets a user of PostgreSQL read the views, and nothing else."""

from collections.abc import Sequence
from pathlib import Path

import psycopg
from psycopg import sql

from rankcrawler.errors import SettingError, StoreError
from rankcrawler.language import tr
from rankcrawler.store import locate, schema
from rankcrawler.store.database import Record
from rankcrawler.store.postgresql_address import first_line, without_password
from rankcrawler.store.postgresql_connection import CONNECT_SECONDS, OPTIONS
from rankcrawler.store.views import views

_LIMITS = {
    "default_transaction_read_only": "on",
    "statement_timeout": "60s",
    "idle_in_transaction_session_timeout": "60s",
}
"""Settings of a user's sessions: no query of theirs keeps a worker waiting for long."""
_ROLE = """
SELECT rolsuper OR rolname = current_user OR pg_has_role(%s, c.relowner, 'MEMBER')
FROM pg_roles, pg_class c WHERE c.oid = 'store'::regclass AND rolname = %s
"""


def grant(url: str, role: str, password_file: Path | None = None) -> str:
    """Let a user read the views of the database at an address, and return a line that says so.

    Creates the user where there is none. Raises SettingError for other stores and for a password file without a
    password, and StoreError if the database refuses.
    """
    if locate.parse(url)[0] != "postgresql":
        raise SettingError(
            tr("STORE_URL is {url}: only PostgreSQL has users; who may read a file may read all of it", url=url)
        )
    password, place = _password(password_file), without_password(url)
    try:
        with psycopg.connect(url, connect_timeout=CONNECT_SECONDS, options=OPTIONS) as connection:
            _check(connection, place)
            found = connection.execute(_ROLE, (role, role)).fetchall()
            if found and found[0][0]:
                raise SettingError(
                    tr("{role} may write to the store, and is not made a reader: name another user", role=role)
                )
            if not found:
                connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(role)))
            _set_up(connection, role, password)
            give(connection, [role])
    except psycopg.Error as error:
        raise StoreError(
            tr("{place}: {role} gets no access: {error}", place=place, role=role, error=first_line(error, url))
        ) from None
    names = ", ".join(each.name for each in views())
    return tr("{place}: {role} may read {views}", place=place, role=role, views=names)


def readers(connection: psycopg.Connection[Record]) -> list[str]:
    """The users who may read the views, but for their owner."""
    found = connection.execute(
        "SELECT DISTINCT o.rolname FROM pg_class c, aclexplode(c.relacl) a JOIN pg_roles o ON o.oid = a.grantee "
        "WHERE c.relnamespace = current_schema()::regnamespace AND c.relkind = 'v' AND c.relname = ANY(%s) "
        "AND a.privilege_type = 'SELECT' AND a.grantee <> c.relowner",
        ([each.name for each in views()],),
    )
    return [name for (name,) in found]


def give(connection: psycopg.Connection[Record], roles: Sequence[str]) -> None:
    """Let users read the views as they are now."""
    names = sql.SQL(", ").join(sql.Identifier(each.name) for each in views())
    [(schema_name,)] = connection.execute("SELECT current_schema()").fetchall()
    for role in map(sql.Identifier, roles):
        connection.execute(sql.SQL("GRANT USAGE ON SCHEMA {} TO {}").format(sql.Identifier(schema_name), role))
        connection.execute(sql.SQL("GRANT SELECT ON {} TO {}").format(names, role))


def _set_up(connection: psycopg.Connection[Record], role: str, password: str | None) -> None:
    """Limit what the user's sessions do; a password leaves this machine as its SCRAM verifier only."""
    for name, value in _LIMITS.items():
        statement = sql.SQL("ALTER ROLE {} SET {} = {}")
        connection.execute(statement.format(sql.Identifier(role), sql.Identifier(name), sql.Literal(value)))
    if password is not None:
        verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256")
        statement = sql.SQL("ALTER ROLE {} PASSWORD {}")
        connection.execute(statement.format(sql.Identifier(role), sql.Literal(verifier.decode())))


def _check(connection: psycopg.Connection[Record], place: str) -> None:
    if connection.execute("SELECT to_regclass('store')").fetchall()[0][0] is None:
        raise StoreError(tr("there is no store at {place}: a crawl creates it", place=place))
    [(found,)] = connection.execute("SELECT version FROM store").fetchall()
    if found != schema.version():
        raise schema.mismatch(place, found)


def _password(path: Path | None) -> str | None:
    if path is None:
        return None
    try:
        first, _, _ = path.read_text("utf-8").partition("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(tr("--password-file {path} cannot be read: {error}", path=path, error=error)) from None
    if not first.strip():
        raise SettingError(tr("--password-file {path}: expected a password in the first line", path=path))
    return first.strip()

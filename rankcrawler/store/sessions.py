"""The sessions of anchors in a database."""

from rankcrawler.clock import iso
from rankcrawler.model.sessions import FOUND, ROOM, SessionChange
from rankcrawler.store.answers import Session
from rankcrawler.store.database import Database, Record
from rankcrawler.store.text import encoded
from rankcrawler.store.values import plain, restored, texts

_ALL = ""


def note(database: Database, source_key: int, change: SessionChange) -> None:
    """Take in what has become of a session, within a transaction."""
    of = source_key, encoded(change.anchor)
    room_id = _ALL if change.room_id is None else encoded(change.room_id)
    begun = change.begun_ms, change.begun_by or FOUND
    if change.ended_ms is None:
        facts = plain((change.title, change.nickname, change.flags))
        database.bulk("end_other_sessions", [(*of, room_id, change.fence, change.begun_ms, ROOM)])
        database.bulk("add_sessions", [(*of, room_id, change.fence, *begun, *facts)])
    elif change.room_id is None:
        database.bulk("end_other_sessions", [(*of, _ALL, change.fence, change.ended_ms, change.ended_by)])
    else:
        since = change.ended_ms if change.begun_ms is None else change.begun_ms
        ended = max(change.ended_ms, since)
        database.bulk("add_ended_sessions", [(*of, room_id, change.fence, since, begun[1], ended, change.ended_by)])


def of_record(record: Record) -> Session:
    """The session of a record of the query `sessions`."""
    source, anchor, room_id, begun, begun_by, ended, ended_by, title, nickname, flags, last_list = restored(record)
    return Session(
        source,
        anchor,
        room_id,
        iso(begun),
        begun_by,
        None if ended is None else iso(ended),
        ended_by,
        title,
        nickname,
        texts(flags),
        None if last_list is None else iso(last_list),
    )

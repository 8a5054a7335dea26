"""Turns a list that is to be kept into rows: the list, what differs in it, and what that says of users."""

from collections import defaultdict

from rankcrawler.clock import ms
from rankcrawler.store import deltas, increments
from rankcrawler.store.batch import Batch
from rankcrawler.store.database import Database, Row
from rankcrawler.store.days import KEY_BITS, day_of, is_certain, key_of
from rankcrawler.store.deduplication import Judged
from rankcrawler.store.increments import Change
from rankcrawler.store.interning import Interned, Own, facts_of, plain
from rankcrawler.store.room import Room
from rankcrawler.store.rows import EntryRow, flags_of, other_words, owns_of, rows_of
from rankcrawler.store.text import kept


class ListWriter:
    """Adds lists to batches, in the order of their polls."""

    def __init__(self, database: Database, interned: Interned) -> None:
        self._database = database
        self._interned = interned
        self._last = deltas.LastLists(database)

    def forget(self) -> None:
        """Know nothing of what was written."""
        self._last.forget()

    def add_all(self, lists: list[Judged], batch: Batch) -> None:
        """Add polls, and the lists of those whose room's last is not the same and of the same day."""
        self._interned.make_room()
        texts = [(each.poll.user_count_desc, each.poll.currency, _words(each.poll.flags)) for each in lists]
        self._interned.learn_texts(text for three in texts for text in three)
        rows = self._rows_of_all(lists)
        for judged, rows_of_list in zip(lists, rows, strict=True):
            self._add(judged, rows_of_list, batch)

    def _add(self, judged: Judged, rows: list[EntryRow], batch: Batch) -> None:
        poll, room, _, at, *_ = judged
        counts = batch.rooms[day_of(at), room.room_key]
        counts[0] += 1
        key = room.last_snapshot
        if not judged.is_same or key is None or room.base_key is None or day_of(key >> KEY_BITS) != day_of(at):
            key = self._add_list(judged, rows, batch)
        desc = self._text(poll.user_count_desc)
        polled_ms = ms(poll.polled_at)
        row = (room.room_key, at, 1, polled_ms, judged.outcome, key, poll.total, desc, None, None)
        batch.polls.append(row)

    def _add_list(self, judged: Judged, rows: list[EntryRow], batch: Batch) -> int:
        poll, room, _, at, is_newest, _, before_ms = judged
        key = self._free_key(at, room.room_key, batch)
        before = self._before(room) if is_newest else None
        differing = deltas.differing(before, rows) if before is not None else list(range(len(rows)))
        base_key, step = key, 0
        if before is not None and _follows(room, at, len(differing), len(rows)):
            assert room.base_key is not None
            assert room.step is not None
            base_key, step = room.base_key, room.step + 1
        written = range(len(rows)) if step == 0 else differing
        batch.entries += [(key, index + 1, *rows[index][:-1]) for index in written]
        batch.snapshots.append(self._list_row(key, base_key, step, judged))
        batch.quarantine += [(key, each.position, *plain((each.path, each.reason))) for each in poll.quarantined]
        counts = batch.rooms[day_of(at), room.room_key]
        counts[2] += 1
        counts[3] += len(written)
        if is_newest:
            room.last_snapshot, room.base_key, room.step, room.entry_count = key, base_key, step, len(rows)
            self._last.keep(room.room_key, key, rows)
            change = increments.first(rows) if before is None else increments.between(before, rows, differing)
            self._count(change, room, at, before_ms, batch)
            self._look(rows if before is None else [rows[index] for index in differing], at, batch)
        else:
            for user in {row.user_key for row in rows if row.user_key is not None}:
                batch.late_users[user] = min(at, batch.late_users.get(user, at))
        return key

    def _rows_of_all(self, lists: list[Judged]) -> list[list[EntryRow]]:
        """The rows of lists; what they need that is not known is asked for all of them together."""
        owns = [owns_of(each.poll) if self._may_be_written(each) else [] for each in lists]
        sources = [judged.room.source_key for judged in lists]
        keys = [self._interned.keys_of(source, own) for source, own in zip(sources, owns, strict=True)]
        unknown: defaultdict[int, dict[Row, tuple[int, Own]]] = defaultdict(dict)
        for judged, source, own, found in zip(lists, sources, owns, keys, strict=True):
            if None in found:
                for row, key in zip(own, found, strict=True):
                    if key is None:
                        unknown[source].setdefault(facts_of(row), (judged.captured_ms, row))
        learned = {source: self._interned.learn(source, seen) for source, seen in unknown.items()}
        others = [other_words(own) for own in owns]
        self._interned.learn_texts(text for each in others for text in each.values())
        self._interned.learn_texts(text for own in owns for text in flags_of(own))
        rows = []
        for source, own, found, words in zip(sources, owns, keys, others, strict=True):
            known = [key or learned[source][facts_of(row)] for row, key in zip(own, found, strict=True)]
            rows.append(rows_of(own, known, words, self._interned.texts))
        return rows

    @staticmethod
    def _may_be_written(judged: Judged) -> bool:
        begins_day = day_of(judged.before_ms) != day_of(judged.captured_ms)
        return not judged.is_same or begins_day or judged.room.base_key is None

    def _before(self, room: Room) -> list[EntryRow] | None:
        """The room's last list; None if it has none, or it was purged."""
        if room.last_snapshot is None or room.base_key is None or room.step is None or room.entry_count is None:
            return None
        known = self._last.get(room.room_key, room.last_snapshot)
        return deltas.read(self._database, room.base_key, room.step, room.entry_count) if known is None else known

    def _free_key(self, at: int, room_key: int, batch: Batch) -> int:
        key = key_of(at, room_key)
        if is_certain(at, room_key):
            return key
        taken = {row[0] for row in batch.snapshots}
        while key in taken or self._database.each("has_snapshot", [(key,)])[0]:
            key += 1
        return key

    def _list_row(self, key: int, base_key: int, step: int, judged: Judged) -> Row:
        poll = judged.poll
        has_more = None if poll.has_more is None else int(poll.has_more)
        texts = self._text(poll.currency), self._text(_words(poll.flags))
        anchor = None if poll.anchor_id is None else kept(poll.anchor_id)
        times = judged.captured_ms, ms(poll.polled_at)
        digest = bytes.fromhex(poll.digest)
        return (
            key,
            judged.room.room_key,
            base_key,
            step,
            *times,
            len(poll.entries),
            anchor,
            texts[0],
            has_more,
            texts[1],
            digest,
        )

    def _text(self, text: str | None) -> int | None:
        return None if text is None else self._interned.text(text)

    def _count(self, change: Change, room: Room, at: int, before_ms: int, batch: Batch) -> None:
        key = room.room_key
        given = change.given | self._given_unseen(change, key, batch)
        batch.stays += [(key, user, at, score) for user, score in change.came.items()]
        batch.arrivals += [(user, key) for user in change.came]
        batch.ended_stays += [(before_ms, score, key, user, at) for user, score in change.went.items()]
        day = day_of(at)
        for user, coins in given.items():
            batch.givers[day, user] += coins
        batch.rooms[day, key][4] += sum(given.values())

    def _given_unseen(self, change: Change, room_key: int, batch: Batch) -> dict[int, int]:
        """What those gave who came: they may have been there before, and have left."""
        if change.floor is None or not change.came:
            return {}
        users = list(change.came)
        left = self._database.each("last_score", [(room_key, user) for user in users])
        known = {user: rows[0][0] for user, rows in zip(users, left, strict=True) if rows}
        known |= {user: score for _, score, room, user, _ in batch.ended_stays if room == room_key}
        return {
            user: coins
            for user, score in change.came.items()
            if (coins := increments.since_unseen(known.get(user), score, change.floor))
        }

    def _look(self, rows: list[EntryRow], at: int, batch: Batch) -> None:
        """Note the users whose look is not the one that was noted last."""
        latest = self._interned.latest
        for row in rows:
            user = row.user_key
            if user is not None and latest.get(user) != row.profile_key:
                latest[user] = row.profile_key
                if user not in batch.looks or batch.looks[user][1] <= at:
                    batch.looks[user] = row.profile_key, at


def _follows(room: Room, at: int, changed: int, length: int) -> bool:
    """Whether a list is written as what differs from the room's last."""
    if room.base_key is None or room.step is None or day_of(room.base_key >> KEY_BITS) != day_of(at):
        return False
    return room.step + 1 < deltas.LONGEST and changed <= deltas.MOST_CHANGED * length


def _words(flags: tuple[str, ...]) -> str | None:
    return " ".join(flags) or None

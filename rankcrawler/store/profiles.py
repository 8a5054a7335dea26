"""Contributors and their profiles: how they appear in lists."""

from collections.abc import Mapping

from rankcrawler.model.columns import Group, Row, in_groups, picker
from rankcrawler.model.rows import COLUMNS
from rankcrawler.store import layout, tables
from rankcrawler.store.database import Database
from rankcrawler.store.fingerprints import facts_in, fingerprint
from rankcrawler.store.keys import keys_of
from rankcrawler.store.text import encoded
from rankcrawler.store.values import plain

_COLUMNS = in_groups(COLUMNS, Group.USER, Group.PROFILE)
_ID = [each.name for each in _COLUMNS].index(layout.ID)
_NEVER_MS = -1
"""When the profile of a new contributor was seen, until Batch notes their first."""

profile_of = picker(_COLUMNS, layout.FACTS)
"""The contributor and the profile in what a row says of them."""
_facts = facts_in(_COLUMNS)


class Profiles:
    """The profiles of one gateway's contributors; `keys` has the key of each, and its contributor's if there is one."""

    def __init__(self, source: int) -> None:
        self.keys: dict[Row, tuple[int, int | None]] = {}
        self.new_users: set[int] = set()
        """Contributors that were added, and have no latest profile yet."""
        self._source = source

    def learn(self, database: Database, seen: Mapping[Row, int]) -> None:
        """Make sure that `keys` has the profiles in facts that were seen in lists of these times, in milliseconds."""
        first_seen: dict[Row, int] = {}
        for facts, at_ms in seen.items():
            profile = profile_of(facts)
            if profile not in self.keys:
                first_seen[profile] = min(at_ms, first_seen.get(profile, at_ms))
        users = self._learn_users(database, first_seen)
        owners = [users.get(profile[_ID]) for profile in first_seen]
        records = [
            (fingerprint(self._source, *_facts(profile)), owner, *plain(profile[:_ID] + profile[_ID + 1 :]))
            for profile, owner in zip(first_seen, owners, strict=True)
        ]
        keys = keys_of(database, tables.PROFILES, records)
        self.keys.update(zip(first_seen, zip(keys, owners, strict=True), strict=True))

    def _learn_users(self, database: Database, first_seen: dict[Row, int]) -> dict[str | None, int]:
        """The keys of contributors by their ids."""
        seen: dict[str, int] = {}
        for profile, at_ms in first_seen.items():
            if profile[_ID] is not None:
                seen[profile[_ID]] = min(at_ms, seen.get(profile[_ID], at_ms))
        records = [(self._source, encoded(user_id), at_ms, _NEVER_MS) for user_id, at_ms in seen.items()]
        return dict(zip(seen, keys_of(database, tables.USERS, records, self.new_users), strict=True))

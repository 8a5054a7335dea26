"""First: flag lists that break a rule, and count the flags. Drops nothing.

LIST_RULES adds rules of a user's own, which see the list as the gateway sent it. With PSEUDONYMISE_KEY, everything
after this pipeline sees pseudonyms instead of clear identifiers.
"""

import logging
from collections.abc import Sequence

import msgspec
from scrapy.crawler import Crawler
from scrapy.statscollectors import StatsCollector

from rankcrawler import statistics
from rankcrawler.model import own_rules, pseudonyms, rules
from rankcrawler.model.items import Poll, RoomSnapshot
from rankcrawler.model.own_rules import Rule
from rankcrawler.model.pseudonyms import Pseudonyms
from rankcrawler.options import Options

logger = logging.getLogger(__name__)


class ValidatePipeline:
    """Flags snapshots; counts each flag in `rankcrawler/flags/…`."""

    def __init__(self, stats: StatsCollector, hidden: Pseudonyms | None = None, own: Sequence[Rule] = ()) -> None:
        self._stats = stats
        self._pseudonyms = hidden
        self._own = own
        self._earlier = rules.Earlier()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> "ValidatePipeline":
        """The pipeline for a crawl."""
        options = Options.of(crawler.settings)
        hidden, own = pseudonyms.of_key(options.pseudonymise_key), own_rules.loaded(options.own_code["LIST_RULES"])
        return cls(crawler.stats, hidden, own)

    def process_item(self, item: object) -> object:
        """The poll with its list flagged. Returns polls without a list, and other items, unchanged."""
        if not isinstance(item, Poll) or item.snapshot is None:
            return item
        found = item.snapshot
        if found.quarantined:
            first, rows = found.quarantined[0], len(found.quarantined)
            self._stats.inc_value(statistics.ROWS_QUARANTINED, rows)
            message = "Room %s: %d rows could not be read, the first at %s: %s"
            room = found.target.room_id
            logger.error(message, room, rows, first.path, first.reason, extra={"room": room})
        snapshot = validated(found, self._earlier, self._pseudonyms, self._own)
        for flag in snapshot.flags:
            self._stats.inc_value(statistics.FLAGS + flag)
        return item if snapshot is found else msgspec.structs.replace(item, found=snapshot)


def validated(
    snapshot: RoomSnapshot,
    earlier: rules.Earlier | None = None,
    hidden: Pseudonyms | None = None,
    own: Sequence[Rule] = (),
) -> RoomSnapshot:
    """The snapshot with its flags, checked against the run's `earlier` ones and a user's `own` rules, and pseudonymised
    with `hidden`. Raises SettingError if such a rule gives no proper flag.
    """
    flagged = rules.flagged(snapshot, earlier, own_rules.flags(own, snapshot) if own else ())
    return flagged if hidden is None else hidden.of(flagged)

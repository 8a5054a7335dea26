"""Every error of ours.

RankcrawlerError
├── SettingError      a setting is missing, or has a value that cannot be used
├── JobError          an entry of a file, an argument or the inbox does not describe a room to poll
├── GatewayError      the gateway did not answer: unreachable, too slow, cut off, too large
│   ├── GatewayDown   … and has not for a while
│   ├── WrongAddress  something else answered, and the gateway never has
│   └── NoTokenLeft   it was not asked, because it has refused every token
├── AnswerError       the gateway answered, and the answer cannot be read as a rank list
├── QueueError        the queue's server cannot be started or joined
│   ├── QueueStopped  a person or a worker has stopped the whole fleet
│   ├── QueueOfAnother   it holds the rooms of another gateway
│   ├── NewerQueue        a newer rankcrawler writes it in a way of its own
│   └── NoQueue           there is none yet
├── StoreError        the store cannot be opened or written
│   ├── StoreUnavailable   … now; the same call may succeed later
│   ├── RefusedByStore     … because of one poll
│   ├── NoStore            there is none yet
│   ├── OtherVersion       an older or a newer rankcrawler wrote it
│   ├── UnfinishedCopy     it is a copy of another one, and not whole yet
│   ├── NotInStore         it has nothing of that room, contributor or anchor
│   ├── TookTooLong        a question was given up
│   └── DamagedList   rows of a list that was stored are missing
├── FeedError         a feed cannot be opened or written
├── AlertError        the file of alerts cannot be used, or a rule cannot be kept
│   └── NoRule        there is no rule of that name
└── RequestError      a request to what `serve` serves does not say what is wanted
"""

from rankcrawler.language import marked, tr


class RankcrawlerError(Exception):
    """The root: catch this to catch whatever rankcrawler itself raises."""


class SettingError(RankcrawlerError):
    """A setting is missing or cannot be used; the message names it and what it takes."""


class JobError(RankcrawlerError):
    """An entry does not describe a room to poll; the message says where it is and what was expected."""


class GatewayError(RankcrawlerError):
    """The gateway did not give a whole answer; the message never contains the token."""


class GatewayDown(GatewayError):  # noqa: N818 — its log line reads better
    """The gateway has not answered for as long as the crawl is willing to wait."""


class WrongAddress(GatewayError):  # noqa: N818 — its log line reads better
    """No room was ever answered well, and what answers is probably not the gateway."""


class NoTokenLeft(GatewayError):  # noqa: N818 — the gateway is not at fault
    """No request was made, because the gateway has refused every token."""


class AnswerError(RankcrawlerError):
    """An answer is not a rank list; the message names the JSON path that is wrong."""


class QueueError(RankcrawlerError):
    """The queue's server cannot be started or joined."""


class QueueStopped(QueueError):  # noqa: N818 — the queue is not at fault
    """The whole fleet leases nothing until a person acts; the message says why, and what to do."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            tr(
                "The fleet is stopped: {reason}. Its rooms wait in the queue: fix the cause, run `scrapy rooms "
                "resume`, and start again",
                reason=reason,
            )
        )
        self.reason = reason


class QueueOfAnother(QueueError):  # noqa: N818 — the queue is not at fault
    """The queue holds rooms of another gateway than the one that is set; the message says what to do.

    `holder` is that gateway's name or, if only its profile differs from `profile`, the name and on a second line the
    profile.
    """

    def __init__(self, holder: str, source: str, profile: str = "") -> None:
        name, _, own = holder.partition("\n")
        if own:
            super().__init__(
                tr(
                    "The queue has workers that poll {source} by the profile {own}, and GATEWAY_PROFILE says "
                    "{profile}. Set QUEUE_NAME to have a queue of your own on this server; or stop them first, or run "
                    "`scrapy rooms claim`, to poll its rooms by {profile} from now on",
                    source=name,
                    own=own,
                    profile=profile,
                )
            )
            return
        super().__init__(
            tr(
                "The queue belongs to the gateway {holder}, and the settings name {source}. Set QUEUE_NAME to have a "
                "queue of your own on this server. If it is the same gateway, set GATEWAY_NAME={holder}; or run "
                "`scrapy rooms claim`, and `scrapy store rename-source {holder} {source}`",
                holder=holder,
                source=source,
            )
        )


class NewerQueue(QueueError):  # noqa: N818 — the queue is not at fault
    """A newer rankcrawler has begun to write the queue in a way that this one cannot read; it is left as it is."""

    def __init__(self, inbox: str) -> None:
        super().__init__(
            tr(
                "a newer rankcrawler writes the queue of {inbox}, and this one leaves it as it is: install that one, "
                "or set QUEUE_NAME to have a queue of your own",
                inbox=inbox,
            )
        )


class NoQueue(QueueError):  # noqa: N818 — it is no fault of a queue's
    """There is no queue at a place where one is to be read; the message says where, and what makes one."""

    def __init__(self, place: object) -> None:
        super().__init__(
            tr(
                "there is no queue at {place}: a crawl creates it, and so does `scrapy rooms add`. Set REDIS_URL or "
                "DATA_DIR if it is somewhere else",
                place=place,
            )
        )


class StoreError(RankcrawlerError):
    """The store cannot be opened or written."""


class StoreUnavailable(StoreError):  # noqa: N818 — it passes
    """The store cannot be reached, is locked or is full; the same call may succeed later."""


class RefusedByStore(StoreError):  # noqa: N818 — says who refused
    """The store cannot hold one of the polls that it was given; it may take the others without it."""


class NoStore(StoreError):  # noqa: N818 — it is no fault of a store's
    """There is no store at a place where one is to be read; the message says where, and what makes one."""

    def __init__(self, place: object) -> None:
        super().__init__(
            tr(
                "there is no store at {place}: a crawl creates it. Set STORE_URL or DATA_DIR if it is somewhere else",
                place=place,
            )
        )


class OtherVersion(StoreError):  # noqa: N818 — it is no fault of a store's
    """An older or a newer rankcrawler wrote the store; the message says what to do."""

    def __init__(self, place: object, *, found: int, wanted: int) -> None:
        self.is_older = found < wanted
        """Whether `scrapy store migrate` brings it to this version."""
        if self.is_older:
            message = marked(
                "{place} was written by an older rankcrawler (version {found}, not {wanted}): stop all workers, and "
                "run `scrapy store migrate`"
            )
        else:
            message = marked(
                "{place} was written by a newer rankcrawler (version {found}, not {wanted}): install that one, or name "
                "another store"
            )
        super().__init__(tr(message, place=place, found=found, wanted=wanted))


class UnfinishedCopy(StoreError):  # noqa: N818 — it is no fault of a store's
    """A store is being copied to this place, and not all of it is there; the message says what to do."""

    def __init__(self, place: object, version: int) -> None:
        self.version = version
        """Of the copied store's schema."""
        super().__init__(
            tr(
                "{place} is a copy that is not whole yet: run `scrapy store migrate --to` again to finish it, or "
                "remove it",
                place=place,
            )
        )


class NotInStore(StoreError):  # noqa: N818 — it is no fault of the store's
    """The store has nothing of the room, contributor or anchor that a question is about; the message names it."""


class TookTooLong(StoreError):  # noqa: N818 — it is the question that was too much
    """A question takes longer than those who ask are ready to wait; the message says what to ask for instead."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            tr(
                "the answer takes more than {seconds:g} s, and was given up: ask for a shorter time, for whole hours, "
                "or for fewer rooms",
                seconds=seconds,
            )
        )
        self.seconds = seconds


class DamagedList(StoreError):  # noqa: N818 — names what it found
    """Rows of a list that was stored are missing."""

    def __init__(self, room_id: str, captured_at: str) -> None:
        super().__init__(
            tr(
                "room {room}: rows of its list of {moment} are missing: see `scrapy store check`",
                room=room_id,
                moment=captured_at,
            )
        )
        self.room_id = room_id
        self.captured_at = captured_at


class FeedError(RankcrawlerError):
    """A feed cannot be opened or written; the message names it, without its password."""


class AlertError(RankcrawlerError):
    """The file in which alerts are kept cannot be used, or a rule cannot be kept; the message says why."""


class NoRule(AlertError):  # noqa: N818 — it is no fault of the file's
    """There is no rule of a name; the message has the name."""

    def __init__(self, name: str) -> None:
        super().__init__(tr("there is no rule {name}: `rankcrawler alerts list` lists them", name=name[:40]))


class RequestError(RankcrawlerError):
    """A request does not say what is wanted; the message names the parameter."""

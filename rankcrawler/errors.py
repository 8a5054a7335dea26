"""Every error of ours.

RankcrawlerError
├── SettingError      a setting is missing, or has a value that cannot be used
├── JobError          a room to poll cannot be read: an entry of a file, of an argument or of the inbox
├── GatewayError      the gateway did not answer: not reachable, too slow, cut off, too large
│   ├── GatewayDown   it has answered nobody for a while
│   └── NoTokenLeft   it was not asked: every token has been refused
├── AnswerError       the gateway answered, and the answer cannot be read as a rank list
├── QueueError        the queue's server cannot be started or joined
│   └── QueueStopped  somebody, or a worker, has stopped the whole fleet's leasing
└── StoreError        the store cannot be opened or written
    ├── StoreUnavailable   … now, but perhaps later
    └── RefusedByStore     … with this poll
"""


class RankcrawlerError(Exception):
    """The root: catch this to catch whatever rankcrawler itself raises."""


class SettingError(RankcrawlerError):
    """A setting is missing or cannot be used; the message names it and what it takes."""


class JobError(RankcrawlerError):
    """A room to poll cannot be read; the message says where it stands and what was expected."""


class GatewayError(RankcrawlerError):
    """The gateway did not give a whole answer; the message never holds the token."""


class GatewayDown(GatewayError):  # noqa: N818 — its log line reads better
    """The gateway has answered nobody for as long as the crawl was willing to wait."""


class NoTokenLeft(GatewayError):  # noqa: N818 — it is no fault of the gateway's
    """The gateway was not asked, since it has refused every token."""


class AnswerError(RankcrawlerError):
    """An answer is not a rank list; the message names the JSON path that is wrong."""


class QueueError(RankcrawlerError):
    """The queue's server cannot be started or joined."""


class QueueStopped(QueueError):  # noqa: N818 — it is no fault of the queue's
    """The whole fleet leases nothing until a person acts; the message says why, and what to do."""

    def __init__(self, reason: str) -> None:
        super().__init__(
            f"The fleet is stopped: {reason}. Its rooms wait in the queue: mend the cause, run `scrapy rooms resume`, "
            "and start again"
        )
        self.reason = reason


class StoreError(RankcrawlerError):
    """The store cannot be opened or written."""


class StoreUnavailable(StoreError):  # noqa: N818 - not an error of ours, and it passes
    """The store cannot be reached, is locked or has no room, and may have again: the same call may do later."""


class RefusedByStore(StoreError):  # noqa: N818 - says who refused
    """The store cannot hold one of the polls it was given; the others may do without it."""

"""What a gateway's profile declares: how its lists are asked for, and where things are in its answers.

These structs are the format of a profile's file: a table is a struct, a key its field.
"""

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Text = Annotated[str, Meta(min_length=1, max_length=200)]
Value = bool | int | str
"""A code, or a parameter that is always the same."""
Method = Literal["GET", "POST"]
Field = Literal["room_id", "anchor_id"]
"""What a target can give to a request."""


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A table of the file; a key that it does not know is an error."""


class ListCall(_Table, frozen=True, kw_only=True):
    """How one kind of list is asked for."""

    path: Text
    """What follows GATEWAY_URL."""
    method: Method = "GET"
    """GET has its parameters in the query, POST in a JSON object."""
    parameters: dict[Field, Text] = msgspec.field(default_factory=lambda: {"room_id": "room_id"})
    """The gateway's name of each field that it takes."""
    required: tuple[Field, ...] = ("room_id",)
    """The fields without which a room cannot be polled."""
    constants: dict[Text, Value] = {}
    """Parameters that are always the same."""


class Success(_Table, frozen=True, kw_only=True):
    """The values that mean success."""

    code: tuple[Value, ...] = ()
    status_code: tuple[int, ...] = ()


class Layout(_Table, frozen=True, kw_only=True):
    """Where things are in an answer, as JSON pointers."""

    list: Text
    """The rows. The size of the audience and the like are beside them."""
    within: tuple[str, ...] = ("",)
    """Where the platform's own answer may be; the first place that has one counts. `list`, `clock` and `status_code`
    are within it.
    """
    clock: Text | None = None
    """When the list was made, in ms since 1970. Without one, a list is dated by the worker's clock, and flagged."""
    status_code: Text | None = None
    """The inner code."""
    code: tuple[Text, ...] = ()
    """The outer code; the first that is there counts."""
    words: tuple[Text, ...] = ()
    """What the gateway says of a failure. Places in one object belong together, and the first object that has any
    counts. If none has, the usual names are looked for.
    """
    waits: tuple[Text, ...] = ("Retry-After", "X-RateLimit-Reset")
    """Headers that say how long to wait, the most trusted first: seconds, a date, or a moment since 1970."""
    envelope: tuple[Text, ...] = ()
    """The names of the fields around the platform's own answer. Others are reported as undocumented."""
    success: Success = Success()


class Limits(_Table, frozen=True, kw_only=True):
    """What the gateway bears, and what it costs."""

    rate: Annotated[float, Meta(gt=0, le=100_000)] | None = None
    """Calls per second that a new queue begins with; None has no limit."""
    timeout: Annotated[float, Meta(ge=1, le=3600)] = 20.0
    """Seconds that a call may take, unless DOWNLOAD_TIMEOUT is set."""
    price: Annotated[float, Meta(ge=0, le=1_000_000)] = 0.0
    """What a good call costs."""
    currency: Annotated[str, Meta(pattern="^[A-Z]{3}$")] = "USD"


class DiscoveryCall(_Table, frozen=True, kw_only=True):
    """A call that tells which room an anchor is live in, or whether a room still is."""

    asks: Literal["uid", "sec_uid", "web_rid", "room_id"]
    """What it takes."""
    path: Text
    parameter: Text
    """The gateway's name for what it takes. Several are joined by commas."""
    form: Literal["one", "rows", "map"]
    """What `entries` is: the entry, an array of entries, or an object from what was asked to room ids."""
    entries: str
    """JSON pointer to the entry or entries; the pointers below are within an entry."""
    method: Method = "GET"
    constants: dict[Text, Value] = {}
    batch: Annotated[int, Meta(ge=1, le=100)] = 1
    """How many it takes at once."""
    key: Text | None = None
    """In `rows`, where an entry says what it is about; the default is `room_id`, if that is what the call asks."""
    room_id: Text | None = None
    room_number: Text | None = None
    """The same id as a number, if the answer has both: where they disagree, `room_id` counts, and that is flagged."""
    status: Text | None = None
    live: tuple[Value, ...] = ()
    """Values of `status` that mean live."""
    ended: tuple[Value, ...] = ()
    title: Text | None = None
    nickname: Text | None = None
    """What the anchor is called."""
    began: Text | None = None
    """Seconds since 1970."""
    finished: Text | None = None
    """Seconds since 1970; more than 0 makes a replay of what seems live."""
    audience: Text | None = None
    uid: Text | None = None
    sec_uid: Text | None = None


class Profile(_Table, frozen=True, kw_only=True):
    """Everything in which one gateway differs from another."""

    name: str = ""
    """The file's name without its ending; the file does not declare it."""
    about: Text
    token: Text
    """Where the token goes: `query:NAME`, `header:NAME`, `bearer` or `none`."""
    lists: dict[str, ListCall]
    """How to ask for each kind of list that the gateway has."""
    answer: Layout
    addresses: tuple[Text, ...] = ()
    """Known values for GATEWAY_URL."""
    limits: Limits = Limits()
    verdicts: dict[str, str] = {}
    """Rows of the table of verdicts, as in VERDICTS; words after a colon say what the value means."""
    discovery: dict[str, DiscoveryCall] = {}

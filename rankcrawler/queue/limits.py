"""The limits of jobs and of the queue. Each is written here only: script.py passes them on to the Lua script."""

from rankcrawler.language import marked

LARGEST_ID = 2**63 - 1
WEB_RID_DIGITS = 9, 12
"""How many digits a web_rid has, at least and at most; a room id has 19."""
SHORTEST_INTERVAL = 0.1
"""Seconds; so is the next."""
LONGEST_INTERVAL = 30 * 86_400
HIGHEST_PRIORITY = 1000
LONGEST_ENTRY = 4096
"""Bytes of an entry of the inbox."""
FORMS = marked('a room id, a JSON object with "room_id", or a gateway URL with room_id=')
"""How a job may be written, as error messages say it."""
FIELDS = ("room_id", "anchor_id", "every", "every_max", "priority")
"""The fields of a job that is written as an object or a table."""
LIVE_HOST = "live.douyin.com"
"""Where the pages of rooms are, whose addresses name no session."""
NO_WEB_RID = marked(
    "is a web_rid, the number in the address of a live page, which stays the same from one session to the next; "
    "expected the session's room_id, which has 19 digits; `scrapy anchors add` follows an anchor from room to room"
)
"""Why a live page's address names no room; it follows what was given."""

HEAD_START_MS = 60_000
"""How far one point of priority moves a room ahead of the others."""
MINUTE_MS = 60_000
"""The span over which settled leases are counted."""
HOUR_MS = 3_600_000
"""The longest a worker waits before it asks again; and a room that keeps failing is polled this often, if it recurs."""
GONE_ONCE = "gone once: "
"""Begins the reason of a room that one poll found gone; the room is gone when the next poll agrees."""
ALIVE_MS = 60_000
"""A worker not seen for this long counts as gone: a busy one renews its leases three times in LEASE_SECONDS."""
LARGEST_GRANT = 500
"""Leases of one call."""
LONGEST_REASON = 500
"""Characters of a reason, or bytes of one in a dead letter."""
LAGS_KEPT = 1000
"""How many of the last leases have their delay on record."""

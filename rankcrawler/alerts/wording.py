"""Rules in words, in the language that is spoken."""

from rankcrawler import durations
from rankcrawler.alerts.book import FOREVER, Delivery, Fired
from rankcrawler.alerts.conditions import (
    Anonymous,
    Appears,
    Budget,
    Condition,
    DeadLetters,
    FirstPlace,
    OfRooms,
    Pace,
    Score,
    Session,
    Silence,
)
from rankcrawler.language import counted, marked, tr

KINDS = {
    "appears": marked("A contributor appears"),
    "first": marked("The first place changes"),
    "score": marked("A contributor reaches a score"),
    "pace": marked("A contributor gives unusually fast"),
    "session": marked("A session begins or ends"),
    "anonymous": marked("A room turns anonymous"),
    "silence": marked("No list arrives"),
    "dead": marked("Rooms become dead letters"),
    "budget": marked("The day's budget is nearly spent"),
}
"""Each kind, as people choose it."""
_FATES = {
    "held": marked("held for quiet hours"),
    "cool_down": marked("not sent: cool-down"),
    "muted": marked("not sent: muted"),
    "no_target": marked("has no target"),
}
_STATES = {"sent": marked("sent"), "waiting": marked("waiting"), "given_up": marked("given up")}


def described(when: Condition) -> str:
    """What a rule waits for, in one sentence without a stop."""
    return tr("{what} in {rooms}", what=_what(when), rooms=named) if (named := _rooms(when)) else _what(when)


def fate(fired: Fired) -> str:
    """What became of a firing, but for its messages; empty if that says it all."""
    if fired.fate == "held" and fired.deliveries:
        return ""
    return tr(_FATES[fired.fate]) if fired.fate in _FATES else ""


def outcome(delivery: Delivery) -> str:
    """What became of a message: `phone: sent`."""
    state = tr(_STATES[delivery.state])
    if delivery.problem:
        state = tr("{state}, {problem}", state=state, problem=tr(delivery.problem))
    if delivery.attempts > 1:
        state = counted("{state} ({number} attempt)", "{state} ({number} attempts)", delivery.attempts, state=state)
    return tr("{name}: {text}", name=delivery.target, text=state)


def muted(until_ms: int | None, now_ms: int) -> str:
    """How long a rule is muted; empty if it is not."""
    if until_ms is None or until_ms <= now_ms:
        return ""
    if until_ms == FOREVER:
        return tr("muted")
    return tr("muted for another {span}", span=durations.text((until_ms - now_ms) / 1000))


def _what(when: Condition) -> str:  # noqa: PLR0911 — one for each kind
    match when:
        case Appears():
            return tr("{people} appears in a list", people=tr(" or ").join(when.users))
        case FirstPlace():
            return tr("someone else takes the first place")
        case Score():
            return tr("someone reaches {coins:,} coins", coins=when.coins)
        case Pace():
            return tr(
                "someone gives {times:g} × the usual pace for {span}, and at least {coins:,} coins",
                times=when.times,
                span=durations.text(when.within),
                coins=when.least,
            )
        case Session():
            return tr(_SESSIONS[when.when])
        case Anonymous():
            return tr("all contributors are masked from now on")
        case Silence():
            span = durations.text(when.after)
            if when.each:
                return tr("no list of a room arrives for {span}", span=span)
            return tr("no list arrives for {span}", span=span)
        case _:
            return _of_queue(when)


def _of_queue(when: Condition) -> str:
    if isinstance(when, Budget):
        return tr("{share:.0%} of the day's budget is spent, and all of it", share=when.share)
    assert isinstance(when, DeadLetters)
    return tr("rooms become dead letters")


def _rooms(when: Condition) -> str:
    """The rooms that a rule names."""
    if not isinstance(when, OfRooms):
        return ""
    return tr(" or ").join((*(tr("room {room}", room=each) for each in when.rooms), *when.anchors))


_SESSIONS = {
    "begins": marked("a session begins"),
    "ends": marked("a session ends"),
    "both": marked("a session begins or ends"),
}

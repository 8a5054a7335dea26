"""What has happened, in one line: the title of a message, and a line of a summary."""

from collections.abc import Callable

from rankcrawler import durations
from rankcrawler.alerts.firing import Event, Firing, Person, Place
from rankcrawler.alerts.plain import plain
from rankcrawler.language import counted, tr


def headline(firing: Firing) -> str:
    """What has happened, in the language that is spoken."""
    return _HEADLINES[firing.event](firing)


def who(person: Person | None) -> str:
    """A contributor for people: the nickname and the id."""
    if person is None:
        return tr("A masked contributor")
    name = plain(person.nickname or "")
    return f"{name} ({plain(person.user_id)})" if name else plain(person.user_id)


def where(place: Place | None) -> str:
    """A room for people: whose it is, and its id."""
    if place is None:
        return ""
    host = place.host
    name = plain((host.nickname or host.title or "") if host else "")
    room = tr("room {room}", room=plain(place.room_id))
    return tr("{name}, {room}", name=name, room=room) if name else room


def written(value: object) -> str:
    """A number with commas between thousands."""
    return f"{value:,}" if isinstance(value, int) else f"{value:,.0f}" if isinstance(value, float) else str(value)


def real(value: object) -> float:
    """A fact as a number; 0 for one that is none."""
    return float(value) if isinstance(value, (int, float)) else 0.0


def _appears(firing: Firing) -> str:
    return tr("{who} is in the list of {room}", who=who(firing.person), room=where(firing.place))


def _first(firing: Firing) -> str:
    return tr("{who} is first in {room}", who=who(firing.person), room=where(firing.place))


def _score(firing: Firing) -> str:
    coins, room = written(firing.facts["coins"]), where(firing.place)
    return tr("{who} has reached {coins} coins in {room}", who=who(firing.person), coins=coins, room=room)


def _pace(firing: Firing) -> str:
    pace, usual = real(firing.facts["pace"]), real(firing.facts["usual"])
    times = f"{pace / usual:,.1f}" if usual else "∞"
    return tr(
        "{who} gives {times} × the usual pace of {room}",
        who=who(firing.person),
        times=times,
        room=where(firing.place),
    )


def _stops(firing: Firing) -> str:
    span = durations.text(real(firing.facts["minutes"]) * 60)
    if firing.place is None:
        return tr("No list of any room for {span}", span=span)
    return tr("No list of {room} for {span}", room=where(firing.place), span=span)


def _again(firing: Firing) -> str:
    if firing.place is None:
        return tr("Lists arrive again")
    return tr("Lists of {room} arrive again", room=where(firing.place))


def _dead(firing: Firing) -> str:
    return counted("{number} new dead letter", "{number} new dead letters", int(real(firing.facts["rooms"])))


def _budget(firing: Firing) -> str:
    share = real(firing.facts["spent"]) / max(real(firing.facts["budget"]), 1)
    return tr("{share:.0%} of the day's budget is spent", share=share)


_HEADLINES: dict[Event, Callable[[Firing], str]] = {
    "appears": _appears,
    "first": _first,
    "score": _score,
    "pace": _pace,
    "begins": lambda firing: tr("{room} is live", room=where(firing.place)),
    "ends": lambda firing: tr("The session of {room} has ended", room=where(firing.place)),
    "anonymous": lambda firing: tr("Contributors of {room} are masked", room=where(firing.place)),
    "stops": _stops,
    "again": _again,
    "dead": _dead,
    "budget": _budget,
    "spent": lambda _: tr("The day's budget is spent: no room is polled until the next day"),
    "test": lambda firing: tr("Test of the rule {rule}", rule=firing.name),
}

"""What a message says, in the language that is spoken: a title, and a text."""

from collections.abc import Sequence
from typing import NamedTuple
from zoneinfo import ZoneInfo

from rankcrawler import durations, moments
from rankcrawler.alerts.firing import Firing
from rankcrawler.alerts.headline import headline, real, who, written
from rankcrawler.alerts.outbox import Part
from rankcrawler.alerts.plain import plain
from rankcrawler.language import counted, tr

_LONGEST_REASON = 120
_LATE_MS = 120_000
"""From this age on, a message says that it comes late."""


class Text(NamedTuple):
    """A message in words."""

    title: str
    body: str


def of_parts(parts: Sequence[Part], zone: ZoneInfo, now_ms: int) -> Text:
    """The message about some firings: of one, all that is to be said; of several, a summary."""
    if len(parts) == 1:
        return of_firing(parts[0].firing, zone, now_ms)
    texts = [(each.firing, of_firing(each.firing, zone, now_ms)) for each in parts]
    lines = [f"{moments.shown(firing.at_ms, zone)[:16]} {text.title}" for firing, text in texts]
    return Text(counted("{number} alert", "{number} alerts", len(parts)), "\n".join(lines))


def of_firing(firing: Firing, zone: ZoneInfo, now_ms: int) -> Text:
    """The message about one firing."""
    lines = [*_details(firing), *_certainty(firing)]
    untold = firing.facts.get("untold")
    if isinstance(untold, int):
        lines.append(
            counted(
                "{number} more was not sent, because of the cool-down",
                "{number} more were not sent, because of the cool-down",
                untold,
            )
        )
    lines.append(tr("{moment} · rule {rule}", moment=moments.shown(firing.at_ms, zone), rule=firing.name))
    if now_ms - firing.at_ms >= _LATE_MS and firing.event not in ("stops", "test"):
        lines.append(tr("Sent {span} later", span=durations.text((now_ms - firing.at_ms) / 1000)))
    return Text(headline(firing), "\n".join(lines))


def _details(firing: Firing) -> list[str]:
    """Further facts, a line each."""
    facts, lines = firing.facts, []
    if firing.event == "first" and firing.other is not None:
        lines.append(tr("Before: {who}", who=who(firing.other)))
    if facts.get("rank") is not None:
        lines.append(tr("Place {rank}", rank=written(facts["rank"])))
    if facts.get("score") is not None:
        lines.append(tr("{coins} coins", coins=written(facts["score"])))
    if facts.get("ahead") is not None:
        lines.append(tr("{coins} coins ahead of the next", coins=written(facts["ahead"])))
    if firing.event == "pace":
        lines.append(
            tr(
                "{coins} coins in {minutes:g} min; usual are {usual} a minute, by {hours:g} h of polls",
                coins=written(facts["coins"]),
                minutes=facts["minutes"],
                usual=written(facts["usual"]),
                hours=facts["usual_hours"],
            )
        )
    if facts.get("was_on"):
        lines.append(tr("Was live already when first looked up"))
    if facts.get("seconds") is not None:
        lines.append(tr("After {span}", span=durations.text(real(facts["seconds"]))))
    for number in range(1, 4):
        if facts.get(f"room_{number}") is not None:
            reason = plain(str(facts.get(f"reason_{number}") or ""), _LONGEST_REASON)
            lines.append(f"{plain(str(facts[f'room_{number}']))} {reason}".strip())
    if facts.get("budget") is not None:
        lines.append(tr("{spent} of {budget} calls", spent=written(facts["spent"]), budget=written(facts["budget"])))
    if firing.event == "test":
        lines.append(tr("This is how its messages arrive."))
    return lines


def _certainty(firing: Firing) -> list[str]:
    """How sure it is, a line each."""
    lines = []
    if firing.is_least:
        lines.append(tr("At least: more coins may have been given than lists show"))
    if firing.failed:
        lines.append(counted("{number} poll failed", "{number} polls failed", firing.failed))
    if firing.hidden:
        lines.append(counted("{number} list left out", "{number} lists left out", firing.hidden))
    return lines

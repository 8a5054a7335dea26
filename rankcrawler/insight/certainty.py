"""How sure an answer is, in words."""

from collections.abc import Iterator
from datetime import tzinfo

from rankcrawler import durations, moments
from rankcrawler.clock import ms
from rankcrawler.insight.answers import Sure
from rankcrawler.language import counted, tr

_SHOWN = 3
"""Hidden times that are named, at most."""


def lines(sure: Sure, zone: tzinfo) -> Iterator[str]:
    """A sentence for each thing that there is to know, in the language that is spoken."""
    if sure.coins == "exact":
        yield tr("Exact: lists leave no room for more coins than these")
    elif sure.unseen is not None:
        yield tr("At least: up to {share:.1%} of what these contributors gave was not seen", share=sure.unseen)
    elif sure.coins is not None:
        yield tr("At least: more coins may have been given than lists show")
    if sure.failed:
        yield counted("{number} poll failed", "{number} polls failed", sure.failed)
    if sure.missed:
        yield counted("{number} poll was due and is missing", "{number} polls were due and are missing", sure.missed)
    if sure.longest_gap:
        yield tr("The longest time without a list: {gap}", gap=durations.text(sure.longest_gap))
    if sure.left_out:
        yield counted("{number} list left out", "{number} lists left out", sure.left_out)
    for each in sure.withheld[:_SHOWN]:
        since, until = moments.shown(ms(each.since_at), zone), moments.shown(ms(each.until_at), zone)
        yield tr("Contributors or scores were hidden from {since} to {until}", since=since, until=until)
    if len(sure.withheld) > _SHOWN:
        yield tr("… and at {number:,} more times", number=len(sure.withheld) - _SHOWN)
    if sure.purged_before:
        yield tr("Lists of days before {day} (UTC) were purged", day=sure.purged_before)

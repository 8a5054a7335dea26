"""How sure an answer is, in words."""

from zoneinfo import ZoneInfo

from rankcrawler.insight import certainty
from rankcrawler.insight.answers import Sure
from rankcrawler.insight.shares import Concentration
from rankcrawler.language import counted


def note(sure: Sure, zone: ZoneInfo, *more: str) -> str:
    """Lines on how sure an answer is, after other lines."""
    return "\n".join([*filter(None, more), *certainty.lines(sure, zone)])


def spread(found: Concentration | None) -> str:
    """How coins are spread, in a line."""
    if found is None:
        return ""
    return counted(
        "{coins:,} coins from {number} contributor: {first:.1%} from the first, {ten:.1%} from the first ten, "
        "Gini {gini:.2f}",
        "{coins:,} coins from {number} contributors: {first:.1%} from the first, {ten:.1%} from the first ten, "
        "Gini {gini:.2f}",
        found.contributors,
        coins=found.coins,
        first=found.first,
        ten=found.ten,
        gini=found.gini,
    )

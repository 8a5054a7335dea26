"""Pay grades: the levels that users reach by their lifetime spend, in diamonds."""

from bisect import bisect_right

import msgspec

from rankcrawler.simulator.amount import gap_text

# fmt: off
_THRESHOLDS = (
    0, 1, 10, 25, 50, 80, 120, 180, 260, 370, 500, 650, 800, 1_000, 1_200, 1_450, 1_700, 2_100, 2_500, 3_100,
    3_800, 5_000, 6_500, 8_500, 11_500, 15_000, 20_000, 27_000, 36_000, 47_000,
    60_000, 80_000, 105_000, 140_000, 180_000, 230_000, 300_000, 390_000, 500_000, 640_000,
    800_000, 1_050_000, 1_350_000, 1_700_000, 2_200_000, 2_800_000, 3_500_000, 4_400_000, 5_500_000,
    7_000_000, 9_000_000, 11_000_000, 13_500_000, 16_500_000, 20_000_000, 24_500_000, 30_000_000,
    36_000_000, 43_000_000, 51_000_000, 60_000_000,
)
# fmt: on

TOP_LEVEL = len(_THRESHOLDS) - 1


class Grade(msgspec.Struct, frozen=True):
    """A level, its bounds [minimum, maximum) in diamonds, and a text that states what the next level still takes."""

    level: int
    minimum: int
    maximum: int
    description: str


def grade_of(lifetime: int) -> Grade:
    """Return the grade of a user who has spent `lifetime` diamonds; the top grade has maximum 0 and a blank text."""
    level = bisect_right(_THRESHOLDS, lifetime) - 1
    minimum = _THRESHOLDS[level]
    if level == TOP_LEVEL:
        return Grade(level, minimum, 0, "")
    maximum = _THRESHOLDS[level + 1]
    return Grade(level, minimum, maximum, f"距离{level + 1}级还差{gap_text(maximum - lifetime)}抖币")

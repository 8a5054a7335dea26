"""Numbers as the gateway writes them in texts: rounded, in 万 or 亿."""

_WAN = 10_000
_YI = 100_000_000


def _one_decimal(value: int, unit: int) -> str:
    tenths = (value * 10 + unit // 2) // unit
    return f"{tenths // 10}.{tenths % 10}"


def score_text(score: int) -> str:
    """Return a score as text, to one decimal of 万 or 亿: 1939, 1.0万, 2.5亿."""
    if score < _WAN:
        return str(score)
    return _one_decimal(score, _WAN) + "万" if score < _YI else _one_decimal(score, _YI) + "亿"


def gap_text(gap: int) -> str:
    """Return the number in a pay grade's description: 1998 below ten thousand, 15.1w from there on."""
    return str(gap) if gap < _WAN else _one_decimal(gap, _WAN) + "w"


def crowd_text(count: int) -> str:
    """Return the size of an audience as text, rounded down: 843, 3万+."""
    return str(count) if count < _WAN else f"{count // _WAN}万+"

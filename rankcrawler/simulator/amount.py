"""Coins as the gateway words them: rounded, in 万 or 亿."""

_WAN = 10_000
_YI = 100_000_000


def _one_decimal(value: int, unit: int) -> str:
    tenths = (value * 10 + unit // 2) // unit
    return f"{tenths // 10}.{tenths % 10}"


def score_text(score: int) -> str:
    """Return a score in words: 1939, 1.0万, 2.5亿."""
    if score < _WAN:
        return str(score)
    return _one_decimal(score, _WAN) + "万" if score < _YI else _one_decimal(score, _YI) + "亿"


def gap_text(gap: int) -> str:
    """Return the number in a pay grade's description: plain below ten thousand, else as 15.1w."""
    return str(gap) if gap < _WAN else _one_decimal(gap, _WAN) + "w"


def crowd_text(count: int) -> str:
    """Return an audience in words, rounded down: 843, 3万+."""
    return str(count) if count < _WAN else f"{count // _WAN}万+"

"""Writes spans of time for people."""

_MINUTE, _HOUR, _YEAR = 60.0, 3600.0, 31_536_000.0


def text(seconds: float) -> str:
    """`90` → `"1.5 min"`; in seconds below a minute, in hours from one hour on."""
    if seconds >= _YEAR:
        return "more than a year"
    if seconds >= _HOUR:
        return f"{seconds / _HOUR:,.4g} h"
    return f"{seconds / _MINUTE:.3g} min" if seconds >= _MINUTE else f"{seconds:.3g} s"

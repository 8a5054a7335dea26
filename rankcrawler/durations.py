"""Writes spans of time for people."""

from rankcrawler.language import tr

_MINUTE, _HOUR, _YEAR = 60.0, 3600.0, 31_536_000.0


def text(seconds: float) -> str:
    """`90` → `"1.5 min"`; in seconds below a minute, in hours from one hour on."""
    if seconds >= _YEAR:
        return tr("more than a year")
    if seconds >= _HOUR:
        return tr("{hours:,g} h", hours=round(seconds / _HOUR, 1))
    if seconds >= _MINUTE:
        return tr("{minutes:.3g} min", minutes=seconds / _MINUTE)
    return tr("{seconds:.3g} s", seconds=seconds)

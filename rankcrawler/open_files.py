"""How many files and connections this process may open at a time: `ulimit -n`."""

import resource

from rankcrawler.errors import SettingError
from rankcrawler.language import tr


def most() -> int | None:
    """How many this process may be allowed; None for any number."""
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    return None if hard == resource.RLIM_INFINITY else hard


def allow(needed: int) -> None:
    """Raise this process's own limit to `needed` if it is lower; SettingError if the machine does not let it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= needed:
        return
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise SettingError(
            tr(
                "a crawl with this CONCURRENT_REQUESTS opens up to {needed} files and connections, but only "
                "{hard} are allowed here: lower CONCURRENT_REQUESTS, or raise the limit (`ulimit -n`)",
                needed=needed,
                hard=hard,
            )
        )
    resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))


def allow_up_to(wanted: int) -> None:
    """Raise this process's own limit towards `wanted`, as far as the machine lets it."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    best = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    if soft != resource.RLIM_INFINITY and soft < best:
        resource.setrlimit(resource.RLIMIT_NOFILE, (best, hard))

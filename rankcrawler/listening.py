"""Who can reach an address that a server listens on, and what that needs."""

from ipaddress import ip_address

from rankcrawler.errors import SettingError
from rankcrawler.language import tr

LOOPBACK = ("localhost", "127.0.0.1", "::1")
"""The names under which a server that listens on loopback alone is reached."""


def is_loopback(host: str) -> bool:
    """Whether only programs on this machine can reach an address."""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def check(host: str, token: str) -> None:
    """Raise SettingError for an address that others can reach, if there is no token that they must send."""
    if not is_loopback(host) and not token:
        raise SettingError(
            tr("others can reach {host}: set API_TOKEN in the environment to a token that they must send", host=host)
        )

"""The headers of every request to the gateway."""

from collections.abc import Mapping

from rankcrawler.errors import SettingError
from rankcrawler.language import tr

_OF_THE_CLIENT = ("accept-encoding", "connection", "content-length", "host", "transfer-encoding")


def checked(headers: Mapping[str, str | None], of_token: str | None = None) -> dict[str, str]:
    """The headers, without those that are None; raises SettingError for one that cannot be sent.

    `of_token` is the header that the token goes in, if it goes in one: settings are logged, so they must not have it.
    """
    sent = {name: str(value) for name, value in headers.items() if value is not None}
    for name, value in sent.items():
        if name.lower() in _OF_THE_CLIENT:
            raise SettingError(tr("DEFAULT_REQUEST_HEADERS cannot set {name}, which the client sets itself", name=name))
        if of_token is not None and name.lower() == of_token.lower():
            raise SettingError(
                tr(
                    "DEFAULT_REQUEST_HEADERS cannot set {name}, in which the gateway's profile puts the token: set "
                    "GATEWAY_TOKEN",
                    name=name,
                )
            )
        if not name.isascii() or not f"{name}{value}".isprintable():
            raise SettingError(
                tr("the header {name!r} of DEFAULT_REQUEST_HEADERS or USER_AGENT cannot be sent", name=name)
            )
    return sent

"""The request for a list. It never contains the token, which the client adds as it sends it."""

from typing import NamedTuple
from urllib.parse import urlencode

import msgspec

from rankcrawler.gateways.address import Address
from rankcrawler.gateways.profiles import ListCall
from rankcrawler.gateways.profiles.declaration import Method, Value
from rankcrawler.model.targets import Target


class Call(NamedTuple):
    """One request."""

    url: str
    method: Method = "GET"
    body: bytes = b""
    """JSON, or nothing."""


class ListRequest:
    """Makes the requests for one kind of list at one gateway."""

    def __init__(self, address: Address, call: ListCall) -> None:
        self._url = address.base + call.path
        self._method = call.method
        self._parameters = [(name, field) for field, name in call.parameters.items()]
        self._constants = call.constants
        self._query = {name: as_text(value) for name, value in call.constants.items()}
        self._required = call.required

    def of(self, target: Target) -> Call:
        """The request for a target."""
        given: dict[str, str] = {
            name: value for name, field in self._parameters if (value := getattr(target, field)) is not None
        }
        if self._method == "POST":
            return Call(self._url, "POST", msgspec.json.encode({**given, **self._constants}))
        return Call(f"{self._url}?{urlencode(given | self._query)}")

    def missing(self, target: Target) -> tuple[str, ...]:
        """The fields that the gateway needs and the target lacks."""
        return tuple(field for field in self._required if getattr(target, field) is None)


def as_text(value: Value) -> str:
    """A constant parameter, as a query has it."""
    return str(value).lower() if isinstance(value, bool) else str(value)

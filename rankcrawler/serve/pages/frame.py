"""What every page knows of the request that it answers: its address, the theme, and how values are written."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote, urlencode

from rankcrawler.clock import iso
from rankcrawler.serve.pages.wording import Wording

THEMES = ("auto", "light", "dark")


class Frame(NamedTuple):
    """One request, as far as every page needs to know it."""

    words: Wording
    path: str
    given: Mapping[str, str]
    """The parameters of its address."""
    theme: str
    """One of THEMES."""

    @property
    def now(self) -> str:
        """When the page was made."""
        return iso(self.words.now_ms)

    @property
    def here(self) -> str:
        """The address of the page, without the server."""
        return self.link()

    def link(self, **changes: object) -> str:
        """The address of the page with other parameters; an empty one is left out."""
        return address(self.path, **{**self.given, **changes})

    def to(self, path: str, /, **parameters: object) -> str:
        """The address of another page."""
        return address(path, **parameters)


def address(path: str, /, **parameters: object) -> str:
    """A path with parameters, of which empty ones are left out."""
    wanted = {name: str(value) for name, value in parameters.items() if value not in (None, "")}
    return path + (f"?{urlencode(wanted, quote_via=quote)}" if wanted else "")

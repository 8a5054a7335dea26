"""The storage of feeds on this machine, in place of Scrapy's."""

from pathlib import Path
from typing import IO, Any

from scrapy import Spider
from w3lib.url import file_uri_to_path

from rankcrawler.feeds.appended import Appended, Device
from rankcrawler.feeds.draft import Draft


class LocalFile:
    """A file that is replaced when its feed is whole (`overwrite`), or appended to."""

    def __init__(self, uri: str, *, feed_options: dict[str, Any] | None = None) -> None:
        self.path = Path(file_uri_to_path(uri) if uri.startswith("file:") else uri)
        self._overwrites = bool((feed_options or {}).get("overwrite"))
        self._place: Draft | Appended | Device | None = None

    def claim(self) -> Draft | Appended | Device:
        """Open and lock the file; raises FeedError or OSError if that cannot be done."""
        if self._place is None:
            self.path.parent.mkdir(0o700, parents=True, exist_ok=True)
            is_device = self.path.exists() and not self.path.is_file() and not self.path.is_dir()
            if is_device:
                self._place = Device(self.path)
            else:
                self._place = Draft(self.path) if self._overwrites else Appended(self.path)
        return self._place

    def open(self, spider: Spider) -> IO[bytes]:  # noqa: ARG002 — as Scrapy calls it
        """The open file."""
        return self.claim().file

    def store(self, file: IO[bytes]) -> None:  # noqa: ARG002
        """Close a file that is whole."""
        self.claim().publish()

    def keep(self) -> None:
        """Close a file that is not whole: what it would have replaced stays."""
        self.claim().keep()

    def discard(self) -> None:
        """Close a file to which nothing was written, and leave no trace of it."""
        if self._place is not None:
            self._place.discard()

    @property
    def replaces(self) -> bool:
        """Whether the file takes the place of another when it is stored."""
        return isinstance(self._place, Draft)

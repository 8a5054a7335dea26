"""The files that pages load: scripts, styles and pictures. Their addresses change with their content."""

import gzip
import mimetypes
from functools import cached_property
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).parent / "static"
_PRESSED = ("text/", "application/json", "image/svg+xml", "application/manifest")
_TYPES = {
    ".css": "text/css",
    ".js": "text/javascript",
    ".svg": "image/svg+xml",
    ".webmanifest": "application/manifest+json",
}


class Asset(NamedTuple):
    """A file, as it is served."""

    body: bytes
    pressed: bytes | None
    """As gzip; None for what is compressed already."""
    media_type: str


class Assets:
    """The files of a folder, read when the server starts. One version stands for all, as they name each other."""

    def __init__(self, folder: Path = FOLDER) -> None:
        self._files = {
            path.relative_to(folder).as_posix(): _asset(path) for path in sorted(folder.rglob("*")) if path.is_file()
        }

    @cached_property
    def version(self) -> str:
        """A hash of all files."""
        digest = blake2b(digest_size=8)
        for name, asset in self._files.items():
            digest.update(f"{name}\0{len(asset.body)}\0".encode() + asset.body)
        return digest.hexdigest()

    def address(self, name: str) -> str:
        """The address of a file, which may be cached for ever; raises KeyError for a file that is not there."""
        self._files[name]
        return f"/static/{self.version}/{name}"

    def find(self, name: str) -> Asset | None:
        """A file; None if there is none of that name."""
        return self._files.get(name)


def _asset(path: Path) -> Asset:
    body = path.read_bytes()
    kind = _TYPES.get(path.suffix) or mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    pressed = gzip.compress(body, mtime=0) if kind.startswith(_PRESSED) else None
    return Asset(body, pressed, kind)

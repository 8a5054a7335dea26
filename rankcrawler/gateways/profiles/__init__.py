"""Profiles: what differs between two gateways, as data. Each shipped one is a TOML file in this folder."""

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from rankcrawler.errors import SettingError
from rankcrawler.gateways.profiles.declaration import DiscoveryCall, Layout, Limits, ListCall, Profile, Success
from rankcrawler.gateways.profiles.file import parse
from rankcrawler.gateways.profiles.placement import Placement

__all__ = [
    "DEFAULT",
    "DiscoveryCall",
    "Layout",
    "Limits",
    "ListCall",
    "Placement",
    "Profile",
    "Success",
    "named",
    "names",
]

DEFAULT = "titodata"
"""The profile whose name is left out of `source`: data of earlier versions has no name of a profile."""
_ENDING = ".toml"


def names() -> list[str]:
    """The names of the shipped profiles, the default first."""
    found = sorted(each.name.removesuffix(_ENDING) for each in _folder().iterdir() if each.name.endswith(_ENDING))
    return sorted(found, key=lambda name: name != DEFAULT)


@cache
def named(profile: str = DEFAULT) -> Profile:
    """The shipped profile of this name or, if it is a path to a TOML file, the one in the file. Raises SettingError."""
    if is_path(profile):
        return _of_file(Path(profile))
    if profile not in names():
        raise SettingError(
            f"GATEWAY_PROFILE is one of {', '.join(names())}, or the path of a file that ends in {_ENDING}, "
            f"not {profile[:60]!r}"
        )
    return parse(_folder().joinpath(profile + _ENDING).read_text("utf-8"), profile, profile + _ENDING)


def is_path(profile: str) -> bool:
    """Whether this is the path of a profile's file rather than the name of a shipped one."""
    return profile.endswith(_ENDING) or "/" in profile


def _folder() -> Traversable:
    return files(__name__)


def _of_file(path: Path) -> Profile:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(f"GATEWAY_PROFILE ({path}) cannot be read: {error}") from error
    return parse(text, path.stem, str(path))

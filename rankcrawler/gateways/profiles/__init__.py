"""Profiles: what differs between two gateways, as data. Each shipped one is a TOML file in this folder."""

from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from rankcrawler.errors import SettingError
from rankcrawler.gateways.profiles.declaration import DiscoveryCall, Layout, Limits, ListCall, Profile, Success
from rankcrawler.gateways.profiles.file import parse
from rankcrawler.gateways.profiles.placement import Placement
from rankcrawler.language import marked, tr

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
TEXTS = (
    marked("the documented gateway, and any that answers like it; the default"),
    marked("Douyin_TikTok_Download_API, open source and self-hosted"),
    marked("a signer or proxy of your own; copy it and set path, token and within"),
    marked("TikHub, commercial: Douyin"),
    marked("TikHub, commercial: TikTok; every room needs its anchor"),
    marked("the gateway does not accept the parameters"),
    marked("the platform refuses the parameters"),
    marked("the platform refuses the signature"),
    marked("the gateway is not logged in to the platform"),
    marked("the token has no right to this call, or its quota is spent"),
)
"""What the shipped profiles say of themselves and of failures, for the catalogue: their files are not searched."""
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
            tr(
                "GATEWAY_PROFILE is one of {names}, or the path of a file that ends in {ending}, not {profile!r}",
                names=", ".join(names()),
                ending=_ENDING,
                profile=profile[:60],
            )
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
        raise SettingError(tr("GATEWAY_PROFILE ({path}) cannot be read: {error}", path=path, error=error)) from error
    return parse(text, path.stem, str(path))

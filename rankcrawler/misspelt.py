"""Finds settings and variables that are probably ours, misspelt, so that a slip is an error and not a default."""

from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

from scrapy.settings import SETTINGS_PRIORITIES, BaseSettings, default_settings

from rankcrawler.language import marked, tr
from rankcrawler.spelling import RENAMED, hint, is_slip

_SEE = marked("see docs/settings.md")


class Ours(NamedTuple):
    """The names that can be meant."""

    settings: Collection[str]
    variables: Collection[str]
    prefixes: tuple[str, ...]
    """What only names of ours begin with."""


def slips(settings: BaseSettings, environment: Mapping[str, str], ours: Ours) -> Iterator[str]:
    """Yield a message for each unknown setting that is probably one of ours, misspelt.

    A name one edit away from ours counts everywhere. A name with one of our prefixes counts on the command line only,
    since a project's other components, and other programs, have settings too.
    """
    known = {name for name in ours.settings if not hasattr(default_settings, name)}
    for name in settings:
        if not isinstance(name, str) or name in ours.settings or hasattr(default_settings, name):
            continue
        is_on_command_line = (settings.getpriority(name) or 0) >= SETTINGS_PRIORITIES["cmdline"]
        if (is_on_command_line and name.startswith(ours.prefixes)) or is_slip(name, known):
            yield tr("{name} is not a setting: {hint}", name=name, hint=hint(name, known, tr(_SEE)))
    for name in environment:
        begins_as_ours = name.startswith((*ours.prefixes, *RENAMED)) and name not in ours.variables
        if begins_as_ours and is_slip(name, ours.variables):
            likeliest = hint(name, ours.variables, tr(_SEE))
            yield tr("{name}, in the environment, is not a setting: {hint}", name=name, hint=likeliest)

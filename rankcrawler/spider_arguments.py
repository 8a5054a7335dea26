"""Checks a spider's arguments (-a)."""

from collections.abc import Collection

from rankcrawler.errors import SettingError
from rankcrawler.language import marked, tr
from rankcrawler.options import SHOWN_TO_OTHERS
from rankcrawler.spelling import hint

_SETTINGS_OF_ARGUMENTS = {
    "redis_key": marked("set REDIS_START_URLS_KEY"),
    "redis_batch_size": marked("set CONCURRENT_REQUESTS"),
}
"""Arguments of scrapy-redis's spiders, and what to use in their place."""


def check_arguments(arguments: Collection[str], known: Collection[str] | None = None) -> None:
    """Raise SettingError if a spider's arguments (-a) contain the token, or one that is not `known`.

    scrapyd adds arguments whose names begin with _, which are ignored.
    """
    if {"token", "gateway_token"} & {name.lower() for name in arguments}:
        raise SettingError(tr(SHOWN_TO_OTHERS))
    for name in arguments:
        if known is not None and name not in known and not name.startswith("_"):
            use = tr("use {names}", names=tr(" or ").join(sorted(known)))
            instead = tr(_SETTINGS_OF_ARGUMENTS[name]) if name in _SETTINGS_OF_ARGUMENTS else hint(name, known, use)
            raise SettingError(tr("-a {name}= is not an argument of the spider: {instead}", name=name, instead=instead))

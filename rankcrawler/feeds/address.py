"""The addresses of feeds: their format, their placeholders, and what is shown of them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from scrapy.extensions.feedexport import apply_uri_params

from rankcrawler.errors import FeedError
from rankcrawler.language import tr

_LOCAL = ("", "file", "stdout")


def with_format(output: str) -> str:
    """An -O or -o argument with the format before .gz appended: `r.jsonl.gz` → `r.jsonl.gz:jsonl`."""
    stem, dot, inner = output.removesuffix(".gz").rpartition(".")
    is_compressed = output.endswith(".gz") and stem and dot
    return f"{output}:{inner}" if is_compressed else output


def shown(uri: str) -> str:
    """The address without its user and password, for log lines."""
    scheme, mark, rest = uri.partition("://")
    if not mark or scheme in _LOCAL or "@" not in rest:
        return uri
    return f"{scheme}://***@{rest.rpartition('@')[2]}"  # a password may contain an @ or a / that is not encoded


def scheme(uri: str) -> str:
    """The scheme of an address; empty for a path."""
    return urlsplit(uri).scheme


def filled(template: str, values: Mapping[str, Any]) -> str:
    """The address with a value for each placeholder; raises FeedError if there is none, or it does not fit."""
    try:
        return apply_uri_params(template, dict(values))
    except KeyError as error:
        known = tr("time, batch_time, batch_id, and the arguments of the spider")
        raise FeedError(
            tr(
                "feed {feed}: there is no placeholder %({name})s: use {known}",
                feed=shown(template),
                name=error.args[0],
                known=known,
            )
        ) from None
    except (TypeError, ValueError) as error:
        raise FeedError(
            tr("feed {feed}: a placeholder cannot be filled: {error}", feed=shown(template), error=error)
        ) from None

"""Polls the gift rank lists of Douyin live rooms through an HTTP JSON gateway, and loses none of them."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rankcrawler.insight.opening import open_store

__all__ = ["__version__", "open_store"]
__version__ = "1.0.0"


def __getattr__(name: str) -> Any:
    """`open_store`, imported when it is used: every command and every worker imports this module."""
    if name == "open_store":
        from rankcrawler.insight.opening import open_store

        return open_store
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")

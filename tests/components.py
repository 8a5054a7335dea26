"""Components as users write them, which do no harm."""

from collections.abc import AsyncIterator
from typing import Any

from scrapy import Request
from scrapy.http import Response


class Counting:
    """A pipeline that looks at items."""

    def process_item(self, item: Any) -> Any:
        """The item."""
        return item


class Passing:
    """A middleware that lets everything pass."""

    def process_request(self, request: Request) -> None:
        """Let a request pass."""

    async def process_spider_output(self, response: Response, result: Any) -> AsyncIterator[Any]:  # noqa: ARG002
        """Let the output pass."""
        async for each in result:
            yield each


class Adding:
    """A spider middleware that adds an item."""

    async def process_spider_output(self, response: Response, result: Any) -> AsyncIterator[Any]:  # noqa: ARG002
        """The output, and a dict after it."""
        async for each in result:
            yield each
        yield {"name": "=a", "price": "-5"}


class Flattening:
    """A pipeline that turns every item into a dict of its own."""

    def process_item(self, item: Any) -> Any:
        """A dict."""
        return {"kept": getattr(item, "kept", None)}


class Taking:
    """A spider middleware that takes every item away."""

    async def process_spider_output(self, response: Response, result: Any) -> AsyncIterator[Any]:  # noqa: ARG002
        """Nothing."""
        async for _ in result:
            for each in list[Any]():
                yield each

"""The two pipelines of every tutorial: drop what is invalid, drop what was seen."""

from itemadapter import ItemAdapter
from scrapy.exceptions import DropItem

from ranks.items import RankItem

REQUIRED = ("room_id", "captured_at", "rank", "user_id")


class ValidationPipeline:
    """Drops entries without the fields that identify them."""

    def process_item(self, item: RankItem) -> RankItem:
        """The item, if it is usable."""
        adapter = ItemAdapter(item)
        for field in REQUIRED:
            if not adapter.get(field):
                raise DropItem(f"no {field} in {item!r}")
        if adapter["score"] is not None and adapter["score"] < 0:
            raise DropItem(f"negative score in {item!r}")
        return item


class DuplicatesPipeline:
    """Drops a user seen before in the same room."""

    def __init__(self) -> None:
        self.seen: set[tuple[str, str]] = set()

    def process_item(self, item: RankItem) -> RankItem:
        """The item, the first time."""
        adapter = ItemAdapter(item)
        key = (adapter["room_id"], adapter["user_id"])
        if key in self.seen:
            raise DropItem(f"duplicate: {key}")
        self.seen.add(key)
        return item

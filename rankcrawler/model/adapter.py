"""Lets itemadapter, and therefore all of Scrapy, read msgspec structs."""

from collections.abc import Iterator
from typing import Any

import msgspec
from itemadapter import ItemAdapter
from itemadapter.adapter import AdapterInterface


class StructAdapter(AdapterInterface):
    """Reads the fields of a struct. Frozen structs reject changes."""

    @classmethod
    def is_item_class(cls, item_class: type) -> bool:
        """Whether the class is a msgspec struct."""
        return issubclass(item_class, msgspec.Struct)

    @classmethod
    def get_field_names_from_class(cls, item_class: type) -> list[str]:
        """The struct's fields, in order."""
        return list(item_class.__struct_fields__)  # type: ignore[attr-defined]

    def __getitem__(self, field_name: str) -> Any:
        if field_name not in self.item.__struct_fields__:
            raise KeyError(field_name)
        return getattr(self.item, field_name)

    def __setitem__(self, field_name: str, value: Any) -> None:
        self[field_name]
        setattr(self.item, field_name, value)

    def __delitem__(self, field_name: str) -> None:
        raise KeyError(f"{field_name}: struct fields cannot be removed")

    def __iter__(self) -> Iterator[str]:
        return iter(self.item.__struct_fields__)

    def __len__(self) -> int:
        return len(self.item.__struct_fields__)


def register() -> None:
    """Register the adapter with itemadapter. A second call does nothing."""
    if StructAdapter not in ItemAdapter.ADAPTER_CLASSES:
        ItemAdapter.ADAPTER_CLASSES = (StructAdapter, *ItemAdapter.ADAPTER_CLASSES)

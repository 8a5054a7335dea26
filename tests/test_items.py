"""The items: what they hold, and how the rest of Scrapy reads them."""

import msgspec
import pytest
from itemadapter import ItemAdapter, is_item

from rankcrawler.model.items import Poll, RoomSnapshot
from rankcrawler.model.rows import RankEntry
from tests.builders import TARGET, entry, failed, polled, snapshot

FIELDS = [
    "source", "kind", "room_id", "anchor_id", "captured_at", "polled_at", "rank", "score", "exactly_score",
    "score_precision",
    "delta", "user_id", "display_id", "sec_uid", "nickname", "gender", "avatar_url", "pay_grade_level",
    "this_grade_min_diamond", "this_grade_max_diamond", "grade_describe", "lifetime_diamonds_min",
    "lifetime_diamonds_max", "fans_club_name", "fans_club_level", "fans_club_member", "is_hidden", "is_anonymous",
    "is_mystery", "flags",
]  # fmt: skip


def test_a_row_has_these_fields_in_this_order() -> None:
    assert list(RankEntry.__struct_fields__) == FIELDS


def test_a_row_has_no_default_but_for_its_flags() -> None:
    assert RankEntry.__struct_defaults__ == ((),)


@pytest.mark.parametrize(
    ("item", "name"),
    [(entry(), "room_id"), (snapshot(), "digest"), (polled(snapshot()), "fence")],
    ids=["row", "snapshot", "poll"],
)
def test_an_item_is_frozen(item: RankEntry | RoomSnapshot | Poll, name: str) -> None:
    with pytest.raises(AttributeError, match="immutable"):
        setattr(item, name, "1")
    with pytest.raises(AttributeError, match="immutable"):
        ItemAdapter(item)[name] = "1"
    with pytest.raises(KeyError, match="cannot be removed"):
        del ItemAdapter(item)[name]


def test_items_of_equal_fields_are_equal_and_hash_alike() -> None:
    assert polled(snapshot()) == polled(snapshot())
    assert len({polled(snapshot()), polled(snapshot()), polled(snapshot(), fence=1)}) == 2
    assert len({entry(), entry(), entry(2)}) == 2


def test_a_polls_snapshot_is_what_it_found_unless_it_failed() -> None:
    assert polled(snapshot()).snapshot == snapshot()
    assert polled(failed()).snapshot is None
    assert polled(failed()).target == polled(snapshot()).target == TARGET


def test_scrapy_takes_all_for_items() -> None:
    assert is_item(polled(failed()))
    assert is_item(entry())
    assert is_item(snapshot())


def test_item_adapter_reads_every_field() -> None:
    adapter = ItemAdapter(entry(score=5))
    assert (list(adapter), len(adapter), list(adapter.field_names())) == (FIELDS, len(FIELDS), FIELDS)
    assert (adapter["score"], adapter["flags"]) == (5, ())
    assert dict(adapter) == msgspec.structs.asdict(entry(score=5))
    assert list(ItemAdapter.get_field_names_from_class(RankEntry) or ()) == FIELDS


def test_item_adapter_turns_a_snapshot_and_its_rows_into_dicts() -> None:
    told = ItemAdapter(snapshot([entry(1), entry(2)])).asdict()
    assert [row["rank"] for row in told["entries"]] == [1, 2]
    assert told["entry_count"] == 2


@pytest.mark.parametrize("name", ["nothing", "__class__", "__struct_fields__"])
def test_what_is_no_field_is_a_key_error(name: str) -> None:
    adapter = ItemAdapter(entry())
    assert name not in adapter
    assert adapter.get(name) is None
    with pytest.raises(KeyError):
        adapter[name]
    with pytest.raises(KeyError):
        adapter[name] = 1


def test_other_items_are_read_as_before() -> None:
    assert dict(ItemAdapter({"a": 1})) == {"a": 1}

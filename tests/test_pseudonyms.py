"""With PSEUDONYMISE_KEY nobody can be recognised in what a crawl leaves behind, and all else is as it was."""

import gzip
import json
from pathlib import Path

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import astuple, replace

from rankcrawler.errors import SettingError
from rankcrawler.model.pseudonyms import Pseudonyms, of_key
from rankcrawler.model.rows import RankEntry
from rankcrawler.queue.embedded import join
from rankcrawler.store import locate
from tests import stores
from tests.builders import body, entry, row, snapshot
from tests.gateways import environment, run
from tests.scripted import Asked, refusal, scripted

KEY = "a key of more than sixteen bytes"
WHO = ("user_id", "display_id", "sec_uid", "nickname", "avatar_url")
CANARY = "c4nary"
ID = 7_123_123_123_123_123_123
ROOMS = ("7300000000000000001", "7300000000000000002", "7300000000000000003")


def hidden(entry_: RankEntry, key: str = KEY) -> RankEntry:
    (found,) = Pseudonyms(key).of(snapshot([entry_])).entries
    return found


def test_nothing_but_who_they_are_is_changed() -> None:
    before, after = entry(1), hidden(entry(1))
    changed = {name for name in RankEntry.__struct_fields__ if getattr(before, name) != getattr(after, name)}
    assert changed == set(WHO)
    assert after.avatar_url is None
    assert replace(after, **{name: getattr(before, name) for name in WHO}) == before


def test_a_person_is_the_same_everywhere_under_one_key_and_nobody_under_another() -> None:
    here, there = entry(1), entry(2, user_id=entry(1).user_id, room_id="9", source="other.test", nickname="x")
    assert hidden(here).user_id == hidden(there).user_id != here.user_id
    assert hidden(here).nickname != hidden(there).nickname
    assert hidden(here, KEY + "!").user_id != hidden(here).user_id


def test_equal_values_of_different_fields_have_nothing_in_common() -> None:
    found = hidden(entry(1, user_id="7", display_id="7", sec_uid="7"))
    assert len({found.user_id, found.display_id, found.sec_uid}) == 3


def test_who_is_unknown_stays_unknown() -> None:
    found = hidden(entry(1, user_id=None, display_id=None, sec_uid=None, nickname=None, is_anonymous=True))
    assert astuple(found)[11:15] == (None,) * 4


def test_equal_lists_stay_equal_and_others_different() -> None:
    pseudonyms = Pseudonyms(KEY)
    digests = [pseudonyms.of(snapshot(digest=digit * 32)).digest for digit in "112"]
    assert digests[0] == digests[1] != digests[2]
    assert digests[0] != "1" * 32


@given(st.text(), st.text())
def test_any_text_has_a_pseudonym(nickname: str, handle: str) -> None:
    found = hidden(entry(1, nickname=nickname, display_id=handle))
    assert found.display_id == (found.display_id and found.display_id.lower())
    assert (found.nickname or "") == "" or len(found.nickname or "") == 10


@pytest.mark.parametrize("key", ["short", "x" * 65])
def test_what_can_be_no_key_is_refused_and_not_shown(key: str) -> None:
    with pytest.raises(SettingError, match="PSEUDONYMISE_KEY must have 16 to 64 bytes") as refusal_:
        of_key(key)
    assert key not in str(refusal_.value).replace("short", "short" if key != "short" else "")
    assert KEY not in repr(Pseudonyms(KEY))
    assert of_key("") is None


async def answer(asked: Asked) -> web.StreamResponse:
    """Two good rows and a bad one, or a failure, with a canary wherever a contributor could be recognised."""
    who = {
        "id": ID,
        "id_str": str(ID),
        "short_id": 4_123_123,
        "display_id": f"{CANARY}-handle",
        "sec_uid": f"MS4w{CANARY}",
        "nickname": f"{CANARY}-nick",
        "avatar_thumb": {"url_list": [f"https://p3.example.com/{CANARY}.jpeg"]},
        "unknown": CANARY,
    }
    if asked.room_id == ROOMS[1]:
        return refusal(404)
    bad = row("bad", who) if asked.room_id == ROOMS[2] else row(2, who)
    return web.Response(body=body(row(1, who), bad), content_type="application/json")


@pytest.mark.parametrize("kind", [*stores.DATABASES, "jsonl"])
def test_no_clear_identifier_reaches_feed_store_log_or_queue(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    where = stores.address(kind, tmp_path, request)
    feeds = [word for ending in ("jsonl", "csv", "json", "xml", "csv.gz") for word in ("-O", f"{tmp_path}/r.{ending}")]
    queue = join(tmp_path / "data")
    with scripted(answer) as gateway:
        ours = {"GATEWAY_URL": gateway.url, "GATEWAY_TOKEN": "token", "STORE_URL": where, "PSEUDONYMISE_KEY": KEY}
        env = environment(None, tmp_path / "data", ours)
        shown = [run("crawl", "ranklist", "-a", f"rooms={','.join(ROOMS)}", *feeds, "-L", "DEBUG", env=env)]
        shown += [run("rooms", action, "--json", env=env) for action in ("dead", "list", "status")]
        shown += [run("rank", ROOMS[0], option, env=env) for option in ("--json", "-LDEBUG")]
    queue.close()
    kept = "".join(done.stdout + done.stderr for done in shown).encode()
    for path in tmp_path.rglob("*"):
        if path.is_file():
            kept += path.read_bytes() + (gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else b"")
    if kind == "postgresql":
        kept += dumped(where)
    assert Pseudonyms(KEY)._hash("user_id", str(ID), 16).encode() in kept, "the canary was in the crawl"
    for clear in (CANARY, str(ID), KEY, "4123123"):
        assert clear.encode() not in kept
    assert json.loads(shown[4].stdout)["entries"][0]["nickname"].startswith("用户")


def dumped(where: str) -> bytes:
    """Every row of every table."""
    store = locate.open_records(where)
    connection = store.database._connected()  # type: ignore[attr-defined]
    tables = connection.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
    )
    rows = [connection.execute(f"SELECT t::text FROM {name} t").fetchall() for (name,) in tables.fetchall()]  # noqa: S608 - our own names
    store.close()
    return repr(rows).encode()

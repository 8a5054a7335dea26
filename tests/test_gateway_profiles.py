"""Profiles: the shipped ones are valid and named, and a wrong one is refused with its file, line and key."""

import tomllib
from importlib.resources import files
from pathlib import Path

import pytest

from rankcrawler.errors import SettingError
from rankcrawler.gateways import profiles
from rankcrawler.gateways.profiles import Placement, pointer
from rankcrawler.gateways.profiles.lines import lines
from rankcrawler.gateways.wire.outline import Outline
from rankcrawler.simulator import dialect

MINE = """\
# mine
about = "mine"
token = "header:X-Key"

[lists.ranklist]
path = "/ranks"
parameters = { room_id = "room" }

[answer]
list = "/result/items"
clock = "/result/at"
code = ["/code"]
words = ["/error/text"]

[answer.success]
code = [0]

[limits]
rate = 5

[verdicts]
"code:GONE" = "gone: the room has ended"

[discovery.room]
asks = "uid"
path = "/live"
parameter = "uid"
form = "one"
entries = "/data"
room_id = "/room"
"""


def mine(folder: Path, *changes: tuple[str, str]) -> profiles.Profile:
    """The profile in a file, after changes to its text."""
    text = MINE
    for before, after in changes:
        assert text.count(before) == 1, before
        text = text.replace(before, after)
    (folder / "mine.toml").write_text(text, "utf-8")
    profiles.named.cache_clear()
    return profiles.named(str(folder / "mine.toml"))


def refused(folder: Path, *changes: tuple[str, str]) -> str:
    """What is said of a profile with these changes, without the folder."""
    with pytest.raises(SettingError) as refusal:
        mine(folder, *changes)
    return str(refusal.value).replace(f"{folder}/", "")


def test_five_profiles_are_shipped_and_the_default_is_first() -> None:
    assert profiles.names() == ["titodata", "evil0ctal", "raw", "tikhub", "tikhub-tiktok"]
    assert profiles.named() == profiles.named("titodata")


@pytest.mark.parametrize("name", profiles.names())
def test_a_shipped_profile_is_valid_and_can_be_compiled(name: str) -> None:
    profile = profiles.named(name)
    assert profile.name == name
    assert Outline(profile.answer).answer(Outline(profile.answer).decoder(dict)(b"{}")).ranklist is None
    Placement.of(profile.token)


@pytest.mark.parametrize("name", profiles.names())
def test_every_shipped_profile_can_be_simulated_and_agrees_with_the_simulator(name: str) -> None:
    """The simulator states each gateway's facts on its own."""
    profile, spoken = profiles.named(name), dialect.named(name)
    assert dialect.names() == profiles.names()
    assert profile.token == spoken.token
    for kind, call in profile.lists.items():
        at = spoken.lists[kind]
        assert (call.path, call.method) == (at.path, at.method)
        assert {name: str(value) for name, value in call.constants.items()} == at.constants
        assert ("anchor_id" in call.required) == at.needs_anchor
    assert profile.lists.keys() == spoken.lists.keys()


def test_a_file_of_ones_own_is_a_profile_with_the_name_of_the_file(tmp_path: Path) -> None:
    profile = mine(tmp_path)
    assert (profile.name, profile.token, profile.limits.rate, profile.limits.timeout) == ("mine", "header:X-Key", 5, 20)
    assert profile.answer.waits == ("Retry-After", "X-RateLimit-Reset")
    assert profile.lists["ranklist"].required == ("room_id",)


def test_a_name_that_is_none_is_refused_with_those_that_are() -> None:
    with pytest.raises(SettingError, match=r"one of titodata, .*tikhub.* or the path of a file that ends in .toml"):
        profiles.named("tikhbu")


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match=r"GATEWAY_PROFILE \(.*none.toml\) cannot be read"):
        profiles.named(str(tmp_path / "none.toml"))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ('about = "mine"', 'about = "mine', "mine.toml: this is not TOML: "),
        ('about = "mine"', "", "mine.toml, line 1: the key about is missing"),
        ('about = "mine"', 'name = "x"', "mine.toml, line 2: name: a profile has the name of its file"),
        ('about = "mine"', 'abuot = "mine"', "mine.toml, line 2: abuot: this key is not known: did you mean about?"),
        ('about = "mine"', "about = 7", "mine.toml, line 2: about: expected `str`, got `int`"),
        ("header:X-Key", "header:", "mine.toml, line 3: token: expected query:NAME, header:NAME, bearer or none, not"),
        ("header:X-Key", "header:Host", "mine.toml, line 3: token: expected query:NAME"),
        ("lists.ranklist", "lists.ranks", "mine.toml, line 5: lists.ranks: no kind of list has this name: did you mea"),
        ("lists.ranklist", "lists.x", "mine.toml, line 5: lists.x: no kind of list has this name: [lists.ranklist] or"),
        ('"/ranks"', '"ranks"', "mine.toml, line 6: lists.ranklist.path: expected a path that begins with /"),
        ('"/ranks"', '"//evil.test/ranks"', "mine.toml, line 6: lists.ranklist.path: expected a path that begins"),
        ('"/ranks"', '"/a?token=x"', "mine.toml, line 6: lists.ranklist.path: expected a path"),
        ('"/ranks"', '"/../x"', "mine.toml, line 6: lists.ranklist.path: expected a path"),
        ('path = "/ranks"', "", "mine.toml, line 5: lists.ranklist: the key path is missing"),
        ('path = "/ranks"', 'pth = "/ranks"', "mine.toml, line 6: lists.ranklist.pth: this key is not known: did you "),
        ('path = "/ranks"', 'path = "/r"\nmethod = "PUT"', "mine.toml, line 7: lists.ranklist.method: invalid enum va"),
        ("{ room_id", "{ rom_id", "mine.toml, line 7: lists.ranklist.parameters: invalid enum value 'rom_id'"),
        ("{ room_id", "{ anchor_id", "mine.toml, line 7: lists.ranklist.parameters: expected the gateway's name for r"),
        ('"room" }', '"r" }\nrequired = ["anchor_id"]', "mine.toml, line 8: lists.ranklist.required: anchor_id is req"),
        ('"room" }', '"r" }\nconstants = { r = 1 }', "mine.toml, line 5: lists.ranklist: two parameters have the name"),
        ('list = "/result/items"', "", "mine.toml, line 9: answer: the key list is missing"),
        ('"/result/items"', '"result.items"', "mine.toml, line 10: answer.list: expected a JSON pointer such as"),
        ('"/result/items"', '"/result/0"', "mine.toml, line 10: answer.list: expected a place within objects, not $.r"),
        ('"/result/at"', '"/result"', "mine.toml, line 11: answer.clock: $.result is a value, and an object that hold"),
        ('"/result/at"', '"/result/items"', "mine.toml, line 9: answer: two values have the same place"),
        ('"/result/at"', '"/result/total"', "mine.toml, line 11: answer.clock: $.result.total has a meaning already"),
        ("code = [0]", "", "mine.toml, line 15: answer.success: code has a place, and success names no value of it"),
        ("code = [0]", "code = [0]\nstatus_code = [0]", "mine.toml, line 17: answer.success.status_code: success name"),
        ("code = [0]", "cod = [0]", "mine.toml, line 16: answer.success.cod: this key is not known: did you mean code"),
        ("rate = 5", "rate = 0", "mine.toml, line 19: limits.rate: expected `float` > 0"),
        ("rate = 5", "price = -1", "mine.toml, line 19: limits.price: expected `float` >= 0"),
        ("rate = 5", 'currency = "euro"', "mine.toml, line 19: limits.currency: expected `str` matching regex"),
        ("rate = 5", "timeout = 0.5", "mine.toml, line 19: limits.timeout: expected `float` >= 1"),
        ("code:GONE", "cod:GONE", "mine.toml, line 22: verdicts.cod:GONE: 'cod:GONE' = 'gone: the room has ended': ex"),
        ('"gone: ', '"leave: ', "mine.toml, line 22: verdicts.code:GONE: 'code:GONE' = 'leave: the room has ended': e"),
        ('asks = "uid"', 'asks = "name"', "mine.toml, line 25: discovery.room.asks: invalid enum value 'name'"),
        ('room_id = "/room"', "", "mine.toml, line 24: discovery.room.room_id: expected the place of the room's id"),
        ('room_id = "/room"', 'room_id = "room"', "mine.toml, line 30: discovery.room.room_id: expected a JSON pointe"),
        ('room_id = "/room"', 'room_id = "/room"\nstatus = "/s"', "mine.toml, line 31: discovery.room.status: expecte"),
        ('room_id = "/room"', 'room_id = "/room"\nbatch = 0', "mine.toml, line 31: discovery.room.batch: expected `in"),
    ],
)  # fmt: skip
def test_a_wrong_profile_is_refused_with_its_file_line_and_key(
    tmp_path: Path, before: str, after: str, said: str
) -> None:
    assert refused(tmp_path, (before, after)).startswith(said)


def test_a_file_with_a_name_that_could_be_anything_is_refused(tmp_path: Path) -> None:
    (tmp_path / "My Gateway.toml").write_text(MINE)
    with pytest.raises(SettingError, match="named with small letters, digits and hyphens, not 'My Gateway'"):
        profiles.named(str(tmp_path / "My Gateway.toml"))


@pytest.mark.parametrize("name", profiles.names())
def test_the_lines_of_keys_are_those_where_they_are_written(name: str) -> None:
    text = files("rankcrawler.gateways.profiles").joinpath(f"{name}.toml").read_text("utf-8")
    found, written = lines(text), text.splitlines()

    def keys(table: dict[str, object], key: tuple[str, ...] = ()) -> set[tuple[str, ...]]:
        own = {(*key, each) for each in table if len(key) < 2}
        return own.union(*(keys(value, (*key, each)) for each, value in table.items() if isinstance(value, dict)))

    for key in keys(tomllib.loads(text)):
        if key in found:
            assert key[-1] in written[found[key] - 1]
    assert {("answer",), ("answer", "list"), ("lists", "ranklist")} <= found.keys()


def test_lines_skip_long_texts_and_follow_dotted_and_quoted_keys() -> None:
    text = 'a = """\nb = 1\n[c]\n"""\nd.e = 2\n[f."g.h"]\n\'i\' = 3\n'
    assert lines(text) == {
        (): 1, ("a",): 1, ("d",): 5, ("d", "e"): 5, ("f", "g.h"): 6, ("f", "g.h", "i"): 7, ("f",): 6,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("of", "found"),
    [("", b'{"a": {"b/c": [1, {"d~": 2}]}}'), ("/a/b~1c/0", b"1"), ("/a/b~1c/1/d~0", b"2"), ("/a/b~1c/2", b""),
     ("/a/b~1c/x", b""), ("/a/x", b""), ("/a/b~1c/0/x", b"")],
)  # fmt: skip
def test_a_pointer_finds_what_is_at_its_place(of: str, found: bytes) -> None:
    assert bytes(pointer.find(b'{"a": {"b/c": [1, {"d~": 2}]}}', pointer.steps(of))) == found


@pytest.mark.parametrize("body", [b"", b"x", b'{"a"', b"[" * 100_000, b'"\xff"', b'{"a": nul}'])
def test_a_pointer_finds_nothing_in_what_is_no_json(body: bytes) -> None:
    assert bytes(pointer.find(body, ("a",))) == b""


def test_what_shipped_profiles_say_is_in_the_catalogue() -> None:
    shipped = [profiles.named(name) for name in profiles.names()]
    of_failures = {action.partition(":")[2].strip() for profile in shipped for action in profile.verdicts.values()}
    assert {profile.about for profile in shipped} | (of_failures - {""}) == set(profiles.TEXTS)

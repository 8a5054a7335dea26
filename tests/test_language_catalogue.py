"""The catalogues of messages: every message is in them and translated, and nothing that is typed or set has changed."""

import io
import re
import string
import subprocess
import sys
import zipfile
from functools import cache
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from rankcrawler.language import CATALOGUES

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "rankcrawler"
KEYWORDS: dict[str, tuple[int, ...] | None] = {"tr": None, "marked": None, "counted": (1, 2), "marked_both": (1, 2)}


@cache
def catalogue(name: str) -> Catalog:
    with folder(name).with_suffix(".po").open("rb") as file:
        return read_po(file, locale=name)


def folder(name: str) -> Path:
    """The files of a catalogue, without their endings."""
    return PACKAGE / "locale" / name / "LC_MESSAGES" / "rankcrawler"


@cache
def marked_messages() -> set[str | tuple[str, ...]]:
    """Every message that is marked in the source."""
    found = extract_from_dir(str(PACKAGE), [("**.py", "python"), ("**.html", "jinja2")], keywords=KEYWORDS)
    return {message for _, _, message, _, _ in found}


def messages(name: str) -> list[Message]:
    return [message for message in catalogue(name) if message.id]


def forms(message: Message) -> list[tuple[str, str]]:
    """Each form of a message in English beside its translations."""
    original = message.id if isinstance(message.id, str) else message.id[-1]
    translations = [message.string] if isinstance(message.string, str) else list(message.string or [""])
    return [(original, translation) for translation in translations]


def fields(text: str) -> set[tuple[str, str | None, str | None]]:
    """The placeholders of a message: name, format and conversion."""
    return {(name, spec, how) for _, name, spec, how in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("name", CATALOGUES)
def test_the_catalogue_has_every_message_and_no_other(name: str) -> None:
    known = {message.id if isinstance(message.id, str) else tuple(message.id) for message in messages(name)}
    assert known - marked_messages() == set(), "stale: run `make messages`"
    assert marked_messages() - known == set(), "missing: run `make messages`"
    assert not catalogue(name).obsolete


@pytest.mark.parametrize("name", CATALOGUES)
def test_every_message_is_translated(name: str) -> None:
    assert [message.id for message in messages(name) if message.fuzzy] == []
    assert [original for each in messages(name) for original, text in forms(each) if not text.strip()] == []


@pytest.mark.parametrize("name", CATALOGUES)
def test_a_translation_has_the_placeholders_of_its_message(name: str) -> None:
    wrong = [original for each in messages(name) for original, text in forms(each) if fields(original) != fields(text)]
    assert wrong == []


@pytest.mark.parametrize("name", CATALOGUES)
def test_a_translation_keeps_what_is_typed_or_set(name: str) -> None:
    code = re.compile(r"`[^`]+`|--[a-z][a-z-]+|\b[A-Z]+_[A-Z_]+\b|\b\w+://|%\(\w+\)[sd]")
    wrong = [
        original
        for each in messages(name)
        for original, text in forms(each)
        if sorted(set(code.findall(original))) != sorted(set(code.findall(text)))
    ]
    assert wrong == []


@pytest.mark.parametrize("name", CATALOGUES)
def test_the_compiled_catalogue_is_the_text(name: str) -> None:
    compiled = io.BytesIO()
    write_mo(compiled, catalogue(name))
    assert folder(name).with_suffix(".mo").read_bytes() == compiled.getvalue(), "run `make messages`"


def test_coins_and_diamonds_have_one_word_each() -> None:
    for message in messages("zh_CN"):
        for original, text in forms(message):
            assert ("coins" in original) <= ("音浪" in text), original
            assert ("diamonds" in original) <= ("抖币" in text), original
            assert "金币" not in text
            assert "钻石" not in text


def test_every_language_can_be_recognised() -> None:
    assert set(CATALOGUES) == {path.name for path in (PACKAGE / "locale").iterdir()}
    for name, characters in CATALOGUES.items():
        assert characters in "".join(text for each in messages(name) for _, text in forms(each))


def test_the_catalogue_is_found_in_a_zipped_package_as_in_an_egg(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "rankcrawler.egg", "w") as egg:
        for path in (PACKAGE / "__init__.py", PACKAGE / "language.py", *folder("zh_CN").parent.iterdir()):
            egg.write(path, path.relative_to(ROOT))
    code = (
        "from rankcrawler import language\n"
        "language.speak({'LANG': 'zh_CN.UTF-8'})\n"
        "assert 'egg' in language.__file__\n"
        "print(ascii(language.tr('no such room')))"
    )
    env = {"PYTHONPATH": str(tmp_path / "rankcrawler.egg")}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, cwd=tmp_path, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.stdout.strip() == ascii("没有这个直播间"), done.stderr

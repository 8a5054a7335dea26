"""The documents: the two READMEs agree, the reference is up to date, links lead somewhere, the English is plain."""

import re
import tokenize
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from rankcrawler import options
from rankcrawler.model import reference

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("benchmarks/*.md")])
ENGLISH_DOCUMENTS = [document for document in DOCUMENTS if not document.name.endswith(".zh.md")]
MODULES = sorted((ROOT / "rankcrawler").rglob("*.py"))

ENGLISH = (ROOT / "README.md").read_text("utf-8")
CHINESE = (ROOT / "README.zh.md").read_text("utf-8")

_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"\]\(([^)]+)\)")

TRANSLATED = re.compile(
    r"\b(?:nobody|anybody|somebody|whoever|whomever|whereof|wherein|whereupon|whither|thereby|therein|thereof|thereupon"
    r"|told|mends?|mended|mending|anew|at the most|at the least|so many of|as it came"
    r"|what came of|what comes of|it is that)\b",
    re.IGNORECASE,
)
"""Words that a colleague would not say. They mark a text that was translated rather than written."""


def prose(text: str) -> str:
    """A document without its code."""
    return _SPAN.sub("", _FENCED.sub("", text))


def headings(text: str) -> list[str]:
    """The level of each heading, as its number signs."""
    return re.findall(r"^(#+) ", _FENCED.sub("", text), re.MULTILINE)


def sections(text: str) -> list[str]:
    """What follows each heading, without fenced code."""
    return re.split(r"^#+ .*$", _FENCED.sub("", text), flags=re.MULTILINE)


def spans(text: str) -> list[str]:
    """The code in running text."""
    return _SPAN.findall(text)


def code_blocks(text: str) -> list[str]:
    """Fenced code without its comments."""
    return [re.sub(r" +# .*$", "", block, flags=re.MULTILINE) for block in _FENCED.findall(text)]


def first_cells(text: str) -> list[list[list[str]]]:
    """The code in the first cell of each row of each table."""
    tables = re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE)
    return [[spans(row.split("|")[1]) for row in table.splitlines()] for table in tables]


def words_of(module: Path) -> str:
    """The comments and texts of a module."""
    with module.open("rb") as file:
        kinds = (tokenize.COMMENT, tokenize.STRING)
        return "\n".join(token.string for token in tokenize.tokenize(file.readline) if token.type in kinds)


def test_both_readmes_have_the_same_levels_of_headings() -> None:
    assert headings(ENGLISH) == headings(CHINESE)


def test_both_readmes_link_to_the_same_places_in_the_same_order() -> None:
    english, chinese = _LINK.findall(ENGLISH), _LINK.findall(CHINESE)
    assert (english[0], chinese[0]) == ("README.zh.md", "README.md")
    assert english[1:] == chinese[1:]


@pytest.mark.parametrize("number", range(len(headings(ENGLISH)) + 1))
def test_a_section_has_the_same_code_in_both_readmes(number: int) -> None:
    english, chinese = spans(sections(ENGLISH)[number]), spans(sections(CHINESE)[number])
    assert set(english) == set(chinese)
    assert SequenceMatcher(None, english, chinese, autojunk=False).ratio() > 0.75


def test_both_readmes_have_the_same_code_blocks_up_to_their_comments() -> None:
    assert code_blocks(ENGLISH) == code_blocks(CHINESE)


def test_both_readmes_have_the_same_tables() -> None:
    assert first_cells(ENGLISH) == first_cells(CHINESE)


@pytest.mark.parametrize("text", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_a_readme_has_a_row_for_each_setting_of_the_environment(text: str) -> None:
    rows = {cell for table in first_cells(text) for cells in table for cell in cells}
    assert {*options.ENVIRONMENT, *options.SECRETS} - rows == set()


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_table_of_fields_is_the_one_that_make_docs_writes(language: reference.Language) -> None:
    text = reference.READMES[language].read_text("utf-8")
    assert text == reference.with_table(text, language)
    assert reference.table(language) in text


def test_the_json_schema_is_the_one_that_make_docs_writes() -> None:
    assert reference.SCHEMA.read_text("utf-8") == reference.schema()


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: document.name)
def test_every_file_that_a_document_links_to_or_names_exists(document: Path) -> None:
    text = document.read_text("utf-8")
    targets = [target.partition("#")[0] for target in _LINK.findall(text) if "://" not in target]
    named = re.findall(r"`((?:tests|benchmarks|docs|requirements|seeds)/[\w./-]+\.\w+)`", text)
    missing = [target for target in targets if not (document.parent / target).exists()]
    assert missing + [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("document", ENGLISH_DOCUMENTS, ids=lambda document: document.name)
def test_a_document_is_written_in_plain_english(document: Path) -> None:
    assert TRANSLATED.findall(prose(document.read_text("utf-8"))) == []


def test_the_package_is_written_in_plain_english() -> None:
    found = {str(module.relative_to(ROOT)): TRANSLATED.findall(words_of(module)) for module in MODULES}
    assert {name: words for name, words in found.items() if words} == {}

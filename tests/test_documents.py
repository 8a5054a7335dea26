"""The documents: both languages agree, the reference is up to date, links lead somewhere, the English is plain."""

import json
import re
import tokenize
from difflib import SequenceMatcher
from pathlib import Path
from typing import NamedTuple

import msgspec
import pytest

from rankcrawler import options
from rankcrawler.clock import ms
from rankcrawler.commands import reference as commands_reference
from rankcrawler.gateways.address import Address
from rankcrawler.gateways.client import Reply
from rankcrawler.gateways.gateway import Gateway
from rankcrawler.model import reference
from rankcrawler.model.items import RoomSnapshot
from rankcrawler.pipelines.validate import validated

ROOT = Path(__file__).parent.parent
DOCUMENTS = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("benchmarks/*.md")])
ENGLISH_DOCUMENTS = [document for document in DOCUMENTS if not document.name.endswith(".zh.md")]
MODULES = sorted((ROOT / "rankcrawler").rglob("*.py"))

ENGLISH = (ROOT / "README.md").read_text("utf-8")
CHINESE = (ROOT / "README.zh.md").read_text("utf-8")
FIGURES = [ROOT / name for name in ("README.md", "README.zh.md", "docs/guarantees.md", "docs/guarantees.zh.md")]
"""Documents whose promises have figures, each with a link to the page that it is from."""


class Pair(NamedTuple):
    """A document in both languages."""

    path: Path
    """Of the English one."""
    english: str
    chinese: str

    @property
    def name(self) -> str:
        """What it is called."""
        return self.path.stem


PAIRS = [
    Pair(english, english.read_text("utf-8"), path.read_text("utf-8"))
    for path in DOCUMENTS
    if path.name.endswith(".zh.md")
    for english in [path.with_name(path.name.replace(".zh.md", ".md"))]
]

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


def leads_to(document: Path, target: str) -> Path:
    return (document.parent / target.partition("#")[0]).resolve()


def _joined(document: Path) -> str:
    """The text with each list item on one line."""
    return re.sub(r"\n  +(?=\S)", " ", document.read_text("utf-8"))


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


def figures(text: str) -> list[list[str]]:
    """The figures of each row of each table; small whole numbers may be words in one language."""
    rows = re.findall(r"^\|.*$", text, re.MULTILINE)
    return [sorted(re.findall(r"\d+(?:\.\d+|(?:,\d{3})+)", row)) for row in rows]


def words_of(module: Path) -> str:
    """The comments and texts of a module."""
    with module.open("rb") as file:
        kinds = (tokenize.COMMENT, tokenize.STRING)
        return "\n".join(token.string for token in tokenize.tokenize(file.readline) if token.type in kinds)


def plain(target: str) -> str:
    """Where a link leads, whatever the language: the document, without its anchor."""
    return target.partition("#")[0].replace(".zh.md", ".md")


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_a_chinese_document_has_the_levels_of_headings_of_the_english_one(pair: Pair) -> None:
    assert headings(pair.english) == headings(pair.chinese)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_a_chinese_document_links_to_the_same_places_in_the_same_order(pair: Pair) -> None:
    assert [*map(plain, _LINK.findall(pair.english))] == [*map(plain, _LINK.findall(pair.chinese))]


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_a_chinese_document_links_to_chinese_ones_where_there_are_some(pair: Pair) -> None:
    linked = [leads_to(pair.path, target) for target in _LINK.findall(pair.chinese) if "://" not in target]
    english = [path for path in linked if path.suffix == ".md" and not path.name.endswith(".zh.md")]
    others = [path for path in english if path != pair.path and path.with_suffix(".zh.md").exists()]
    assert others == []


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_a_section_has_the_same_code_in_both_languages(pair: Pair) -> None:
    for one, other in zip(sections(pair.english), sections(pair.chinese), strict=True):
        english, chinese = map(plain, spans(one)), map(plain, spans(other))
        wanted, found = [*english], [*chinese]
        assert set(wanted) == set(found), one
        assert SequenceMatcher(None, wanted, found, autojunk=False).ratio() > 0.75


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_both_languages_have_the_same_code_blocks_up_to_their_comments(pair: Pair) -> None:
    assert code_blocks(pair.english) == code_blocks(pair.chinese)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_both_languages_have_the_same_tables(pair: Pair) -> None:
    assert first_cells(pair.english) == first_cells(pair.chinese)


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.name)
def test_both_languages_have_the_same_figures_in_their_tables(pair: Pair) -> None:
    assert figures(pair.english) == figures(pair.chinese)


def test_what_an_analyst_reads_is_in_chinese() -> None:
    read = (
        "tutorial crawling asking excel grafana notebook python queries dashboard rows failures cost settings commands"
        " accuracy alerts guarantees"
    )
    assert {*read.split()} <= {pair.path.stem for pair in PAIRS}


@pytest.mark.parametrize("reference", commands_reference.REFERENCES, ids=lambda each: each.name)
def test_a_page_of_reference_is_the_one_that_make_docs_writes(reference: commands_reference.Reference) -> None:
    assert reference.path.read_text("utf-8") == reference.renewed()


def test_every_setting_is_explained_once() -> None:
    explained = [each.name for group in commands_reference.explained().group for each in group.setting]
    assert sorted(explained) == sorted({*options.NAMES, *options.ENVIRONMENT, *options.SECRETS})


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_table_of_fields_is_the_one_that_make_docs_writes(language: reference.Language) -> None:
    text = reference.PAGES[language].read_text("utf-8")
    assert text == reference.with_table(text, language)
    assert reference.table(language) in text


def test_the_json_schema_is_the_one_that_make_docs_writes() -> None:
    assert reference.SCHEMA.read_text("utf-8") == reference.schema()


@pytest.mark.parametrize("text", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_the_row_in_the_readme_is_what_comes_of_the_answer_above_it(text: str) -> None:
    answer, row = re.findall(r"^```json\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    gateway = Gateway(Address.of("https://gateway.example.com"))
    shown = json.loads(row)
    target, polled_at = gateway.target("ranklist", shown["room_id"]), ms(shown["polled_at"])
    found = gateway.read(Reply(200, [], answer.encode()), target, polled_at)
    assert isinstance(found, RoomSnapshot)
    assert [json.loads(msgspec.json.encode(entry)) for entry in validated(found).entries] == [shown]


@pytest.mark.parametrize("text", [ENGLISH, CHINESE], ids=["en", "zh"])
def test_a_readme_is_short_and_begins_with_what_it_is_for_and_three_promises(text: str) -> None:
    assert len(text.splitlines()) <= 200
    order = [text.index(part) for part in ("\n- **", "![", "make demo", "```json", "rooms=seeds/")]
    assert order == sorted(order)
    assert text.partition("![")[0].count("\n- **") == 3


@pytest.mark.parametrize("document", FIGURES, ids=lambda document: document.name)
def test_every_figure_of_a_promise_stands_in_the_page_that_it_links_to(document: Path) -> None:
    lines = _joined(document).splitlines()
    promises = [line for line in lines if line.startswith(("- **", "| ")) and ".md" in "".join(_LINK.findall(line))]
    missing = {}
    for promise in promises:
        page = leads_to(document, _LINK.findall(promise)[-1]).read_text("utf-8")
        figures = re.findall(r"(?<![\w.,-])\d[\d,]*(?:\.\d+)?(?![\w-])", _LINK.sub("", _SPAN.sub("", promise)))
        if absent := [each for each in figures if len(each) > 1 and each.rstrip(",") not in page]:
            missing[promise[:60]] = absent
    assert len(promises) >= 3
    assert missing == {}


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

"""Messages for people are marked for the catalogues wherever the code prints or raises them."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "rankcrawler"
PRINTERS = {"complain", "refuse", "print", "ArgumentTypeError", "UsageError", "super"}


def english_texts(node: ast.expr) -> Iterator[str]:
    """The words in an argument that no function of the catalogue is given."""
    if isinstance(node, ast.Call):
        name = node.func.id if isinstance(node.func, ast.Name) else ""
        if name not in ("tr", "counted", "marked"):
            for each in (*node.args, *(word.value for word in node.keywords)):
                yield from english_texts(each)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif isinstance(node, ast.JoinedStr):
        for value in node.values:
            yield from english_texts(value.value if isinstance(value, ast.FormattedValue) else value)
    elif isinstance(node, ast.BinOp | ast.IfExp | ast.BoolOp):
        for part in ast.iter_child_nodes(node):
            if isinstance(part, ast.expr):
                yield from english_texts(part)


@cache
def errors() -> set[str]:
    """The names of our errors."""
    tree = ast.parse((PACKAGE / "errors.py").read_text("utf-8"))
    return {node.name for node in tree.body if isinstance(node, ast.ClassDef)}


def called(node: ast.Call) -> str:
    """What a call calls; `super` if that is the constructor of a base class."""
    if isinstance(node.func, ast.Attribute) and node.func.attr == "__init__" and isinstance(node.func.value, ast.Call):
        return "super"
    return node.func.id if isinstance(node.func, ast.Name) else ""


def unmarked(module: Path) -> Iterator[str]:
    """The words of messages for people that are not marked for the catalogue."""
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.Call) and called(node) in PRINTERS | errors():
            for text in (text for each in node.args for text in english_texts(each)):
                if re.search(r"[a-z]{2,} [a-z]{2,}", text):
                    yield text


@pytest.mark.parametrize("module", sorted(PACKAGE.rglob("*.py")), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_every_message_for_people_is_marked(module: Path) -> None:
    assert list(unmarked(module)) == []


def test_a_message_that_is_not_marked_would_be_found(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text('raise SettingError(f"{name} is not set")\ncomplain(tr("all is well {a}", a=1))\n')
    assert list(unmarked(tmp_path / "a.py")) == [" is not set"]

"""The documents as a site: it is built without a warning, has every document, leads nowhere that is missing, and loads
nothing from elsewhere.
"""

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
import yaml

ROOT = Path(__file__).parent.parent
DOCUMENTS = {path.relative_to(ROOT).as_posix() for pattern in ("*.md", "docs/*.md") for path in ROOT.glob(pattern)}
_LOADED = {("script", "src"), ("img", "src"), ("link", "href"), ("iframe", "src"), ("source", "src")}
"""What a browser fetches without being asked."""


class Links(HTMLParser):
    """The anchors of a page, what it links to, and what it loads."""

    def __init__(self, page: Path) -> None:
        super().__init__()
        self.anchors: set[str] = set()
        self.targets: list[str] = []
        self.loaded: list[str] = []
        self.feed(page.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the addresses and the id of an element."""
        for name, value in attrs:
            if name == "id" and value:
                self.anchors.add(value)
            elif (tag, name) in _LOADED and value:
                self.loaded.append(value)
            elif (tag, name) == ("a", "href") and value:
                self.targets.append(value)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the site, built from the documents as they stand."""
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=ROOT,
        env=os.environ | {"NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (built.returncode, built.stderr) == (0, "")
    return folder


def pages(site: Path) -> list[Path]:
    return sorted(path for path in site.rglob("*.html") if path.name != "404.html")


def named_in(navigation: object) -> Iterator[str]:
    """The documents in the navigation, in its order."""
    if isinstance(navigation, str):
        yield navigation
    elif isinstance(navigation, list):
        for each in navigation:
            yield from named_in(each)
    elif isinstance(navigation, dict):
        for each in navigation.values():
            yield from named_in(each)


def test_every_document_is_in_the_navigation_once() -> None:
    text = re.sub(r"!!python/\S+", "", (ROOT / "mkdocs.yml").read_text("utf-8"))
    named = [*named_in(yaml.safe_load(text)["nav"])]
    assert len(named) == len({*named})
    assert {*named} - {"benchmarks/README.md"} == DOCUMENTS


def test_every_document_is_a_page_of_the_site(site: Path) -> None:
    built = {path.relative_to(site).as_posix() for path in pages(site)}
    wanted = {re.sub(r"(^|/)README\.html$", r"\1index.html", name.removesuffix(".md") + ".html") for name in DOCUMENTS}
    assert wanted <= built


def test_every_link_of_the_site_leads_to_a_file_and_an_anchor(site: Path) -> None:
    found = {path: Links(path) for path in pages(site)}
    broken = []
    for path, links in found.items():
        for target in [*links.targets, *links.loaded]:
            parts = urlsplit(target)
            if parts.scheme or parts.netloc:
                continue
            leads_to = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            anchors = found[leads_to].anchors if leads_to in found else {unquote(parts.fragment)}
            if not leads_to.is_file() or (parts.fragment and unquote(parts.fragment) not in anchors):
                broken.append((path.name, target))
    assert len(found) > 15
    assert broken == []


def test_the_site_loads_nothing_from_elsewhere(site: Path) -> None:
    loaded = {path.name: [each for each in Links(path).loaded if urlsplit(each).netloc] for path in pages(site)}
    assert {name: addresses for name, addresses in loaded.items() if addresses} == {}
    styles = [path.read_text("utf-8") for path in site.rglob("*.css")]
    assert styles
    assert not any(re.search(r"(?:@import|url\()\s*[\"']?(?:https?:)?//", text) for text in styles)


def test_the_markdown_that_the_repository_shows_is_the_markdown_that_the_site_shows(site: Path) -> None:
    """A list, a table or a block that needs a blank line before it would be shown as a paragraph."""
    raw = re.compile(r"<p>(?:(?!</p>).)*?^(?:- |\d\. |\||```)", re.MULTILINE | re.DOTALL)
    assert {path.name: raw.findall(path.read_text("utf-8"))[:1] for path in pages(site)} == {
        path.name: [] for path in pages(site)
    }

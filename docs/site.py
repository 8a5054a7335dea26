"""A hook of MkDocs: the site has each document at the place that it has in the repository, so that a link serves both.

Pages are the documents in the root, in docs/ and in benchmarks/. A file that one of them links to, such as a picture, a
schema or a module, is copied. A link to a folder is text in the site.
"""

import re
from pathlib import Path
from posixpath import dirname, normpath

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
PAGES = ("*.md", "docs/*.md", "benchmarks/*.md")
_LINK = re.compile(r"(!?)\[([^\]]*)\]\(([^)#\s]+)(#[^)]*)?\)")


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Replace what MkDocs found in docs/ by the pages, and the files that they link to."""
    for file in [each for each in files if each.src_dir == config.docs_dir]:
        files.remove(file)
    pages = [path for pattern in PAGES for path in sorted(ROOT.glob(pattern))]
    for path in {*pages, *(linked for page in pages for linked in _linked(page))}:
        files.append(File.generated(config, path.relative_to(ROOT).as_posix(), abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: object) -> str:
    """The text of a page, in which a folder has no link."""
    here = dirname(page.file.src_uri)

    def shown(link: re.Match[str]) -> str:
        target = ROOT / normpath(f"{here}/{link[3]}")
        return link[2] if "://" not in link[3] and target.is_dir() else link[0]

    return _LINK.sub(shown, markdown)


def _linked(page: Path) -> list[Path]:
    """The files of the repository that a page links to, and that are no pages."""
    targets = [link[3] for link in _LINK.finditer(page.read_text("utf-8")) if "://" not in link[3]]
    found = [(page.parent / target).resolve() for target in targets]
    return [path for path in found if path.is_file() and path.suffix != ".md" and path.is_relative_to(ROOT)]

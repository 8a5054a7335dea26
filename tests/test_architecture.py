"""The structure that ARCHITECTURE.md describes, and the promises that README.md makes by name."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest
from scrapy.settings import default_settings

from rankcrawler import settings, statistics

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "rankcrawler"
MODULES = sorted(PACKAGE.rglob("*.py"))

ORDER = (
    {"language"},
    {
        "errors",
        "clock",
        "backoff",
        "distribution",
        "durations",
        "event_loop",
        "faultlog",
        "settings",
        "spelling",
        "statistics",
    },
    {"env_file", "listening", "misspelt", "own_code", "setting_values"},
    {"channel", "jsonlog", "moments", "open_files", "options", "progress", "report", "terminal"},
    {"model", "spider_arguments"},
    {"gateways", "queue", "store", "feeds", "simulator", "fleet"},
    {"insight"},
    {"metrics"},
    {"alerts", "handler", "logformatter", "pipelines", "preflight", "speedups"},
    {"extensions"},
    {"serve", "spiders"},
    {"commands"},
    {"cli"},
    {"__main__", "kept"},
)
"""A part may import those of earlier lines and itself; those of its own line do not know each other."""


READERS = {
    "cli.py": "sets SCRAPY_SETTINGS_MODULE",
    "commands/demo.py": "gives its processes the environment, without what would lead them elsewhere",
    "jsonlog.py": "looks whether Scrapy is to log JSON",
    "language.py": "looks in which language to speak",
    "preflight/components.py": "looks whether a crawl has our components",
    "preflight/ineffective.py": "refuses settings that would have no effect",
    "speedups/addon.py": "an add-on changes settings",
    "speedups/downloader.py": "looks whether a crawl uses what it skips",
}
"""Modules that also touch settings of Scrapy's, none of them ours, or the environment; and why."""


def part_of(module: Path) -> str:
    return module.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imported_parts(module: Path) -> set[str]:
    """The top-level parts of the package that a module imports, also within functions."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text("utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module == "rankcrawler":
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("rankcrawler."):
            names.add(node.module.split(".")[1])
        elif isinstance(node, ast.Import):
            names |= {alias.name.split(".")[1] for alias in node.names if alias.name.startswith("rankcrawler.")}
    return names - {"__version__"}


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(PACKAGE)))
def test_imports_point_one_way(module: Path) -> None:
    part = part_of(module)
    if part != "__init__":
        place = next(place for place, parts in enumerate(ORDER) if part in parts)
        assert imported_parts(module) <= {part}.union(*ORDER[:place])


def test_every_part_has_its_place_in_the_architecture() -> None:
    assert {part_of(module) for module in MODULES} - {"__init__"} == set().union(*ORDER)
    table = (ROOT / "ARCHITECTURE.md").read_text("utf-8").partition("## Imports")[2]
    assert {part for parts in ORDER for part in parts if f"`{part}`" not in table} == {"__main__"}


def test_every_file_that_the_architecture_names_is_there() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8").replace("tests/", "../tests/")
    named = set(re.findall(r"`([\w./]+\.(?:py|lua))`", text))
    missing = {name for name in named if not list(PACKAGE.rglob(name)) and not (PACKAGE / name).exists()}
    assert missing == set()


@pytest.mark.parametrize("readme", ["README.md", "README.zh.md"])
def test_the_readmes_name_every_command(readme: str) -> None:
    text = (ROOT / readme).read_text("utf-8")
    commands = {path.stem for path in (PACKAGE / "commands" / "entry").glob("[a-z]*.py")}
    assert {name for name in commands if not re.search(rf"(scrapy|rankcrawler|make) {name}\b", text)} == set()


def test_nothing_but_the_options_reads_settings_or_the_environment() -> None:
    reads = re.compile(r"settings(\[|\.get(int|float|bool|dict|list)?\()|os\.environ|\bgetenv\(")
    allowed = {"options.py": "reads them"} | READERS
    found = {str(module.relative_to(PACKAGE)) for module in MODULES if reads.search(module.read_text("utf-8"))}
    assert found == set(allowed)


def test_every_statistic_has_its_name_in_one_module() -> None:
    named = re.compile(r"[\"'{]rankcrawler/[a-z]")
    assert [each.name for each in MODULES if named.search(each.read_text("utf-8"))] == ["statistics.py"]


def test_the_documents_list_every_statistic() -> None:
    assert statistics.table() in (ROOT / "docs" / "statistics.md").read_text("utf-8")


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(PACKAGE)))
def test_files_and_functions_are_short(module: Path) -> None:
    text = module.read_text("utf-8")
    assert len(text.splitlines()) <= 250
    functions = [node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    long = [each.name for each in functions if (each.end_lineno or 0) - each.lineno + 1 > 40]
    assert long == []


def test_only_gateways_the_simulator_and_serve_know_the_gateways_field_names() -> None:
    outside = [module for module in MODULES if part_of(module) not in ("gateways", "serve", "simulator")]
    inner_names = re.compile(r"status_code.*now|mystery_man|user_fans_club_status|avatar_thumb|id_str")
    assert [module.name for module in outside if inner_names.search(module.read_text("utf-8"))] == []


def test_importing_the_whole_package_opens_nothing_and_starts_no_thread() -> None:
    names = [".".join(module.relative_to(ROOT).with_suffix("").parts) for module in MODULES]
    code = (
        "import importlib, os, threading\n"
        "def files(): return {os.readlink(f'/proc/self/fd/{fd}') for fd in os.listdir('/proc/self/fd') if "
        "os.path.exists(f'/proc/self/fd/{fd}')}\n"
        "before = files() if os.path.exists('/proc/self/fd') else set()\n"
        f"for name in {[name for name in names if '__main__' not in name]!r}: importlib.import_module(name)\n"
        "after = files() if os.path.exists('/proc/self/fd') else set()\n"
        "new = [name for name in after - before if name.startswith(('socket:', '/')) and '/dev/' not in name]\n"
        "assert threading.active_count() == 1 and not new, new\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr


def test_settings_hold_only_what_differs_from_scrapys_own() -> None:
    ours = {name for name in dir(settings) if name.isupper() and hasattr(default_settings, name)}
    assert {name for name in ours if getattr(settings, name) == getattr(default_settings, name)} == set()


def test_the_locks_hold_names_versions_and_hashes_and_no_address() -> None:
    for lock in (ROOT / "requirements").glob("*.txt"):
        text = lock.read_text("utf-8")
        assert "://" not in text
        assert all("--hash=sha256:" in block for block in re.split(r"\n(?=\w)", text) if "==" in block)

"""What is built of this project, installed where nothing else of it is: the wheel, and the egg of scrapyd-deploy."""

import email
import json
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest

from rankcrawler import __version__
from rankcrawler.gateways.address import Address
from tests.checkouts import ROOT, bare, clone
from tests.crawls import until
from tests.gateways import TOKEN, simulated
from tests.test_readme_commands import polled

BIN = Path(sys.prefix) / "bin"
ROOM = "6994259511469247263"
DATA = {
    str(path.relative_to(ROOT))
    for path in (ROOT / "rankcrawler").rglob("*")
    if path.is_file() and path.suffix not in (".py", ".pyc") and "__pycache__" not in path.parts
}
"""Every file of the package that is no module."""


def elsewhere(**extra: str) -> dict[str, str]:
    """The environment of a shell that knows nothing of this checkout."""
    return {name: value for name, value in bare(**extra).items() if name != "PYTHONPATH"}


def run(*command: str | Path, cwd: Path, env: dict[str, str], timeout: float = 120) -> str:
    """The standard output of a command that ends well."""
    words = [str(word) for word in command]
    done = subprocess.run(words, cwd=cwd, env=env, capture_output=True, text=True, timeout=timeout, check=False)
    assert done.returncode == 0, f"{words}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone to build from."""
    return clone(tmp_path_factory.mktemp("clone") / "rankcrawler")


def built(kind: str, source: Path, folder: Path) -> Path:
    """What the project's own backend builds of a source: a `wheel` or an `sdist`."""
    code = f"import sys; from flit_core.buildapi import build_{kind}; print(build_{kind}(sys.argv[1]))"
    return folder / run(sys.executable, "-c", code, folder, cwd=source, env=elsewhere()).split()[-1]


@pytest.fixture(scope="module")
def wheel(checkout: Path) -> Path:
    """The wheel of this checkout."""
    return built("wheel", checkout, checkout.parent)


@pytest.fixture(scope="module")
def sdist(checkout: Path) -> Path:
    """The source distribution of this checkout."""
    return built("sdist", checkout, checkout.parent)


def empty_environment(folder: Path, without: str = "") -> Path:
    """The bin/ of a new environment. It finds in ours what this project needs, but not this project.

    Nor does it find a package that is named.
    """
    venv, needs = folder / "venv", Path(sysconfig.get_paths()["purelib"])
    run(BIN / "uv", "venv", "--python", sys.executable, venv, cwd=folder, env=elsewhere())
    paths = sysconfig.get_paths(vars={"base": str(venv), "platbase": str(venv)})
    if without:
        most = folder / "most"
        most.mkdir()
        for each in needs.iterdir():
            if not each.name.startswith((without, "rankcrawler", "__editable__", "_rankcrawler")):
                (most / each.name).symlink_to(each)
        needs = most
    (Path(paths["purelib"]) / "needs.pth").write_text(f"{needs}\n")
    find = "from importlib.util import find_spec; print(find_spec('scrapy') and not find_spec('rankcrawler'))"
    assert run(venv / "bin" / "python", "-c", find, cwd=folder, env=elsewhere()) == "True\n"
    return venv / "bin"


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin/ of an empty environment with the wheel."""
    folder = tmp_path_factory.mktemp("installed")
    bin_ = empty_environment(folder)
    uv = (BIN / "uv", "pip", "install", "--python", bin_ / "python", "--no-deps")
    run(*uv, wheel, cwd=folder, env=elsewhere())
    return bin_


def test_the_wheel_has_every_file_of_the_package(wheel: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert DATA - names == set()
    assert "rankcrawler/py.typed" in names
    assert not [name for name in names if name.startswith(("tests/", "benchmarks/"))]


def test_the_metadata_are_complete(wheel: Path) -> None:
    files = zipfile.ZipFile(wheel)
    (name,) = (name for name in files.namelist() if name.endswith(".dist-info/METADATA"))
    found = email.message_from_bytes(files.read(name))
    assert (found["Name"], found["Version"], found["Requires-Python"]) == ("rankcrawler", __version__, ">=3.11")
    assert found["Summary"]
    assert found["Keywords"]
    assert found["Author"] == "rankcrawler developers"
    assert found.get_all("Provides-Extra") == ["alerts", "export", "metrics", "postgresql", "serve"]
    assert not found.get_all("Project-URL")
    assert "# rankcrawler" in str(found.get_payload())
    classifiers = found.get_all("Classifier", [])
    assert {"Framework :: Scrapy", "Typing :: Typed", "Programming Language :: Python :: 3.11"} <= set(classifiers)
    assert classifiers == sorted(classifiers)


def test_the_checkers_of_packages_find_nothing(wheel: Path, sdist: Path, checkout: Path) -> None:
    for command in (
        ("twine", "check", "--strict", wheel, sdist),
        ("check-wheel-contents", "--no-config", wheel),
        ("validate-pyproject", checkout / "pyproject.toml"),
    ):
        run(BIN / str(command[0]), *command[1:], cwd=checkout.parent, env=elsewhere())


def test_the_source_distribution_builds_the_same_wheel(wheel: Path, sdist: Path, tmp_path: Path) -> None:
    run("tar", "xzf", sdist, cwd=tmp_path, env=elsewhere())
    again = built("wheel", tmp_path / sdist.name.removesuffix(".tar.gz"), tmp_path)
    assert again.name == wheel.name
    ours, theirs = zipfile.ZipFile(wheel), zipfile.ZipFile(again)
    assert {each.filename: each.CRC for each in theirs.infolist()} == {
        each.filename: each.CRC for each in ours.infolist()
    }


def test_a_wheel_begins_a_folder_and_looks_at_it(installed: Path, tmp_path: Path) -> None:
    said = run(installed / "rankcrawler", "init", "ranks", cwd=tmp_path, env=elsewhere())
    assert sorted(path.name for path in (tmp_path / "ranks").iterdir()) == [".env", "anchors.csv", "rooms.csv"]
    assert "cd ranks" in said
    assert __version__ in run(installed / "rankcrawler", "--version", cwd=tmp_path, env=elsewhere())
    settings = elsewhere(GATEWAY_URL="http://127.0.0.1:9", GATEWAY_TOKEN=TOKEN)
    looked = run(installed / "rankcrawler", "doctor", "--offline", cwd=tmp_path / "ranks", env=settings)
    assert "a crawl can start with these settings" in looked
    assert "complete -o default" in run(installed / "rankcrawler", "completion", "bash", cwd=tmp_path, env=elsewhere())


def test_without_the_driver_of_postgresql_the_rest_works_and_it_is_named(wheel: Path, tmp_path: Path) -> None:
    bin_ = empty_environment(tmp_path, without="psycopg")
    run(BIN / "uv", "pip", "install", "--python", bin_ / "python", "--no-deps", wheel, cwd=tmp_path, env=elsewhere())
    with simulated() as gateway:
        env = elsewhere(GATEWAY_URL=gateway.url, GATEWAY_TOKEN=TOKEN)
        run(bin_ / "rankcrawler", "crawl", "ranklist", "-a", f"rooms={ROOM}", cwd=tmp_path, env=env)
        gateway.stores.add((f"sqlite:///{tmp_path}/data/ranks.db", Address.of(gateway.url).source))
    for words in (("store", "rooms"), ("store", "migrate"), ("crawl", "ranklist"), ("serve",)):
        command = [str(bin_ / "rankcrawler"), *words]
        there = env | {"STORE_URL": "postgresql://user@localhost/ranks"}
        done = subprocess.run(command, cwd=tmp_path, env=there, capture_output=True, text=True, timeout=60, check=False)
        assert done.returncode == 1
        said = "STORE_URL names PostgreSQL, which needs psycopg: pip install 'rankcrawler[postgresql]'"
        assert done.stderr == f"rankcrawler: {said}\n"


def test_a_wheel_in_an_empty_environment_has_the_same_commands_in_any_folder(installed: Path, tmp_path: Path) -> None:
    code = "import rankcrawler; print(rankcrawler.__file__)"
    where = run(installed / "python", "-c", code, cwd=tmp_path, env=elsewhere())
    assert where.startswith(str(installed.parent)), "that it is not this checkout that is looked at"
    here = run(sys.executable, "-m", "rankcrawler", cwd=ROOT, env=bare())
    assert run(installed / "rankcrawler", cwd=tmp_path, env=elsewhere()) == here
    assert "rank " in run(installed / "python", "-m", "scrapy", cwd=tmp_path, env=elsewhere())
    for command in ("crawl", "fleet", "rooms", "store", "rank", "simulate", "demo"):
        shown = run(installed / "rankcrawler", command, "--help", cwd=tmp_path, env=elsewhere())
        assert f"  rankcrawler {command}" in shown.partition("Example")[2]


def test_the_demo_of_a_wheel_brings_its_rooms(installed: Path, tmp_path: Path) -> None:
    said = run(installed / "rankcrawler", "demo", cwd=tmp_path, env=elsewhere())
    assert "coins" in said
    assert (tmp_path / "data" / "demo" / "ranks.jsonl").stat().st_size > 100_000
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]


def test_the_rooms_of_the_demo_are_those_of_the_checkout() -> None:
    assert (ROOT / "rankcrawler/commands/seeds.jsonl").read_bytes() == (ROOT / "seeds/rooms.jsonl").read_bytes()


@pytest.fixture(scope="module")
def egg(checkout: Path) -> Path:
    """The egg that scrapyd-deploy builds."""
    built = checkout.parent / "project.egg"
    run(BIN / "scrapyd-deploy", "--build-egg", built, cwd=checkout, env=elsewhere())
    return built


def test_the_egg_has_every_file_of_the_package_and_its_settings(egg: Path) -> None:
    files = zipfile.ZipFile(egg)
    assert DATA - set(files.namelist()) == set()
    assert "settings = rankcrawler.settings" in files.read("EGG-INFO/entry_points.txt").decode()
    assert not [name for name in files.namelist() if name.startswith(("tests/", "benchmarks/"))]


@contextmanager
def scrapyd(folder: Path, python: Path, env: dict[str, str]) -> Iterator[str]:
    """The address of a scrapyd that works in a folder, and starts crawls with a Python."""
    port = int(run(sys.executable, "-c", _FREE_PORT, cwd=folder, env=elsewhere()))
    conf = f"[scrapyd]\nhttp_port = {port}\npoll_interval = 0.5\n"
    (folder / "scrapyd.conf").write_text(conf)
    log = (folder / "log").open("w")
    with log, subprocess.Popen([python, "-m", "scrapyd"], cwd=folder, env=env, stdout=log, stderr=log) as server:
        try:
            until(lambda: "Site starting on" in (folder / "log").read_text("utf-8"), 30)
            yield f"http://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait(20)


_FREE_PORT = "import socket; s = socket.socket(); s.bind(('127.0.0.1', 0)); print(s.getsockname()[1])"


def asked(url: str, data: dict[str, str] | None = None) -> dict[str, object]:
    """What scrapyd answers."""
    with urlopen(url, None if data is None else urlencode(data).encode(), timeout=60) as answer:  # noqa: S310
        return dict(json.load(answer))


def test_scrapyd_crawls_with_the_egg(egg: Path, checkout: Path, tmp_path: Path) -> None:
    python = empty_environment(tmp_path) / "python"
    with simulated() as gateway:
        env = elsewhere(GATEWAY_URL=gateway.url, GATEWAY_TOKEN=TOKEN)
        with scrapyd(tmp_path, python, env) as url:
            (checkout / "scrapy.cfg").write_text(
                f"[settings]\ndefault = rankcrawler.settings\n[deploy]\nurl = {url}/\nproject = rankcrawler\n"
            )
            deployed = run(BIN / "scrapyd-deploy", "--egg", egg, cwd=checkout, env=elsewhere())
            assert json.loads(deployed)["spiders"] == 1
            job = {"project": "rankcrawler", "spider": "ranklist", "rooms": ROOM}
            assert asked(f"{url}/schedule.json", job)["status"] == "ok"
            until(lambda: bool(asked(f"{url}/listjobs.json?project=rankcrawler")["finished"]), 60)
        gateway.stores.add((f"sqlite:///{tmp_path}/data/ranks.db", Address.of(gateway.url).source))
    (log,) = (tmp_path / "logs").rglob("*.log")
    assert polled(tmp_path) == [ROOM], log.read_text("utf-8")
    assert "Leasing from" in log.read_text("utf-8"), "that the queue's Lua script ran"
    assert "Spider closed (finished)" in log.read_text("utf-8")

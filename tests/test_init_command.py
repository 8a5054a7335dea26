"""`rankcrawler init`: what it writes is what commands read, and what is there stays."""

import shlex
from pathlib import Path

import pytest

from rankcrawler import env_file
from rankcrawler.commands import init
from rankcrawler.language import speak
from rankcrawler.options import ENVIRONMENT, SECRETS, Options
from rankcrawler.queue import roomlist
from rankcrawler.queue.anchor_job import AnchorJob
from rankcrawler.queue.job import Job
from tests.gateways import TOKEN, environment, run, simulated
from tests.test_options import settings
from tests.test_readme_commands import polled


def begun(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which `init` was run."""
    monkeypatch.chdir(folder)
    init.run(Path())
    return folder


def test_the_files_are_such_as_commands_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in (*ENVIRONMENT, *SECRETS):
        monkeypatch.delenv(name, raising=False)
    begun(tmp_path, monkeypatch)
    assert Options.of(settings()).gateway_url is None
    assert [type(each) for each in roomlist.read("rooms.csv")] == [Job, Job]
    assert [type(each) for each in roomlist.read_anchors("anchors.csv")] == [AnchorJob]


def test_every_variable_that_is_offered_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun(tmp_path, monkeypatch)
    offered = [line.removeprefix("# ") for line in (each.line for each in init.VARIABLES)]
    (tmp_path / ".env").write_text("\n".join(offered))
    found = env_file.read()
    assert {"GATEWAY_URL", "GATEWAY_TOKEN"} <= set(found.lines) <= {*ENVIRONMENT, *SECRETS}


def test_the_files_are_for_their_owner_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begun(tmp_path, monkeypatch)
    assert {(path.name, path.stat().st_mode & 0o777) for path in tmp_path.iterdir()} == {
        (".env", 0o600),
        ("rooms.csv", 0o600),
        ("anchors.csv", 0o600),
    }


def test_a_file_that_is_there_stays_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / ".env").write_text("ROOM_ATTEMPTS=3")
    (tmp_path / "anchors.csv").symlink_to("elsewhere")
    begun(tmp_path, monkeypatch)
    said = capsys.readouterr().out
    assert (tmp_path / ".env").read_text() == "ROOM_ATTEMPTS=3"
    assert not (tmp_path / "elsewhere").exists()
    assert said.startswith("kept as it is: .env\nwritten: rooms.csv\nkept as it is: anchors.csv\n")


def test_the_comments_are_in_the_users_language(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    speak({"LANGUAGE": "zh_CN"})
    try:
        begun(tmp_path, monkeypatch)
    finally:
        speak({})
    assert "网关" in (tmp_path / ".env").read_text("utf-8")


def test_what_it_says_leads_to_a_crawl(tmp_path: Path) -> None:
    with simulated() as gateway:
        env = environment(gateway, tmp_path / "ranks" / "data")
        own = {name: env.pop(name) for name in ("GATEWAY_URL", "GATEWAY_TOKEN", "GATEWAY_PROFILE", "DATA_DIR")}
        done = run("init", "ranks", env=env, cwd=tmp_path)
        *_, change, look, command = map(str.strip, done.stdout.splitlines())
        assert (done.returncode, change, shlex.split(look)[1:]) == (0, "cd ranks", ["doctor"])
        file = tmp_path / "ranks" / ".env"
        text = file.read_text("utf-8").replace("GATEWAY_URL=", f"GATEWAY_URL={own['GATEWAY_URL']}", 1)
        file.write_text(text.replace("GATEWAY_TOKEN=", f"GATEWAY_TOKEN={TOKEN}", 1), "utf-8")
        file.chmod(0o644)
        words = [*shlex.split(command)[1:], "-s", "CLOSESPIDER_ITEMCOUNT=2"]
        crawl = run(*words, env=env, cwd=tmp_path / "ranks")
    assert "can read GATEWAY_TOKEN in .env: run `chmod 600 .env`" in crawl.stderr
    assert TOKEN not in crawl.stdout + crawl.stderr
    assert sorted(set(polled(tmp_path / "ranks"))) == ["6994259511469247263", "7269635433430358144"], crawl.stderr


def test_in_this_folder_nobody_has_to_go_elsewhere(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    begun(tmp_path, monkeypatch)
    assert "  cd " not in capsys.readouterr().out


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    done = run("init", "file/ranks", env=environment(None, tmp_path), cwd=tmp_path)
    assert (done.returncode, done.stderr) == (1, "rankcrawler: file/ranks cannot be written: Not a directory\n")

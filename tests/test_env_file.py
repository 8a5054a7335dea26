"""Files of variables: what a line may be, and which files are refused."""

import os
from pathlib import Path

import pytest

from rankcrawler import env_file
from rankcrawler.errors import SettingError

SECRET = "a-canary-secret"


def read(folder: Path, text: str, mode: int = 0o600) -> env_file.EnvFile:
    """The variables of a file with this text."""
    path = folder / ".env"
    path.write_text(text, "utf-8")
    path.chmod(mode)
    return env_file.read(path)


def refused(folder: Path, text: str, mode: int = 0o600) -> str:
    """Why a file with this text is refused, without the folder; the secret is never shown."""
    with pytest.raises(SettingError) as refusal:
        read(folder, text, mode)
    assert SECRET not in str(refusal.value)
    return str(refusal.value).replace(f"{folder}/", "")


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("NAME=value", "value"),
        ("export NAME=value", "value"),
        ("  NAME = value  ", "value"),
        ("NAME=a value # and why", "a value"),
        ("NAME=a#b", "a#b"),
        ("NAME='a # b'", "a # b"),
        ('NAME="a # b"  # and why', "a # b"),
        ('NAME="it\'s"', "it's"),
        ("NAME='$HOME \\n'", "$HOME \\n"),
        ("NAME=a=b&c=d", "a=b&c=d"),
        ("NAME=榜单", "榜单"),
    ],
)
def test_a_line_sets_a_variable(tmp_path: Path, line: str, value: str) -> None:
    assert read(tmp_path, f"\ufeff# a comment\r\n\r\n{line}\r\n").values == {"NAME": value}


@pytest.mark.parametrize("line", ["NAME=", "NAME=''", "NAME=   ", "NAME=# nothing yet", "# NAME=value"])
def test_an_empty_variable_is_not_set(tmp_path: Path, line: str) -> None:
    assert read(tmp_path, line).values == {}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"\n{SECRET}", ".env, line 2: expected NAME=VALUE"),
        (f"1NAME={SECRET}", ".env, line 1: expected NAME=VALUE"),
        (f"NAME='{SECRET}", ".env, line 1: the quotes around the value of NAME do not end"),
        (f"NAME='{SECRET}' more", ".env, line 1: the quotes around the value of NAME do not end"),
        (f"NAME=\nOTHER=\nNAME={SECRET}", ".env, line 3: NAME is set in line 1 already"),
    ],
)
def test_a_line_that_sets_nothing_or_something_twice_is_refused(tmp_path: Path, text: str, said: str) -> None:
    assert refused(tmp_path, text) == said


def test_a_file_that_others_can_change_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path, f"NAME={SECRET}", 0o602).endswith("can change .env: run `chmod 600 .env`")


@pytest.mark.skipif(os.geteuid() != 0, reason="gives a file to another user")
def test_a_file_of_another_user_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    read(tmp_path, "NAME=value")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert read(tmp_path, "NAME=value").values, "root decides what is on the machine"
    os.chown(tmp_path / ".env", 1001, 1001)
    assert "belongs to another user" in refused(tmp_path, f"NAME={SECRET}")


def test_a_file_that_is_no_text_is_refused_and_a_folder_is_none(tmp_path: Path) -> None:
    (tmp_path / "bytes").write_bytes(b"NAME=\xff")
    with pytest.raises(SettingError, match="cannot be read: it is not UTF-8"):
        env_file.read(tmp_path / "bytes")
    assert env_file.read(tmp_path).values == {}
    assert env_file.read(tmp_path / "nothing").values == {}


@pytest.mark.parametrize(
    ("mode", "text", "is_said"),
    [(0o600, "TOKEN=x", False), (0o640, "TOKEN=x", True), (0o644, "TOKEN=x", True), (0o644, "TOKEN=\nOTHER=x", False)],
)
def test_a_secret_that_others_can_read_is_worth_a_warning(tmp_path: Path, mode: int, text: str, is_said: bool) -> None:
    read(tmp_path, text, mode)
    said = env_file.exposed(("TOKEN", "KEY"), tmp_path / ".env")
    assert said == (
        f"other users of this machine can read TOKEN in {tmp_path}/.env: run `chmod 600 {tmp_path}/.env`"
        if is_said
        else None
    )


def test_no_warning_is_made_of_a_file_that_is_refused(tmp_path: Path) -> None:
    refused(tmp_path, "nothing at all", 0o644)
    assert env_file.exposed(("TOKEN",), tmp_path / ".env") is None


def test_the_values_are_not_shown(tmp_path: Path) -> None:
    assert SECRET not in repr(read(tmp_path, f"NAME={SECRET}"))

"""The token: where it is read from, and that it is shown nowhere."""

import traceback
from pathlib import Path

import pytest

from rankcrawler.errors import SettingError
from rankcrawler.gateway import token
from rankcrawler.gateway.token import Token

SECRET = "a-canary-token"


def refused(environment: dict[str, str], file: str | None = None) -> str:
    """What is said where there is no usable token."""
    with pytest.raises(SettingError) as refusal:
        token.read(environment, file)
    return str(refusal.value)


def test_the_environment_holds_the_token() -> None:
    assert token.read({"GATEWAY_TOKEN": f" {SECRET}\n"}, None).reveal() == SECRET


@pytest.mark.parametrize("text", [SECRET, f"{SECRET}\n", f"  {SECRET} \r\nanother line\n"])
def test_a_files_first_line_is_the_token(tmp_path: Path, text: str) -> None:
    (tmp_path / "token").write_text(text, newline="")
    assert token.read({}, str(tmp_path / "token")).reveal() == SECRET


def test_no_token_is_said_how_to_set() -> None:
    said = refused({})
    assert "GATEWAY_TOKEN," in said
    assert "GATEWAY_TOKEN_FILE" in said
    assert "never -a or -s" in said
    assert refused({"GATEWAY_TOKEN": ""}, "") == said


def test_two_tokens_are_one_too_many(tmp_path: Path) -> None:
    assert "both set" in refused({"GATEWAY_TOKEN": SECRET}, str(tmp_path))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert str(tmp_path / "missing") in refused({}, str(tmp_path / "missing"))


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes(b"\xff\xfe")
    assert refused({}, str(tmp_path / "token")).startswith("GATEWAY_TOKEN_FILE cannot be read")


@pytest.mark.parametrize(
    "secret", [" ", "canary token", "canary\x00", "canary\ntoken", "\ufeffcanary", "canary" * 1000]
)
def test_what_cannot_be_a_token_is_refused_and_not_shown(secret: str) -> None:
    said = refused({"GATEWAY_TOKEN": secret})
    assert said.startswith("GATEWAY_TOKEN holds no usable token")
    assert "canary" not in said


def test_an_empty_file_holds_no_token(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"\n{SECRET}\n")
    said = refused({}, str(tmp_path / "token"))
    assert said.startswith(f"GATEWAY_TOKEN_FILE ({tmp_path / 'token'}) holds no usable token")
    assert SECRET not in said


def test_nothing_that_prints_a_token_shows_it() -> None:
    secret = Token(SECRET)
    assert {str(secret), repr(secret), f"{secret}", f"{secret!r:>9}", "%s" % secret} == {"Token(***)"}  # noqa: UP031
    assert not hasattr(secret, "__dict__")


def test_a_traceback_does_not_show_it() -> None:
    secret = Token(SECRET)
    with pytest.raises(TypeError) as failure:
        len(secret)  # type: ignore[arg-type]
    shown = "".join(traceback.TracebackException.from_exception(failure.value, capture_locals=True).format())
    assert "secret = Token(***)" in shown
    assert SECRET not in shown

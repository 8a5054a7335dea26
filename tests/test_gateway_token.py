"""The token: where it is read from, and that it is shown nowhere."""

import json
import traceback
from pathlib import Path
from urllib.parse import quote, quote_plus

import pytest

from rankcrawler.errors import SettingError
from rankcrawler.gateways import token
from rankcrawler.gateways.token import Token

SECRET = "a-canary-token"


def refused(given: str = "", file: str | None = None) -> str:
    """What is said where there is no usable token."""
    with pytest.raises(SettingError) as refusal:
        token.read(given, file)
    return str(refusal.value)


def revealed(tokens: list[Token]) -> list[str]:
    """The secrets themselves."""
    return [each.reveal() for each in tokens]


def test_the_environment_holds_the_token() -> None:
    assert revealed(token.read(f" {SECRET}\n", None)) == [SECRET]


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        (SECRET, [SECRET]),
        (f"{SECRET}\n", [SECRET]),
        (f"\n# the first\n  {SECRET} \r\n\n#{SECRET}\nanother\n\n", [SECRET, "another"]),
    ],
)
def test_a_files_lines_are_tokens_but_for_comments_and_blank_ones(tmp_path: Path, text: str, tokens: list[str]) -> None:
    (tmp_path / "token").write_text(text, newline="")
    assert revealed(token.read("", str(tmp_path / "token"))) == tokens


def test_a_line_that_is_no_token_is_named_by_its_number_and_not_shown(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"another\n{SECRET} {SECRET}\n")
    said = refused("", str(tmp_path / "token"))
    assert said.startswith(f"GATEWAY_TOKEN_FILE ({tmp_path / 'token'}), line 2, contains no usable token")
    assert SECRET not in said


def test_a_token_twice_is_refused_and_not_shown(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"{SECRET}\nanother\n{SECRET}\n")
    said = refused("", str(tmp_path / "token"))
    assert "has the same token in lines 1 and 3" in said
    assert SECRET not in said


def test_no_token_is_said_how_to_set() -> None:
    said = refused()
    assert "GATEWAY_TOKEN in the environment" in said
    assert "GATEWAY_TOKEN_FILE" in said
    assert "Do not use -a or -s" in said
    assert refused("", "") == said


def test_two_tokens_are_one_too_many(tmp_path: Path) -> None:
    assert "both set" in refused(SECRET, str(tmp_path))


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    assert str(tmp_path / "missing") in refused("", str(tmp_path / "missing"))


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes(b"\xff\xfe")
    assert refused("", str(tmp_path / "token")).startswith("GATEWAY_TOKEN_FILE cannot be read")


@pytest.mark.parametrize(
    "secret", [" ", "canary token", "canary\x00", "canary\ntoken", "\ufeffcanary", "canary" * 1000]
)
def test_what_cannot_be_a_token_is_refused_and_not_shown(secret: str) -> None:
    said = refused(secret)
    assert said.startswith("GATEWAY_TOKEN contains no usable token")
    assert "canary" not in said


def test_an_empty_file_holds_no_token(tmp_path: Path) -> None:
    (tmp_path / "token").write_text(f"\n# {SECRET}\n")
    said = refused("", str(tmp_path / "token"))
    assert said.startswith(f"GATEWAY_TOKEN_FILE ({tmp_path / 'token'}) contains no token")
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


@pytest.mark.parametrize("secret", [SECRET, "a/canary+token?&=é中", 'a"canary\\token'])
def test_it_is_taken_out_of_a_text_however_it_is_written_there(secret: str) -> None:
    written = [secret, quote(secret), quote(secret, safe=""), quote_plus(secret), json.dumps(secret)]
    hidden = Token(secret).hidden_in(" ".join(written).encode()).decode()
    assert "canary" not in hidden
    assert hidden.count("***") == len(written)


@pytest.mark.parametrize(
    "written",
    [
        "a-canary%2Btoken/with%3Dall%26of%2520%23?%3B",
        "a-canary%2btoken/with%3dall%26of%2520%23?%3b",
        "a-canary+token%2Fwith=all%26of%2520#%3F;",
        "a-canary\\u002btoken\\/with\\u003Dall\\u0026of%20#?;",
    ],
)
def test_characters_of_a_token_may_each_be_quoted_in_a_way_of_their_own(written: str) -> None:
    hidden = Token("a-canary+token/with=all&of%20#?;").hidden_in(f"x {written} y".encode())
    assert hidden == b"x *** y"


def test_a_token_that_is_too_short_to_be_one_is_not_looked_for() -> None:
    assert Token("7").hidden_in(b'{"rank": 7}') == b'{"rank": 7}'

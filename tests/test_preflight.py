"""Mistakes in the settings, each told in a line before anything starts."""

from pathlib import Path
from typing import Any

import pytest
from scrapy.settings import Settings

from rankcrawler import preflight
from rankcrawler.errors import SettingError

SECRET = "a-canary-token"


@pytest.fixture(autouse=True)
def token(monkeypatch: pytest.MonkeyPatch) -> None:
    """A token in the environment."""
    monkeypatch.setenv("GATEWAY_TOKEN", SECRET)


def settings(**changes: Any) -> Settings:
    """Settings that a crawl can start with, save for the changes."""
    settings = Settings()
    settings.setmodule("rankcrawler.settings")
    settings.setdict({"GATEWAY_URL": "http://gateway.test", "GATEWAY_TOKEN_FILE": None} | changes, "cmdline")
    return settings


def refused(arguments: dict[str, str] | None = None, **changes: Any) -> str:
    """What is said of settings that a crawl cannot start with."""
    with pytest.raises(SettingError) as refusal:
        preflight.check(settings(**changes), arguments or {})
    said = str(refusal.value)
    assert "\n" not in said
    assert SECRET not in said
    return said


def test_the_projects_own_settings_pass_once_the_gateway_is_set(tmp_path: Path) -> None:
    preflight.check(settings(DATA_DIR=str(tmp_path)), {"rooms": "1,2"})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("url", [None, "", "gateway.test", "http://[", "http://user:pass@gateway.test"])
def test_a_gateway_that_cannot_be_asked_is_named(url: str | None) -> None:
    assert refused(GATEWAY_URL=url).startswith("GATEWAY_URL ")


def test_a_missing_token_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GATEWAY_TOKEN")
    assert refused().startswith("No token is set. Set GATEWAY_TOKEN in the environment")


def test_a_token_in_a_file_is_as_good(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("GATEWAY_TOKEN")
    (tmp_path / "token").write_text(SECRET)
    preflight.check(settings(GATEWAY_TOKEN_FILE=str(tmp_path / "token")), {})


@pytest.mark.parametrize("name", ["token", "TOKEN", "gateway_token", "GATEWAY_TOKEN"])
def test_a_token_given_with_a_is_refused(name: str) -> None:
    assert "no longer secret" in refused({name: SECRET})


@pytest.mark.parametrize("given", [SECRET, ""])
def test_a_token_given_with_s_is_refused(given: str) -> None:
    assert "no longer secret" in refused(GATEWAY_TOKEN=given)


@pytest.mark.parametrize("url", ["mysql://localhost/ranks", "ranks.db", "sqlite:", "jsonl:", "sqlite://ranks.db"])
def test_a_store_of_no_known_kind_is_refused(url: str) -> None:
    assert refused(STORE_URL=url).startswith("STORE_URL must be sqlite:///FILE")


@pytest.mark.parametrize("url", ["sqlite:///ranks.db", "sqlite:////data/ranks.db", "jsonl:ranks"])
def test_a_store_of_a_known_kind_is_taken_and_not_opened(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    preflight.check(settings(STORE_URL=url), {})
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("name", "value", "takes"),
    [
        ("ROOM_ATTEMPTS", "0", "whole number of at least 1"),
        ("ROOM_ATTEMPTS", "-1", "whole number of at least 1"),
        ("ROOM_ATTEMPTS", "2.5", "whole number of at least 1"),
        ("ROOM_ATTEMPTS", "many", "whole number of at least 1"),
        ("ROOM_ATTEMPTS", "inf", "whole number of at least 1"),
        ("ROOM_BACKOFF", "-0.1", "number of at least 0"),
        ("ROOM_BACKOFF", "nan", "number of at least 0"),
        ("ROOM_BACKOFF_MAX", "inf", "number of at least 0"),
        ("ROOM_BACKOFF_MAX", "", "number of at least 0"),
        ("LEASE_SECONDS", "0.9", "number of at least 1"),
        ("LEASE_SECONDS", None, "number of at least 1"),
    ],
)
def test_a_number_that_cannot_be_used_is_named_with_what_it_takes(name: str, value: str | None, takes: str) -> None:
    changes: dict[str, Any] = {name: value}
    assert refused(**changes) == f"{name} must be a {takes}, not {value!r}"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ROOM_ATTEMPTS", "1"),
        ("ROOM_ATTEMPTS", 3),
        ("ROOM_BACKOFF", "0"),
        ("ROOM_BACKOFF_MAX", "0.5"),
        ("LEASE_SECONDS", 1),
    ],
)
def test_the_least_that_each_number_can_be_is_taken(name: str, value: Any) -> None:
    preflight.check(settings(**{name: value}), {})


@pytest.mark.parametrize("name", ["CONCURRENT_REQUESTS", "DOWNLOAD_TIMEOUT", "DOWNLOAD_MAXSIZE"])
def test_a_number_of_scrapys_that_is_none_is_named(name: str) -> None:
    changes: dict[str, Any] = {name: "many"}
    assert refused(**changes).startswith(f"{name} must be a ")


def test_a_verdict_that_is_none_is_named() -> None:
    assert refused(VERDICTS="http:444=perhaps").startswith("VERDICTS, entry 'http:444=perhaps': expected FIELD:VALUE=")


@pytest.mark.parametrize("content", [None, "", "no certificate"])
def test_a_file_of_certificates_that_holds_none_is_named(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    assert refused(GATEWAY_CA_FILE=str(file)).startswith(f"GATEWAY_CA_FILE ({file}) contains no PEM certificates: ")

"""Settings: where each comes from, and what is refused."""

from pathlib import Path
from typing import Any

import pytest
from scrapy.settings import Settings

from rankcrawler.errors import SettingError
from rankcrawler.options import ENVIRONMENT, NAMES, SECRETS, Options

SECRET = "a-canary-secret-of-some-length"


def settings(priority: str = "cmdline", **given: Any) -> Settings:
    """The project's settings, and others of that priority."""
    both = Settings()
    both.setmodule("rankcrawler.settings")
    both.setdict(given, priority)
    return both


def options(environment: dict[str, str] | None = None, priority: str = "cmdline", **given: Any) -> Options:
    """The options of settings and an environment."""
    return Options.of(settings(priority, **given), environment or {})


def refused(environment: dict[str, str] | None = None, priority: str = "cmdline", **given: Any) -> str:
    """The message for settings that are refused."""
    with pytest.raises(SettingError) as refusal:
        options(environment, priority, **given)
    return str(refusal.value)


def test_a_setting_has_a_default() -> None:
    found = options()
    assert (found.room_attempts, found.lease_seconds, found.store_url) == (5, 60.0, "sqlite:///data/ranks.db")


def test_settings_of_another_project_take_our_defaults_for_what_they_leave_out() -> None:
    assert Options.of(Settings({"ROOM_ATTEMPTS": 2}), {}).room_attempts == 2
    assert Options.of(Settings({"ROOM_ATTEMPTS": 2}), {}).lease_seconds == 60.0


def test_the_command_line_goes_before_the_environment_and_that_before_a_project() -> None:
    environment = {"ROOM_ATTEMPTS": "7"}
    assert options(environment, ROOM_ATTEMPTS="3").room_attempts == 3
    assert options(environment, "project", ROOM_ATTEMPTS="3").room_attempts == 7
    assert options({}, "project", ROOM_ATTEMPTS="3").room_attempts == 3


@pytest.mark.parametrize("name", ["GATEWAY_TOKEN", "PSEUDONYMISE_KEY"])
def test_a_secret_comes_from_the_environment_alone_and_is_not_shown(name: str) -> None:
    assert SECRET not in repr(options({name: SECRET}))
    assert SECRET in (options({name: SECRET}).gateway_token, options({name: SECRET}).pseudonymise_key)
    given: dict[str, Any] = {name: SECRET}
    said = refused(**given)
    assert "environment" in said
    assert SECRET not in said


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("ROOM_ATTEMPT", "ROOM_ATTEMPTS"),
        ("ROOM_ATTEMTPS", "ROOM_ATTEMPTS"),
        ("STOREURL", "STORE_URL"),
        ("GATEWAYS_URL", "GATEWAY_URL"),
        ("DATA_DIRS", "DATA_DIR"),
        ("GATEWAY_TIMEOUT", "GATEWAY_"),
        ("ROOM_TRIES", "ROOM_"),
    ],
)
def test_a_likely_slip_on_the_command_line_is_refused_with_what_was_meant(name: str, meant: str) -> None:
    given: dict[str, Any] = {name: "3"}
    said = refused(**given)
    assert said.startswith(f"{name} is not a setting: did you mean ")
    assert meant in said


def test_a_misspelt_variable_is_refused() -> None:
    assert refused({"GATEWAY_TOKENS": SECRET}).startswith("GATEWAY_TOKENS, in the environment, is not a setting: ")
    assert SECRET not in refused({"GATEWAY_TOKENS": SECRET})


def test_settings_and_variables_of_others_are_no_slips() -> None:
    options({"ROOM": "1", "GATEWAY_INTERFACE": "CGI/1.1", "DATADIR": "/"}, "project", STORE_FOLDER="x", MY_SETTING=1)
    options({}, MY_SETTING=1, SPIDERMON_ENABLED=True, LOG_LEVEL="DEBUG")


def test_every_setting_of_ours_has_its_line_in_the_projects_settings() -> None:
    ours = settings()
    known = {name for name in NAMES if name in ours}
    assert set(NAMES) - known <= {name for name in NAMES if name.startswith("REDIS_")}


def test_an_empty_variable_is_not_set() -> None:
    assert options({"GATEWAY_NAME": "", "ROOM_ATTEMPTS": "", "STORE_URL": ""}).room_attempts == 5
    assert options({"ROOM_ATTEMPTS": ""}, "project", ROOM_ATTEMPTS="3").room_attempts == 3
    assert options({"GATEWAY_NAME": ""}).gateway_name is None


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder of a shell that has set nothing."""
    for name in (*ENVIRONMENT, *SECRETS):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_a_file_of_variables_comes_after_the_environment_and_before_a_project(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".env").write_text(f"GATEWAY_TOKEN={SECRET}\nROOM_ATTEMPTS=4\nLEASE_SECONDS=7\nSTORE_URL=\n")
    monkeypatch.setenv("ROOM_ATTEMPTS", "6")
    found = Options.of(settings("project", LEASE_SECONDS=9, STORE_URL="jsonl:kept"))
    assert (found.room_attempts, found.lease_seconds, found.store_url) == (6, 7.0, "jsonl:kept")
    assert found.gateway_token == SECRET
    assert SECRET not in repr(found)
    assert Options.of(settings("cmdline", ROOM_ATTEMPTS="2", LEASE_SECONDS="8")).lease_seconds == 8.0


def test_an_empty_variable_of_the_environment_hides_that_of_the_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / ".env").write_text("GATEWAY_NAME=ours\nGATEWAY_TOKEN=x\n")
    monkeypatch.setenv("GATEWAY_NAME", "")
    monkeypatch.setenv("GATEWAY_TOKEN", "")
    assert (Options.of(settings()).gateway_name, Options.of(settings()).gateway_token) == (None, "")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("ROOM_ATTEMTPS=4", "ROOM_ATTEMTPS is not a setting: did you mean ROOM_ATTEMPTS?"),
        ("GATEWAY_TIMEOUT=4", "GATEWAY_TIMEOUT is not a setting: did you mean GATEWAY_"),
        ("DATADIR=x", "DATADIR is not a setting: did you mean DATA_DIR?"),
        ("CONCURRENT_REQUESTS=4", "CONCURRENT_REQUESTS cannot be set here: give it with -s, or in your project's"),
        ("LOG_LEVEL=DEBUG", "LOG_LEVEL cannot be set here"),
    ],
)
def test_a_slip_in_the_file_is_refused_with_its_line(folder: Path, line: str, said: str) -> None:
    (folder / ".env").write_text(f"# of this folder\n\n{line}\n")
    with pytest.raises(SettingError) as refusal:
        Options.of(settings())
    assert str(refusal.value).startswith(f".env, line 3: {said}")


def test_variables_of_others_in_the_file_are_no_slips(folder: Path) -> None:
    (folder / ".env").write_text("POSTGRES_PASSWORD=x\nCOMPOSE_PROJECT_NAME=ranks\nEXTRA=1\n")
    assert Options.of(settings()).room_attempts == 5

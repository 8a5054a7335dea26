"""Settings: where each comes from, and what is refused."""

from typing import Any

import pytest
from scrapy.settings import Settings

from rankcrawler.errors import SettingError
from rankcrawler.options import NAMES, Options

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

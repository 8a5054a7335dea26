"""A setting that has another name now says so wherever its former name is given."""

from pathlib import Path

import pytest
from scrapy.settings import Settings

from rankcrawler import misspelt, options, spelling
from rankcrawler.errors import SettingError
from rankcrawler.options import Options

EVER = {
    "ALERT_TARGETS",
    *("API_TOKEN", "BUDGET_PER_DAY", "CONCURRENT_REQUESTS", "DATA_DIR", "DEFAULT_REQUEST_HEADERS", "DOWNLOAD_MAXSIZE"),
    *("DOWNLOAD_TIMEOUT", "END_AFTER", "GATEWAY_CA_FILE", "GATEWAY_NAME", "GATEWAY_PATIENCE", "GATEWAY_PROFILE"),
    *("GATEWAY_PROXY", "GATEWAY_TOKEN", "GATEWAY_TOKEN_FILE", "GATEWAY_URL", "LEASE_SECONDS", "LIST_RULES"),
    *(
        "MAX_IDLE_TIME_BEFORE_CLOSE",
        "METRICS_HOST",
        "METRICS_PORT",
        "PSEUDONYMISE_KEY",
        "QUEUE_NAME",
        "REDIS_DB",
        "REDIS_ENCODING",
        "REDIS_HOST",
    ),
    *("REDIS_PARAMS", "REDIS_PORT", "REDIS_START_URLS_KEY", "REDIS_URL", "ROOM_ATTEMPTS", "ROOM_BACKOFF"),
    *("ROOM_BACKOFF_MAX", "SPEEDUPS", "STORE_URL", "TIME_ZONE", "USER_AGENT", "VERDICTS", "VERDICT_FUNCTION"),
}
"""Every setting that a version had. A name is never removed from here: whoever has set it must hear what it is now."""


def test_every_setting_that_ever_was_is_there_or_has_its_new_name_on_record() -> None:
    names = {*options.NAMES, *options.SECRETS}
    assert names - EVER == set(), "add them to EVER"
    assert EVER - names - spelling.RENAMED.keys() == set()
    assert {*spelling.RENAMED.values()} <= names
    assert spelling.RENAMED.keys() & names == set()


@pytest.fixture
def _renamed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if two settings had had other names in an earlier version; neither is alike, or begins like ours."""
    former = {"TRIES": "ROOM_ATTEMPTS", "ACCESS_KEY": "GATEWAY_TOKEN"}
    for module in (spelling, misspelt):
        monkeypatch.setattr(module, "RENAMED", former)


def refused(settings: Settings, environment: dict[str, str]) -> str:
    with pytest.raises(SettingError) as refusal:
        Options.of(settings, environment)
    return str(refusal.value)


@pytest.mark.usefixtures("_renamed")
@pytest.mark.parametrize("priority", ["cmdline", "project"])
def test_a_setting_says_its_new_name(priority: str) -> None:
    said = refused(Settings({"TRIES": "3"}, priority), {})
    assert said == "TRIES is not a setting: it is called ROOM_ATTEMPTS now"


@pytest.mark.usefixtures("_renamed")
def test_a_variable_says_its_new_name_and_not_its_value() -> None:
    said = refused(Settings(), {"ACCESS_KEY": "a-canary-token"})
    assert said == "ACCESS_KEY, in the environment, is not a setting: it is called GATEWAY_TOKEN now"


@pytest.mark.usefixtures("_renamed")
def test_a_line_of_the_file_of_variables_says_its_new_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("GATEWAY_URL=http://gateway.test\nTRIES=3\n")
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SettingError, match=r"^\.env, line 2: TRIES is not a setting: it is called ROOM_ATTEMPTS now$"):
        Options.of(Settings())

"""`scrapy gateway`: profiles listed and shown without a gateway, one validated, and one answer taken apart."""

import json
from pathlib import Path

import pytest

from rankcrawler.gateways import profiles
from rankcrawler.simulator.faults import FaultKind, Faults
from rankcrawler.simulator.scenario import Scenario
from rankcrawler.simulator.world import World
from tests.gateways import TOKEN, Finished, environment, run, simulated

ROOM, ENDED = "6994259511469247263", "7000000000000000001"
WORLD = World(1, {ROOM: Scenario.ORDINARY, ENDED: Scenario.ENDED})


def asked(*words: str, env: dict[str, str], cwd: Path) -> Finished:
    """The command's output."""
    return run("gateway", *words, env=env, cwd=cwd)


@pytest.fixture
def bare(tmp_path: Path) -> dict[str, str]:
    """The environment of a user who has set up no gateway."""
    return environment(None, tmp_path / "data")


def found(done: Finished) -> dict[str, str]:
    """What was found, by its name."""
    lines = (line.split("\t") for line in done.stdout.splitlines())
    return {line[0]: line[1] for line in lines}


def test_list_has_every_profile_and_marks_the_one_that_is_set(bare: dict[str, str], tmp_path: Path) -> None:
    done = asked("list", env=bare | {"GATEWAY_PROFILE": "tikhub"}, cwd=tmp_path)
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert [row[0] for row in rows] == ["titodata", "evil0ctal", "raw", "tikhub *", "tikhub-tiktok"]
    assert rows[3] == ["tikhub *", "ranklist", "bearer", "0.001 USD", "TikHub, commercial: Douyin"]


def test_list_has_a_profile_of_ones_own_that_is_set(bare: dict[str, str], tmp_path: Path) -> None:
    text = Path(profiles.__file__).with_name("raw.toml").read_text("utf-8")
    (tmp_path / "mine.toml").write_text(text.replace('about = "', 'about = "mine: '))
    done = asked("list", "--json", env=bare | {"GATEWAY_PROFILE": "./mine.toml"}, cwd=tmp_path)
    assert [json.loads(line)["name"] for line in done.stdout.splitlines()] == [*profiles.names(), "mine"]


def test_show_prints_what_a_profile_declares(bare: dict[str, str], tmp_path: Path) -> None:
    shown = found(asked("show", "evil0ctal", env=bare, cwd=tmp_path))
    assert shown["lists.ranklist.path"] == "/api/douyin/web/fetch_live_gift_ranking"
    assert shown["answer.success.code"] == "[200]"
    assert shown["verdicts.status_code:20003"] == "retry: the gateway is not logged in to the platform"
    assert "limits.rate" not in shown
    of_settings = asked("show", "--json", env=bare | {"GATEWAY_PROFILE": "raw"}, cwd=tmp_path)
    assert json.loads(of_settings.stdout)["name"] == "raw"
    assert list(tmp_path.iterdir()) == [], "Scrapy's --profile writes a file"


def test_a_wrong_profile_is_one_line_with_its_place(bare: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "mine.toml").write_text(
        'about = "mine"\ntoken = "cookie"\n[lists.ranklist]\npath = "/"\n[answer]\nlist = "/a"'
    )
    done = asked("check", "mine.toml", env=bare, cwd=tmp_path)
    said = "rankcrawler: mine.toml, line 2: token: expected query:NAME, header:NAME, bearer or none, not 'cookie'\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", said)
    crawl = run(
        "crawl", "ranklist", env=bare | {"GATEWAY_PROFILE": "mine.toml", "GATEWAY_URL": "http://g"}, cwd=tmp_path
    )
    assert (crawl.returncode, crawl.stderr) == (1, said)


@pytest.mark.parametrize("name", profiles.names())
def test_check_says_what_one_answer_holds(name: str, tmp_path: Path) -> None:
    with simulated(WORLD, profile=name, lost=1) as gateway:
        done = asked(
            "check", ROOM, "--anchor", "98204909466", env=environment(gateway, tmp_path / "data"), cwd=tmp_path
        )
        assert gateway.ledger.outcomes == {"ok": 1}
    shown, rows = found(done), str(gateway.ledger.rows[ROOM])
    assert (done.returncode, shown["verdict"], shown["list"]) == (0, "read", f"{rows} rows")
    assert shown["rank"] == shown["score"] == shown["user_id"] == f"{rows} of {rows}"
    assert shown["clock"] == "1790000000000"
    assert shown["token"] == ("not sent" if profiles.named(name).token == "none" else "sent")
    assert TOKEN not in done.stdout + done.stderr
    assert not (tmp_path / "data" / "ranks.db").exists(), "nothing is stored"


@pytest.mark.parametrize(
    ("name", "fault", "expected"),
    [
        ("raw", FaultKind.SERVER_ERROR, {"HTTP status": "502", "code": '"UPSTREAM_FAILED"', "verdict": "retry"}),
        ("tikhub", FaultKind.TOO_MANY_REQUESTS, {"HTTP status": "429", "code": "429", "verdict": "wait"}),
        ("evil0ctal", FaultKind.IN_BAND_CODE, {"HTTP status": "200", "list": "missing", "verdict": "retry"}),
        ("titodata", FaultKind.INNER_STATUS, {"status_code": "4017136", "list": "missing", "verdict": "retry"}),
        ("raw", FaultKind.EMPTY_BODY, {"code": "missing", "clock": "missing", "verdict": "retry"}),
    ],
)
def test_check_says_what_is_missing_and_why(
    name: str, fault: FaultKind, expected: dict[str, str], tmp_path: Path
) -> None:
    with simulated(WORLD, profile=name, faults=Faults(1, [fault]), lost=1) as gateway:
        done = asked("check", ROOM, env=environment(gateway, tmp_path / "data"), cwd=tmp_path)
    shown = found(done)
    assert done.returncode == 1
    assert {what: shown[what] for what in expected} == expected
    assert shown["reason"]


def test_check_needs_what_the_gateway_needs(tmp_path: Path) -> None:
    with simulated(WORLD, profile="tikhub-tiktok") as gateway:
        env = environment(gateway, tmp_path / "data")
        lacking = [asked("check", ROOM, env=env, cwd=tmp_path), run("rank", ROOM, env=env, cwd=tmp_path)]
        none = asked("check", ROOM, "--kind", "audience", env=env, cwd=tmp_path)
    said = f"rankcrawler: room {ROOM}: the gateway's profile tikhub-tiktok needs the room's anchor_id; set --anchor\n"
    assert [each.stderr for each in lacking] == [said, said]
    assert none.stderr.endswith("has no list of the kind audience: it has ranklist\n")
    assert gateway.ledger.outcomes.total() == 0


def test_check_as_json_is_one_array(tmp_path: Path) -> None:
    with simulated(WORLD, lost=1) as gateway:
        done = asked("check", ENDED, "--json", env=environment(gateway, tmp_path / "data"), cwd=tmp_path)
    findings = json.loads(done.stdout)
    assert findings[0]["what"] == "request"
    assert findings[-1] == {"what": "verdict", "found": "gone_once", "where": ""}

"""`rankcrawler doctor`: what each check finds of real servers, stores and gateways, and that it changes nothing."""

import asyncio
import json
import os
import shutil
from collections.abc import Iterator
from email.utils import formatdate
from pathlib import Path
from typing import Any

import apsw
import psycopg
import pytest
from aiohttp import web

from rankcrawler.alerts import services
from rankcrawler.commands.doctor import clocks
from rankcrawler.commands.doctor.clocks import Reading
from rankcrawler.commands.doctor.examination import examined
from rankcrawler.commands.doctor.finding import OK, WARNING, WRONG, Finding, worst
from rankcrawler.options import ENVIRONMENT, SECRETS
from rankcrawler.queue.room_queue import RoomQueue
from rankcrawler.store import locate, schema
from tests.gateways import TOKEN, environment, run
from tests.postgresql import PostgresServer
from tests.redis_cluster import queue_client
from tests.redis_server import Server, free_port, redis_server
from tests.scripted import Answer, Asked, ranks, refusal, scripted
from tests.test_options import settings

ROOM = "6994259511469247263"
NOWHERE = "http://127.0.0.1:9"


async def one_row(_asked: Asked) -> web.Response:
    return ranks()


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder of a user who has set up a gateway, and nothing else."""
    for name in (*ENVIRONMENT, *SECRETS):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GATEWAY_TOKEN", TOKEN)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def found(*, online: bool = False, **given: str) -> dict[str, Finding]:
    """What is found with these settings, by part and what; no finding shows the token."""

    async def collected() -> list[Finding]:
        say = (lambda _: None) if online else None
        return [each async for each in examined(settings(**({"GATEWAY_URL": NOWHERE} | given)), ROOM, say)]

    findings = asyncio.run(collected())
    assert TOKEN not in str(findings)
    by_name = {f"{each.part}, {each.what}": each for each in findings}
    assert len(by_name) == len(findings), "that none hides another"
    return by_name


def states(findings: dict[str, Finding]) -> dict[str, str]:
    """The findings that are not ok; how full the disk of this machine is does not matter here."""
    return {name: each.state for name, each in findings.items() if each.state != OK and name != "store, free space"}


def test_a_new_folder_is_ready_and_stays_empty(folder: Path) -> None:
    seen = found()
    assert states(seen) == {}
    assert list(folder.iterdir()) == []
    assert seen["queue, place"].found.startswith("there is no queue at ")
    assert seen["store, place"].found.startswith(f"there is no store at {folder}/data/ranks.db")
    assert seen["machine, time zone"].found.startswith("Asia/Shanghai, where it is ")
    assert seen["settings, a crawl"].state == OK


def test_a_queue_and_a_store_that_are_there_are_as_they_were(folder: Path) -> None:
    locate.open_store("sqlite:///data/ranks.db").close()
    with redis_server(folder / "redis") as server:
        before = server.client.keys("*")
        seen = found(REDIS_URL=server.url)
        assert server.client.keys("*") == before
    assert states(seen) == {}
    assert {"queue, version", "queue, eviction", "queue, persistence", "queue, memory"} <= set(seen)
    assert {"queue, latency", "queue, script", "queue, owner", "clocks, queue's server"} <= set(seen)
    assert seen["store, version"].found == f"{schema.version()}, as this program needs it"
    assert seen["store, write test"].found == "a transaction was written, and taken back"
    with apsw.Connection("data/ranks.db") as database:
        assert database.execute("SELECT count(*) FROM _purges").get == 0


def test_the_embedded_queue_is_looked_at_where_there_is_one(folder: Path) -> None:
    done = run("rooms", "add", ROOM, env=environment(None, folder / "data"))
    assert done.returncode == 0
    seen = found()
    assert states(seen) == {}
    assert "the embedded server at" in seen["queue, place"].found


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    """A server that a test may set as it likes."""
    with redis_server(tmp_path / "redis") as one:
        yield one


def test_a_server_that_may_lose_rooms_is_found_with_the_commands_that_change_it(server: Server) -> None:
    server.client.config_set("maxmemory", int(server.client.info("memory")["used_memory"] * 1.1))
    server.client.config_set("maxmemory-policy", "volatile-lru")
    server.client.config_set("appendonly", "no")
    seen = found(REDIS_URL=server.url)
    assert states(seen) == {"queue, persistence": WARNING, "queue, memory": WARNING}
    assert seen["queue, persistence"].fix == "redis-cli CONFIG SET appendonly yes"
    server.client.config_set("maxmemory", 0)
    server.client.config_set("maxmemory-policy", "allkeys-lru")
    assert states(found(REDIS_URL=server.url)) == {"queue, eviction": WRONG, "queue, persistence": WARNING}


def test_a_server_that_does_not_answer_is_wrong_and_its_password_stays_secret() -> None:
    seen = found(REDIS_URL=f"redis://:{TOKEN}@127.0.0.1:{free_port()}")
    assert states(seen) == {"queue, answer": WRONG}


def test_a_user_who_may_not_run_scripts_is_found(server: Server) -> None:
    server.client.acl_setuser(
        "limited", enabled=True, nopass=True, keys="*", channels="*", commands=["+@all", "-@scripting"]
    )
    seen = found(REDIS_URL=server.url.replace("//", "//limited:x@"))
    assert states(seen) == {"queue, answer": WRONG}
    assert "permissions to run the 'eval" in seen["queue, answer"].found


def test_targets_of_alerts_are_looked_at_if_there_are_any_and_show_nothing_of_their_addresses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hook = "hook=webhook+https://0123456789abcdef@alerts.test/private-path"
    for given in ("", "  "):
        monkeypatch.setenv("ALERT_TARGETS", given)
        assert {name for name in found() if name.startswith("alerts")} == set()
    monkeypatch.setenv("ALERT_TARGETS", hook)
    seen = found()
    assert (states(seen), seen["alerts, targets"].found) == ({}, "hook")
    assert "alerts, Apprise" not in seen, "a webhook needs none"
    monkeypatch.setenv("ALERT_TARGETS", f"{hook} phone=ntfy://private-path odd=nothing-known://private-path")
    seen = found()
    assert (states(seen), seen["alerts, targets"].found) == ({"alerts, Apprise": WARNING}, "hook, phone, odd")
    assert ("odd" in seen["alerts, Apprise"].found, "phone" in seen["alerts, Apprise"].found) == (True, False)
    assert "private-path" not in str(seen)
    monkeypatch.setenv("ALERT_TARGETS", f"{hook} phone=ntfy://private-path")
    assert states(found()) == {}
    monkeypatch.setattr(services, "find_spec", lambda _: None)
    missing = found()["alerts, Apprise"]
    assert (missing.state, "phone" in missing.found, missing.fix) == (WARNING, True, services.INSTALL)
    monkeypatch.setenv("ALERT_TARGETS", "phone=private-path")
    seen = found()
    assert (states(seen), "private-path" in str(seen)) == ({"alerts, targets": WARNING}, False)
    assert seen["alerts, targets"].found.startswith("ALERT_TARGETS, phone: expected an address such as")


async def test_a_queue_of_another_gateway_and_a_fleet_that_is_stopped_are_found(server: Server) -> None:
    queue = RoomQueue(queue_client(server.url))
    await queue.claim("elsewhere.test")
    await queue.control.stop("the token is refused")
    await queue.close()
    seen = await asyncio.to_thread(found, REDIS_URL=server.url)
    assert states(seen) == {"queue, owner": WRONG, "queue, state": WRONG}
    assert seen["queue, owner"].fix == "rankcrawler rooms claim"
    assert seen["queue, state"].found == "the fleet is stopped: the token is refused"


def test_a_store_of_an_older_version_needs_a_migration() -> None:
    locate.open_store("sqlite:///ranks.db").close()
    with apsw.Connection("ranks.db") as database:
        database.execute(f"PRAGMA user_version = {schema.version() - 1}")
    seen = found(STORE_URL="sqlite:///ranks.db")
    assert states(seen) == {"store, version": WRONG}
    assert seen["store, version"].fix == "rankcrawler store migrate"
    with apsw.Connection("ranks.db") as database:
        database.execute(f"PRAGMA user_version = {schema.version() + 1}")
    assert found(STORE_URL="sqlite:///ranks.db")["store, version"].fix is None


def test_files_that_others_can_read_are_found(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    locate.open_store("sqlite:///data/ranks.db").close()
    (folder / "data" / "ranks.db").chmod(0o644)
    (folder / "data").chmod(0o775)
    (folder / "tokens").write_text("a-token-of-many\n")
    (folder / "tokens").chmod(0o644)
    monkeypatch.setenv("GATEWAY_TOKEN", "")
    seen = found(GATEWAY_TOKEN_FILE="tokens")
    assert states(seen) == {"store, rights": WARNING, "machine, folder": WARNING, "machine, secrets": WARNING}
    assert seen["machine, secrets"].fix == "chmod 600 tokens"


def test_a_place_where_nothing_can_be_written_is_found(folder: Path) -> None:
    (folder / "file").touch()
    assert states(found(DATA_DIR="file")) == {"machine, folder": WRONG}


def test_json_lines_are_looked_at_without_being_opened(folder: Path) -> None:
    seen = found(STORE_URL="jsonl:lists")
    assert states(seen) == {}
    assert list(folder.iterdir()) == []
    assert "a file was written in" in seen["store, write test"].found


def test_postgresql_is_written_to_and_left_as_it_was(postgres: PostgresServer) -> None:
    url = postgres.database()
    before = found(STORE_URL=url)
    assert states(before) == {}
    assert before["store, write test"].found == "a table was made, and taken back"
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
    locate.open_store(url).close()
    assert states(found(STORE_URL=url)) == {}
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT count(*) FROM _purges").fetchone() == (0,)


def test_a_user_of_postgresql_who_may_only_read_is_found(postgres: PostgresServer) -> None:
    url = postgres.database()
    name = f"reader_{os.getpid()}"
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"CREATE ROLE {name} LOGIN".encode())
    theirs = url.replace("user=rank", f"user={name}")
    assert states(found(STORE_URL=theirs)) == {"store, write test": WRONG}
    locate.open_store(url).close()
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(f"GRANT SELECT ON ALL TABLES IN SCHEMA public TO {name}".encode())
    seen = found(STORE_URL=theirs)
    assert states(seen) == {"store, write test": WRONG}
    assert "permission denied" in seen["store, write test"].found


def answered(answer: Answer, **given: str) -> tuple[dict[str, Finding], list[Asked]]:
    """What is found of a gateway that answers so, and what it was asked."""
    with scripted(answer) as gateway:
        seen = found(online=True, GATEWAY_URL=gateway.url, **given)
    return seen, gateway.asked


def test_the_gateway_is_asked_once() -> None:
    seen, asked = answered(one_row)
    assert states(seen) == {}
    assert [(each.room_id, each.token) for each in asked] == [(ROOM, TOKEN)]
    assert seen["gateway, answer"].found.startswith("a list of 1 row in ")
    assert seen["clocks, gateway"].found.startswith("they agree to within ")


@pytest.mark.parametrize(
    ("status", "state", "said"),
    [(401, WRONG, "it refuses the token: "), (429, WARNING, "HTTP 429"), (500, WARNING, "HTTP 500")],
)
def test_an_answer_without_a_list_is_judged(status: int, state: str, said: str) -> None:
    async def refusing(_asked: Asked) -> web.Response:
        return refusal(status, msg="sorry")

    seen, _ = answered(refusing)
    assert states(seen) == {"gateway, answer": state}
    assert said in seen["gateway, answer"].found
    assert seen["gateway, answer"].fix == f"rankcrawler gateway check {ROOM}"


def test_a_clock_that_would_date_lists_wrongly_is_found(server: Server) -> None:
    async def late(_asked: Asked) -> web.Response:
        answer = ranks()
        answer.headers["Date"] = formatdate(1_700_000_000, usegmt=True)
        return answer

    alone, _ = answered(late)
    assert states(alone) == {"clocks, gateway": WRONG}, "this machine's clock is the embedded server's"
    beside, _ = answered(late, REDIS_URL=server.url)
    assert states(beside) == {"clocks, gateway": WARNING, "clocks, queue's server and gateway": WRONG}
    assert beside["clocks, gateway"].fix == "sudo timedatectl set-ntp true"


def test_a_gateway_that_is_not_there_is_wrong() -> None:
    seen = found(online=True, GATEWAY_URL=f"http://127.0.0.1:{free_port()}")
    assert states(seen) == {"gateway, answer": WRONG}
    assert "check GATEWAY_URL" in seen["gateway, answer"].found


@pytest.mark.parametrize(
    ("given", "where"),
    [
        ({"GATEWAY_URL": ""}, "gateway, address"),
        ({"GATEWAY_PROFILE": "nobody"}, "gateway, profile"),
        ({"STORE_URL": "mysql://localhost/ranks"}, "store, place"),
        ({"REDIS_URL": "redis://:a/b@host"}, "queue, place"),
        ({"ITEM_PIPELINES_BASE": "{}"}, "settings, a crawl"),
        ({"ROOM_ATTEMPTS": "0"}, "settings, values"),
    ],
)
def test_a_setting_that_keeps_a_crawl_from_starting_is_found_once(given: dict[str, Any], where: str) -> None:
    assert states(found(**given)) == {where: WRONG}


def test_a_missing_token_is_found_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATEWAY_TOKEN", "")
    assert states(found()) == {"gateway, token": WRONG}
    assert states(found(GATEWAY_PROFILE="evil0ctal")) == {}, "it asks for none"


def test_too_few_open_files_are_found() -> None:
    seen = found(CONCURRENT_REQUESTS="100000000")
    assert states(seen) == {"machine, open files": WRONG, "settings, a crawl": WRONG}
    assert seen["machine, open files"].fix == "ulimit -n 100000064"


@pytest.mark.parametrize(
    ("queue", "gateway", "expected"),
    [
        (Reading(0, 2, 1), None, [OK]),
        (Reading(0, 2, 1_500), None, [WARNING]),
        (Reading(0, 2_000, 1_900), None, [OK]),
        (None, Reading(0, 0, 1_900, 1000), [WARNING]),
        (None, Reading(0, 0, -500, 1000), [OK]),
        (None, Reading(0, 0, 62_000, 1000), [WRONG]),
        (Reading(0, 0, 70_000), Reading(0, 0, 70_000, 1000), [WARNING, WARNING, OK]),
        (Reading(0, 0, -70_000), Reading(0, 0, 0, 1000), [WARNING, OK, WRONG]),
    ],
)
def test_clocks_are_compared_with_each_other(
    queue: Reading | None, gateway: Reading | None, expected: list[str]
) -> None:
    assert [each.state for each in clocks.findings(queue, gateway)] == expected


def test_the_command_says_what_it_asks_and_ends_with_status_0(folder: Path) -> None:
    with scripted(one_row) as gateway:
        env = environment(None, folder / "data", {"GATEWAY_URL": gateway.url, "GATEWAY_TOKEN": TOKEN})
        done = run("doctor", env=env, cwd=folder)
        quiet = run("doctor", "--offline", "--json", env=env, cwd=folder)
    assert done.returncode == 0, done.stdout
    assert done.stderr == f"rankcrawler: Asking the gateway {gateway.url} once, for the list of room {ROOM}.\n"
    assert f"ok\tgateway\taddress\t{gateway.url}\n" in done.stdout
    assert (quiet.returncode, quiet.stderr, len(gateway.asked)) == (0, "", 1)
    answer = json.loads(quiet.stdout)
    assert answer["state"] in (OK, WARNING)
    assert {"part": "settings", "what": "values", "state": "ok"}.items() <= answer["findings"][0].items()
    assert TOKEN not in done.stdout + quiet.stdout
    assert not (folder / "data").exists()


def test_the_command_ends_with_status_1_if_something_is_wrong_and_is_json_in_english(folder: Path) -> None:
    env = environment(None, folder / "data", {"GATEWAY_URL": NOWHERE, "LANGUAGE": "zh_CN", "LANG": "zh_CN.UTF-8"})
    done = run("doctor", "--json", "--offline", env=env, cwd=folder)
    answer = json.loads(done.stdout)
    assert (done.returncode, answer["state"]) == (1, "wrong")
    assert [each["what"] for each in answer["findings"] if each["state"] == "wrong"] == ["token"]
    assert "No token is set" in done.stdout


def test_the_worst_state_counts() -> None:
    assert worst([]) == OK
    assert worst([Finding("queue", "a", state, "") for state in (WARNING, OK)]) == WARNING
    assert worst([Finding("queue", "a", state, "") for state in (WRONG, WARNING, OK)]) == WRONG


def test_free_space_is_that_of_the_stores_disk(folder: Path) -> None:
    seen = found()["store, free space"]
    free = shutil.disk_usage(folder).free
    assert seen.state == (OK if free >= 5 << 30 else WARNING if free >= 200 << 20 else WRONG)
    assert f"on the disk of {folder}" in seen.found

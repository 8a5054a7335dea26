"""A gateway has a name, in the data and in the queue, that stays when its address changes."""

from pathlib import Path

import pytest

from rankcrawler.errors import SettingError
from rankcrawler.gateways.address import Address
from rankcrawler.gateways.gateway import Gateway
from rankcrawler.simulator.scenario import Scenario
from rankcrawler.simulator.world import World
from rankcrawler.store import locate
from tests.gateways import environment, run, simulated
from tests.options import options

ROOMS = [str(7_300_000_000_000_000_000 + step) for step in range(4)]
WAIT = ("-s", "MAX_IDLE_TIME_BEFORE_CLOSE=0.5")


@pytest.mark.parametrize("name", ["gateway", "a.b-c_d:8787", "我的网关", "x" * 100])
def test_a_name_that_is_set_is_the_source(name: str) -> None:
    gateway = Gateway.of(options(GATEWAY_URL="https://gateway.test:81", GATEWAY_NAME=name))
    assert (gateway.source, gateway.target("ranklist", "7").source) == (name, name)


def test_without_a_name_the_address_is_the_source() -> None:
    assert Gateway.of(options(GATEWAY_URL="https://Gateway.test:81/v1")).source == "gateway.test:81"


def test_without_a_name_a_profile_is_before_the_address_unless_it_is_the_default() -> None:
    at = {"GATEWAY_URL": "https://gateway.test", "GATEWAY_PROFILE": "tikhub"}
    assert Gateway.of(options(**at)).source == "tikhub:gateway.test"
    assert Gateway.of(options(**at, GATEWAY_NAME="ours")).source == "ours"


@pytest.mark.parametrize("name", ["", "a name", "a\n", "a/b", "x" * 101])
def test_a_name_that_cannot_be_is_refused(name: str) -> None:
    with pytest.raises(SettingError, match="GATEWAY_NAME must have 1 to 100 letters, digits, or - "):
        Address.of("https://gateway.test", name)


@pytest.mark.usefixtures("redis")
def test_a_gateway_whose_address_changes_is_the_same_in_queue_and_store(redis_url: str, tmp_path: Path) -> None:
    with simulated(World(1, dict.fromkeys(ROOMS, Scenario.ORDINARY))) as gateway:
        ours = {"REDIS_URL": redis_url, "GATEWAY_NAME": "ours"}
        for rooms, url in ((ROOMS[:2], gateway.url), (ROOMS[2:], gateway.url.replace("127.0.0.1", "localhost"))):
            env = environment(gateway, tmp_path, ours) | {"GATEWAY_URL": url}
            assert run("rooms", "add", ",".join(rooms), "--every", "3600", env=env).returncode == 0
            done = run("crawl", "ranklist", *WAIT, env=env)
            assert (done.returncode, "Lists: 2 stored" in done.stderr) == (0, True), done.stderr
    store = locate.open_records(f"sqlite:///{tmp_path}/ranks.db")
    assert [(each.source, each.rooms) for each in store.sources()] == [("ours", 4)]
    store.close()


@pytest.mark.usefixtures("redis")
def test_a_queue_that_knows_the_gateway_by_another_name_says_how_to_go_on(redis_url: str, tmp_path: Path) -> None:
    with simulated(World(1, dict.fromkeys(ROOMS, Scenario.ORDINARY))) as gateway:
        env = environment(gateway, tmp_path, {"REDIS_URL": redis_url})
        assert run("rooms", "add", ROOMS[0], "--every", "3600", env=env).returncode == 0
        assert run("crawl", "ranklist", *WAIT, env=env).returncode == 0
        address = Address.of(gateway.url).source
        done = run("crawl", "ranklist", *WAIT, env=env | {"GATEWAY_NAME": "ours"})
        assert done.returncode == 1
        assert f"belongs to the gateway {address}, and the settings name ours" in done.stderr
        assert f"set GATEWAY_NAME={address}; or run `scrapy rooms claim`" in done.stderr
        assert f"`scrapy store rename-source {address} ours`" in done.stderr
        claimed = run("rooms", "claim", env=env | {"GATEWAY_NAME": "ours"})
        assert claimed.stdout.startswith("the queue belongs to ours")
        renamed = run("store", "rename-source", address, "ours", env=env)
        assert renamed.stdout == f"{address} is ours now\n"
        gateway.stores.clear()
        gateway.stores.add((f"sqlite:///{tmp_path}/ranks.db", "ours"))

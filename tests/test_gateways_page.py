"""docs/gateways.md, followed to the letter: a sixth gateway gets its profile, and is checked and crawled."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from rankcrawler.gateways import profiles
from rankcrawler.gateways.profiles import declaration
from tests.gateways import environment, run
from tests.scripted import Asked, scripted

PAGE = (Path(__file__).parent.parent / "docs" / "gateways.md").read_text("utf-8")
URL, KEY = "https://ranks.example.com", "a-canary-key-of-mine"


def blocks(language: str) -> list[str]:
    """The page's blocks of a language, from the section that is followed."""
    text = PAGE.partition("## Write a profile in ten minutes")[2].partition("## What a profile declares")[0]
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


REQUEST, (GOOD, BAD), (PROFILE,) = blocks("http")[0], blocks("json"), blocks("toml")
COMMANDS = [line.removeprefix("scrapy ").split() for block in blocks("sh") for line in block.splitlines()]
ROOM = "6994259511469247263"


async def answer(asked: Asked) -> web.Response:
    """What the page's gateway answers to the page's request."""
    line, header, _, body = REQUEST.splitlines()
    method, path = line.split()
    wanted: dict[str, Any] = json.loads(body)
    sent = await asked.http.json()
    assert (asked.http.method, asked.http.path) == (method, path)
    assert asked.http.headers[header.partition(":")[0]] == KEY
    assert sent == wanted | {"room": sent["room"]}
    assert not asked.http.query
    return web.Response(text=GOOD if sent["room"] == wanted["room"] else BAD, content_type="application/json")


def assert_shown(printed: str, shown: str) -> None:
    """That the lines of the page are printed in this order; … stands for any others."""
    assert re.fullmatch(re.escape(shown).replace("…\\\n", "(?:.*\\\n)*?"), printed), printed


def test_a_person_who_follows_the_page_has_a_profile_that_works(tmp_path: Path) -> None:
    (tmp_path / "ranks.toml").write_text(PROFILE, "utf-8")
    with scripted(answer) as gateway:
        ours = {"GATEWAY_PROFILE": "ranks.toml", "GATEWAY_URL": gateway.url, "GATEWAY_TOKEN": KEY}
        env = environment(None, tmp_path / "data", ours)
        done = [run(*words, env=env, cwd=tmp_path) for words in COMMANDS if words[0] != "export"]
    valid, good, bad, crawl = done
    for found, shown in zip((valid, good, bad), blocks("text"), strict=True):
        assert_shown(found.stdout.replace(gateway.url, URL), shown)
    assert [each.returncode for each in done] == [0, 0, 1, 0], crawl.stderr
    rows = [json.loads(line) for line in (tmp_path / "ranks.jsonl").read_text("utf-8").splitlines()]
    assert [(row["rank"], row["score"], row["nickname"]) for row in rows] == [(1, 10001, "甲"), (2, 1939, "乙")]
    assert {row["captured_at"] for row in rows} == {"2021-09-17T01:44:39.980Z"}, "it is the gateway's own clock"
    assert {row["source"] for row in rows} == {f"ranks:{gateway.url.removeprefix('http://')}"}
    assert KEY not in "".join(each.stdout + each.stderr for each in done)


def test_the_page_names_every_included_profile_with_its_token_and_its_lists() -> None:
    table = PAGE.partition("## Profiles that are included")[2].partition("```")[0]
    lines = [line for line in table.splitlines() if line.startswith("| `") and "GATEWAY_PROFILE" not in line]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    named = {row[0].strip("`"): (row[2].strip("`"), re.findall(r"`(\w+)`", row[3])) for row in rows}
    assert named == {
        name: (profile.token, [*profile.lists]) for name in profiles.names() for profile in [profiles.named(name)]
    }


@pytest.mark.parametrize(
    "table",
    [
        declaration.Profile,
        declaration.ListCall,
        declaration.Layout,
        declaration.Limits,
        declaration.DiscoveryCall,
    ],
)
def test_the_page_explains_every_key(table: Any) -> None:
    reference = PAGE.partition("## What a profile declares")[2]
    explained = set(re.findall(r"`\[?([a-z_]+)[.\]A-Z`]", reference))
    assert set(table.__struct_fields__) - {"name"} <= explained

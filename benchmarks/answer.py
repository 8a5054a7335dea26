"""Rank lists for the static gateway: the documented shape with made-up contributors.

`documented-shape.json` holds the documented answer without rows, and one row without values for its user. It has every
documented key, so decoding costs the same as for a real answer.
"""

import itertools
import json
import random
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any

SHAPE = Path(__file__).with_name("documented-shape.json")
NAMES = "小大阿老一二三风花雪月山海星云雨晴北南东西木林石溪夏秋冬春梦心想念爱笑不吃鱼猫狗糖果茶酒🌸🔥xyz"
BOUNDS = (0, 100, 400, 1_000, 1_700, 2_600, 3_800, 5_000, 15_000, 20_000, 90_000, 400_000, 1_000_000)
GRADES = list(itertools.pairwise(BOUNDS))  # the lower and upper bound of each level, in diamonds
FIRST_UID = 10**15 + 2 * 10**9


def lists(count: int, entries: int, now: int, *, strangers: bool = False, moves: int = 0) -> Iterator[bytes]:
    """Yield `count` different bodies of `entries` rows each; their clocks start at `now` (ms) and advance by 1 ms.

    On average a contributor appears in one list of 20, or with `strangers` in one list only. With `moves`, a tenth of
    each list's contributors have given up to a fifth more, that many times; the others are as without.
    """
    dice = random.Random(count)
    shape = json.loads(SHAPE.read_text(encoding="utf-8"))
    made = (_person(shape["entry"]["user"], uid, dice) for uid in itertools.count(FIRST_UID))
    crowd = [] if strangers else list(itertools.islice(made, 20 * entries))
    for variant in range(count):
        people = list(itertools.islice(made, entries)) if strangers else dice.sample(crowd, entries)
        shape["answer"]["data"]["extra"]["now"] = now + variant
        head, tail = _json(shape["answer"]).split(b'"ranks":[]')
        scores = sorted((int(dice.paretovariate(0.6) * 40) for _ in people), reverse=True)
        listed = _moved([*zip(people, scores, strict=True)], moves, random.Random(variant))
        ranks = b",".join(_entries(shape["entry"], listed))
        yield b'%b"ranks":[%b]%b' % (head, ranks, tail)


def _moved(listed: list[tuple[bytes, int]], moves: int, dice: random.Random) -> list[tuple[bytes, int]]:
    """Return contributors and scores after a tenth of them have given up to a fifth more, `moves` times."""
    for _ in range(moves):
        for index in dice.sample(range(len(listed)), -(-len(listed) // 10)):
            person, score = listed[index]
            listed[index] = person, score + dice.randint(1, max(1, score // 5))
    return sorted(listed, key=itemgetter(1), reverse=True)


def _entries(shape: dict[str, Any], listed: list[tuple[bytes, int]]) -> Iterator[bytes]:
    entry = {key: value for key, value in shape.items() if key != "user"}
    above = listed[0][1]
    for rank, (person, score) in enumerate(listed, start=1):
        text = _in_words(score, "万")
        entry.update(score=score, rank=rank, delta=above - score)
        entry.update(gap_description=text, score_description=text, exactly_score=text)
        yield b'{"user":%b,%b' % (person, _json(entry)[1:])
        above = score


def _person(shape: dict[str, Any], uid: int, dice: random.Random) -> bytes:
    """Return one user as JSON; every call overwrites `shape`."""
    shape.update(id=uid, id_str=str(uid), short_id=uid % 10**10, display_id=str(uid % 10**10))
    shape.update(nickname="".join(dice.choices(NAMES, k=6)), gender=dice.randrange(3))
    shape["sec_uid"] = f"MS4wLjABAAAA{dice.randbytes(12).hex():A<64}"
    avatar = f"100x100/aweme-avatar/mosaic-legacy_3796_{uid}"
    shape["avatar_thumb"].update(_picture(avatar, "jpeg?from=4010531038"))
    level = min(len(GRADES) - 1, 1 + int(dice.expovariate(0.3)))
    _grade(shape["pay_grade"], level, dice)
    shape["badge_image_list_v2"][0].update(_picture(f"user_grade_level_v5_{level}.png", "image"))
    return _json(shape)


def _grade(grade: dict[str, Any], level: int, dice: random.Random) -> None:
    low, high = GRADES[level]
    missing = _in_words(dice.randint(1, high - low), "w")
    grade.update(level=level, this_grade_min_diamond=low, this_grade_max_diamond=high)
    grade["grade_describe"] = f"距离{level + 1}级还差{missing}抖币"
    grade["new_im_icon_with_level"].update(_picture(f"user_grade_level_v5_{level}.png", "image"))
    grade["new_live_icon"].update(_picture(f"aweme_pay_grade_2x_{level}.png", "image"))


def _picture(uri: str, suffix: str) -> dict[str, Any]:
    hosts = ("p3", "p9", "p6")
    urls = [f"https://{host}-webcast.pictures.invalid/img/webcast/{uri}~tplv-obj.{suffix}" for host in hosts]
    return {"uri": uri, "url_list": urls}


def _in_words(number: int, unit: str) -> str:
    return str(number) if number < 10_000 else f"{number / 10_000:.1f}{unit}"


def _json(value: Any) -> bytes:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()

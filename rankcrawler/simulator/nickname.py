"""Nicknames: mostly Chinese, some Latin, some with emoji, and a few that break whatever fails to escape them."""

from random import Random

_CHARACTERS = (
    "风云星月海山花雨雪夜晨光梦影心情爱恋小大老阿清明天南北东西江湖一二三千万里人生如初见"
    "鱼鸟猫狗龙虎凤鹤兔熊糖果茶酒米豆青红白黑紫蓝金银木水火土不知何处归来去兮慢走别扔鸡蛋砸我"
)
_LATIN = ("Momo", "Lucky", "K", "Leo.", "sunny_day", "Mr Zhang", "A-Fei", "QQ", "xX", "Tina")
_EMOJI = ("🌹", "🔥", "👑", "🐯", "💎", "🍀", "❤️", "👨‍👩‍👧", "🇨🇳", "✨")
_HOSTILE = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><b>粗体</b>',
    '=HYPERLINK("http://192.0.2.1","看")',
    "=1+1",
    "@SUM(A1:A9)",
    "+1+2",
    "-2+3",
    "'; DROP TABLE users; --",
    '"引号", 逗号',
    "第一行\n第二行",
    "制表\t符",
    "反斜杠\\n",
    "\u202e倒着写",
    "{{7*7}}",
)


def _chinese(draw: Random) -> str:
    return "".join(draw.choices(_CHARACTERS, k=2 + int(draw.random() ** 2 * 10)))


def _latin(draw: Random) -> str:
    return draw.choice(_LATIN) + draw.choice(("", str(draw.randrange(10_000))))


def _with_emoji(draw: Random) -> str:
    return draw.choice(("", _chinese(draw))) + "".join(draw.choices(_EMOJI, k=1 + draw.randrange(3)))


def nickname(draw: Random) -> str:
    """Return a nickname that is never blank; one in fifty is hostile."""
    roll = draw.random()
    if roll < 0.02:
        return draw.choice(_HOSTILE)
    if roll < 0.14:
        return _latin(draw)
    if roll < 0.26:
        return _with_emoji(draw)
    return _chinese(draw)

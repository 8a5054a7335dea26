"""Generates the reference pages of settings, commands, statistics and the API from their declarations; `make docs`
writes them.
"""

import argparse
from collections.abc import Callable, Iterator
from importlib.resources import files
from pathlib import Path
from typing import NamedTuple

import msgspec
from scrapy import cmdline
from scrapy.cmdline import ScrapyArgumentParser
from scrapy.commands import ScrapyCommand
from scrapy.settings import Settings

from rankcrawler import settings, statistics
from rankcrawler.language import ENGLISH, tr, within
from rankcrawler.model import rules

DOCS = Path(__file__).parents[2] / "docs"
BEGIN, END = "<!-- generated -->\n", "<!-- /generated -->\n"
"""The lines before and after what is generated in a page."""
CHINESE = "zh_CN"
_WORDS = {
    ENGLISH: ("setting", "default", "meaning", "option", "command"),
    CHINESE: ("设置", "默认值", "含义", "选项", "命令"),
}
_UNITS = {"seconds": "秒", "bytes": "字节", "polls": "次轮询", "looks": "次查询", "rooms": "个直播间"}


class Text(msgspec.Struct, forbid_unknown_fields=True):
    """A text in both languages."""

    en: str
    zh: str

    def text(self, language: str) -> str:
        """The text in one of them."""
        return self.en if language == ENGLISH else self.zh


class Meaning(Text, kw_only=True):
    """A setting, as the documents explain it."""

    name: str
    unit: str = ""
    """Of a number: seconds, bytes …"""
    default: Text | None = None
    """In words; None for the value in the code."""


class Group(Text):
    """Settings that are explained together."""

    setting: list[Meaning]


class Explained(msgspec.Struct):
    """What is said of all settings."""

    group: list[Group]


class Reference(NamedTuple):
    """A page, and what makes the generated part of it."""

    name: str
    made: Callable[[], str]

    @property
    def path(self) -> Path:
        """Where it is."""
        return DOCS / self.name

    def renewed(self) -> str:
        """The text of the page with its generated part as it should be."""
        before, _, rest = self.path.read_text("utf-8").partition(BEGIN)
        _, _, after = rest.partition(END)
        return f"{before}{BEGIN}\n{self.made()}\n{END}{after}"


def settings_in(language: str) -> str:
    """Every setting with its default and its meaning, in groups."""
    setting, default, meaning, *_ = _WORDS[language]
    parts = []
    for group in explained().group:
        rows = [f"| `{each.name}` | {_default(each, language)} | {each.text(language)} |" for each in group.setting]
        head = [f"## {group.text(language)}", "", f"| {setting} | {default} | {meaning} |", "|---|---|---|"]
        parts.append("\n".join([*head, *rows]))
    return "\n\n".join(parts) + "\n"


def explained() -> Explained:
    """What is said of each setting."""
    text = files("rankcrawler.commands").joinpath("settings.toml").read_text("utf-8")
    return msgspec.toml.decode(text, type=Explained)


def _default(each: Meaning, language: str) -> str:
    if each.default is not None:
        return each.default.text(language)
    value = getattr(settings, each.name, None)
    if value is None:
        value = Settings().get(each.name)
    if value in (None, ""):
        return ""
    if not isinstance(value, int) or isinstance(value, bool):
        return f"`{value}`"
    return f"{value:,} {each.unit}".strip() if language == ENGLISH else f"{value:,} {_UNITS[each.unit]}"


def commands_in(language: str) -> str:
    """Every command and subcommand of ours with its options, as `--help` has them."""
    known = Settings()
    known.setmodule(settings)
    with within(language):
        found = cmdline._get_commands_dict(known, True)
        ours = {name: each for name, each in found.items() if type(each).__module__.startswith("rankcrawler.")}
        return "\n".join(part for name in sorted(ours) for part in _command(name, ours[name], known, language))


def _command(name: str, command: ScrapyCommand, known: Settings, language: str) -> Iterator[str]:
    parser = ScrapyArgumentParser(prog=f"rankcrawler {name}", conflict_handler="resolve")
    command.settings = known
    command.add_options(parser)
    yield f"## `{name}`\n\n{command.short_desc()}{'.' if language == ENGLISH else '。'}\n"
    below = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
    if not below:
        yield from _options(parser, f"{parser.prog} {command.syntax()}", language)
    for action in below:
        about = {each.dest: each.help or "" for each in action._choices_actions}
        for subcommand, own in action._name_parser_map.items():
            yield f"### `{name} {subcommand}`\n\n{about[subcommand]}{'.' if language == ENGLISH else '。'}\n"
            yield from _options(own, " ".join((own.usage or "").split()), language)


def _options(parser: argparse.ArgumentParser, usage: str, language: str) -> Iterator[str]:
    yield f"```text\n{usage.strip()}\n```\n"
    *_, meaning, option, _ = _WORDS[language]
    rows = [
        f"| {_names(each)} | {_escaped(parser._get_formatter()._expand_help(each))} |"
        for group in parser._action_groups
        if group.title != tr("Scrapy's options")
        for each in group._group_actions
        if each.help and each.help != argparse.SUPPRESS and not isinstance(each, argparse._HelpAction)
    ]
    if rows:
        yield "\n".join([f"| {option} | {meaning} |", "|---|---|", *rows, ""])


def _names(action: argparse.Action) -> str:
    """What is typed."""
    metavar = action.metavar if isinstance(action.metavar, str) else (action.dest or "").upper()
    if not action.option_strings:
        return f"`{_escaped(metavar)}`"
    value = "" if action.nargs == 0 else f" {'|'.join(map(str, action.choices)) if action.choices else metavar}"
    return ", ".join(f"`{_escaped(name + value)}`" for name in sorted(action.option_strings, key=len, reverse=True))


def _escaped(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def statistics_table() -> str:
    """Every statistic, and what it counts."""
    return statistics.table() + "\n"


def flags_in(language: str) -> str:
    """Every flag, and what it means."""
    from rankcrawler.serve.pages.flags import explained as meanings_of

    *_, meaning, _, _ = _WORDS[language]
    with within(language):
        rows = [f"| `{each.name}` | {each.meaning} |" for each in meanings_of(sorted(rules.FLAGS))]
    return "\n".join([f"| `flags` | {meaning} |", "|---|---|", *rows, ""])


def api() -> str:
    """Every operation of the API of `serve`, and the fields of its answers."""
    from rankcrawler.serve.api.reference import pages_of
    from rankcrawler.serve.application import described

    return pages_of(described())


REFERENCES = (
    Reference("api.md", api),
    Reference("settings.md", lambda: settings_in(ENGLISH)),
    Reference("settings.zh.md", lambda: settings_in(CHINESE)),
    Reference("commands.md", lambda: commands_in(ENGLISH)),
    Reference("commands.zh.md", lambda: commands_in(CHINESE)),
    Reference("rows.md", lambda: flags_in(ENGLISH)),
    Reference("rows.zh.md", lambda: flags_in(CHINESE)),
    Reference("statistics.md", statistics_table),
)


def main() -> None:
    """Rewrite the generated part of each page."""
    for each in REFERENCES:
        each.path.write_text(each.renewed(), "utf-8")


if __name__ == "__main__":
    main()

"""Entries for the table as text: those of the setting VERDICTS, and the rows of a profile."""

import re

from rankcrawler.errors import SettingError
from rankcrawler.gateways.verdict.table import Action, Cell, Entry, Table
from rankcrawler.language import marked, tr

_HOW = marked(
    "expected FIELD:VALUE=ACTION, separated by commas, such as http:444=retry, code:10011=gone, "
    "status_code:4017136=wait 30. FIELD is http, code or status_code with an integer, code with a word, or shape with "
    "no_answer, empty_body, html_page or unreadable. ACTION is retry, wait, wait SECONDS, gone or stop, or read "
    "for a number that means success"
)
_CELL = re.compile(
    r"(?P<field>http|code|status_code):(?P<number>-?[0-9]{1,18})"
    r"|code:(?P<text>[A-Za-z_][A-Za-z0-9_.-]{0,63})"
    r"|shape:(?P<shape>no_answer|empty_body|html_page|unreadable)"
)
_ACTION = re.compile(r"(?P<action>read|retry|gone|stop|wait)|wait +(?P<seconds>[0-9]{1,4}(?:\.[0-9]{1,3})?)")


def parse(verdicts: str) -> Table:
    """The entries in VERDICTS; raises SettingError with the entry that is wrong and what was expected."""
    table: dict[Cell, Entry] = {}
    for text in filter(None, (part.strip() for part in verdicts.split(","))):
        cell, _, action = text.partition("=")
        found = _row(cell.strip(), action.strip())
        if found is None:
            raise SettingError(tr("VERDICTS, entry {entry!r}: {how}", entry=text[:100], how=tr(_HOW)))
        (field, value), entry = found
        if (field, value) in table:
            raise SettingError(
                tr("VERDICTS has two entries for {field}:{value}: remove one of them", field=field, value=value)
            )
        table[field, value] = entry
    return table


def entry(action: str) -> Entry:
    """The entry that an action of VERDICT_FUNCTION makes; raises SettingError."""
    does = _ACTION.fullmatch(action.strip()) if isinstance(action, str) else None
    if does is None or does["action"] == "read":
        raise SettingError(
            tr(
                "VERDICT_FUNCTION must return retry, wait, wait SECONDS, gone, stop or None, not {action!r}",
                action=action,
            )
        )
    return _entry(does)


def row(cell: str, action: str) -> tuple[Cell, Entry]:
    """A row of a profile's table: the action may have words after a colon. Raises SettingError."""
    does, _, words = action.partition(":")
    found = _row(cell, does.strip())
    if found is None:
        raise SettingError(tr("{cell!r} = {action!r}: {how}", cell=cell[:60], action=action[:60], how=tr(_HOW)))
    return found[0], found[1]._replace(words=words.strip())


def _row(cell: str, action: str) -> tuple[Cell, Entry] | None:
    of, does = _CELL.fullmatch(cell), _ACTION.fullmatch(action)
    if of is None or does is None or (of["shape"] and does["action"] == "read"):
        return None
    return _cell(of), _entry(does)


def _entry(does: re.Match[str]) -> Entry:
    seconds = does["seconds"]
    return Entry(Action(does["action"] or "wait"), seconds=None if seconds is None else float(seconds))


def _cell(of: re.Match[str]) -> Cell:
    if of["shape"]:
        return "shape", of["shape"]
    return ("code", of["text"]) if of["text"] else (of["field"], int(of["number"]))

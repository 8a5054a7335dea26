"""The setting VERDICTS: additional entries for the table, as text."""

import re

from rankcrawler.errors import SettingError
from rankcrawler.gateways.verdict.table import Action, Cell, Entry, Table
from rankcrawler.language import marked, tr

_HOW = marked(
    "expected FIELD:VALUE=ACTION, separated by commas, such as http:444=retry, code:10011=gone, "
    "status_code:4017136=wait 30. FIELD is http, code or status_code with an integer, or shape with "
    "no_answer, empty_body, html_page or unreadable. ACTION is retry, wait, wait SECONDS, gone or stop, or read "
    "for a number that means success"
)
_ENTRY = re.compile(
    r"(?:(?P<field>http|code|status_code):(?P<number>-?[0-9]{1,18})"
    r"|shape:(?P<shape>no_answer|empty_body|html_page|unreadable))"
    r" *= *(?:(?P<action>read|retry|gone|stop|wait)|wait +(?P<seconds>[0-9]{1,4}(?:\.[0-9]{1,3})?))"
)


def parse(verdicts: str) -> Table:
    """The entries in VERDICTS; raises SettingError with the entry that is wrong and what was expected."""
    table: dict[Cell, Entry] = {}
    for text in filter(None, (part.strip() for part in verdicts.split(","))):
        cell, entry = _parse(text)
        if cell in table:
            raise SettingError(
                tr("VERDICTS has two entries for {field}:{value}: remove one of them", field=cell[0], value=cell[1])
            )
        table[cell] = entry
    return table


def _parse(text: str) -> tuple[Cell, Entry]:
    found = _ENTRY.fullmatch(text)
    if found is None or (found["shape"] and found["action"] == "read"):
        raise SettingError(tr("VERDICTS, entry {entry!r}: {how}", entry=text[:100], how=tr(_HOW)))
    cell: Cell = ("shape", found["shape"]) if found["shape"] else (found["field"], int(found["number"]))
    seconds = found["seconds"]
    return cell, Entry(Action(found["action"] or "wait"), seconds=None if seconds is None else float(seconds))

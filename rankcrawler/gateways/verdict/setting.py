"""The setting VERDICTS: rows of a user's own for the table, as text."""

import re

from rankcrawler.errors import SettingError
from rankcrawler.gateways.verdict.table import Action, Cell, Row, Table

_HOW = (
    "expected FIELD:VALUE=ACTION with commas between rules, such as http:444=retry, code:10011=gone, "
    "status_code:4017136=wait 30. FIELD is http, code or status_code with a whole number, or shape with "
    "no_answer, empty_body, html_page or unreadable; ACTION is retry, wait, wait SECONDS, gone, stop or, "
    "for a number that means success, read"
)
_RULE = re.compile(
    r"(?:(?P<field>http|code|status_code):(?P<number>-?[0-9]{1,18})"
    r"|shape:(?P<shape>no_answer|empty_body|html_page|unreadable))"
    r" *= *(?:(?P<action>read|retry|gone|stop|wait)|wait +(?P<seconds>[0-9]{1,4}(?:\.[0-9]{1,3})?))"
)


def parse(verdicts: str) -> Table:
    """The rows that VERDICTS adds; raises SettingError that shows the rule and what was expected."""
    table: dict[Cell, Row] = {}
    for rule in filter(None, (part.strip() for part in verdicts.split(","))):
        cell, row = _parse(rule)
        if cell in table:
            raise SettingError(f"VERDICTS has two rules for {cell[0]}:{cell[1]}: keep one of them")
        table[cell] = row
    return table


def _parse(rule: str) -> tuple[Cell, Row]:
    found = _RULE.fullmatch(rule)
    if found is None or (found["shape"] and found["action"] == "read"):
        raise SettingError(f"VERDICTS, rule {rule[:100]!r}: {_HOW}")
    cell: Cell = ("shape", found["shape"]) if found["shape"] else (found["field"], int(found["number"]))
    seconds = found["seconds"]
    return cell, Row(Action(found["action"] or "wait"), seconds=None if seconds is None else float(seconds))

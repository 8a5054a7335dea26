"""Prints findings: a line each, and below what is not ok the command that changes it."""

from collections.abc import Sequence

from rich.cells import cell_len
from rich.text import Text

from rankcrawler.commands.doctor.finding import OK, WARNING, WRONG, Finding, worst
from rankcrawler.commands.printing.screen import Screen, show_json, show_lines
from rankcrawler.commands.printing.wrapping import padded, wrapped
from rankcrawler.language import tr

_STYLES = {OK: "green", WARNING: "yellow", WRONG: "bold red"}
_GAP = 2


def line(finding: Finding, screen: Screen) -> list[Text]:
    """The lines of a finding: aligned on a terminal, else one, with tabs between its fields."""
    state, part, what = tr(finding.state), tr(finding.part), tr(finding.what)
    found = screen.text(finding.found)
    if screen.width is None:
        return [Text("\t".join((state, part, what, found, finding.fix or "")).rstrip("\t"))]
    states = max(cell_len(tr(each)) for each in _STYLES) + _GAP
    named = f"{part}, {what}: "
    first, *rest = wrapped(named + found, screen.width - states) or [named]
    lines = [Text.assemble((padded(state, states), _STYLES[finding.state]), first)]
    lines += [Text(" " * states + each) for each in rest]
    if finding.fix is not None:
        lines.append(Text(f"{' ' * states}$ {screen.text(finding.fix)}", "bold"))
    return lines


def show(findings: Sequence[Finding], *, as_json: bool) -> None:
    """Print an object with all findings; or, as they were printed before, what follows from them."""
    if as_json:
        show_json({"state": worst(findings), "findings": findings})
        return
    wrong = sum(each.state == WRONG for each in findings)
    warnings = sum(each.state == WARNING for each in findings)
    if Screen.stdout().width is not None:
        show_lines(
            [
                Text(""),
                Text(
                    tr(
                        "{wrong} wrong, {warnings} warnings, of {number}",
                        wrong=wrong,
                        warnings=warnings,
                        number=len(findings),
                    )
                ),
            ]
        )

"""Prints the report of a run on standard error: lines for people, or a line of the log that is JSON."""

import logging
import sys
from collections.abc import Sequence
from dataclasses import asdict

from rankcrawler import jsonlog
from rankcrawler.report import Report


def show(report: Report, more: Sequence[str] = (), *, as_json: bool) -> None:
    """Print a report, and `more` lines below it."""
    if not as_json:
        print("\n".join([*report.lines(), *more]), file=sys.stderr)
        return
    level = logging.ERROR if report.failures else logging.INFO
    message = "; ".join(["The run has ended", *report.failures, *more])
    print(jsonlog.line("rankcrawler.report", level, message, report=asdict(report)), file=sys.stderr)

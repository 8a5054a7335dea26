"""`check`: verifies that everything in the store is as it was written."""

import argparse
from contextlib import closing

from rankcrawler.commands.printing.text import plain
from rankcrawler.commands.store.records import StoreSubcommand
from rankcrawler.language import counted, marked, tr
from rankcrawler.store import locate
from rankcrawler.store.answers import Finding
from rankcrawler.store.contract import Store

_WHAT = {
    "list": marked("list"),
    "poll": marked("poll"),
    "row": marked("row"),
    "sum": marked("sum"),
    "index": marked("index"),
    "unchecked": marked("unchecked"),
}
"""What a finding is about."""


class Check(StoreSubcommand):
    """Prints a line for each thing that is wrong."""

    name = "check"
    help = marked("Verify every list, poll, sum and index; with --repair, rebuild what can be, and mark what is lost")
    example = "check --repair"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare whether to repair."""
        repair = tr("rebuild what can be; lists of which rows are lost are removed, and their polls say `damaged`")
        parser.add_argument("--repair", action="store_true", help=repair)

    def run(self, url: str, given: argparse.Namespace) -> int:
        """Print what is wrong; status 1 if something is, or, with --repair, if something still is."""
        if given.repair:
            with closing(locate.open_records(url)) as store:
                if _wrong(store):
                    store.repair()
                    print(tr("Repaired; what is still wrong follows"))
                    return int(bool(_wrong(store)))
            return 0
        with closing(locate.open_store(url)) as store_:
            return int(bool(_wrong(store_)))


def _wrong(store: Store) -> list[Finding]:
    """Print what a check finds, and return what is wrong."""
    wrong: list[Finding] = []
    for finding in store.check():
        print("\t".join(map(plain, (tr(_WHAT[finding.what]), finding.place, finding.problem))), flush=True)
        if finding.what != "unchecked":
            wrong.append(finding)
    if wrong:
        print(counted("{number} defect found", "{number} defects found", len(wrong)))
    else:
        print(tr("everything is as it was written"))
    return wrong

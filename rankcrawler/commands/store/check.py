"""`check`: verifies that everything in the store is as it was written."""

import argparse
from contextlib import closing

from rankcrawler.commands.printing.text import plain
from rankcrawler.commands.store.records import StoreSubcommand
from rankcrawler.store import locate
from rankcrawler.store.answers import Finding
from rankcrawler.store.contract import Store


class Check(StoreSubcommand):
    """Prints a line for each thing that is wrong."""

    name = "check"
    help = "Verify every list, poll, sum and index; with --repair, rebuild what can be, and mark what is lost"
    example = "check --repair"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """Declare whether to repair."""
        repair = "rebuild what can be; lists of which rows are lost are removed, and their polls say `damaged`"
        parser.add_argument("--repair", action="store_true", help=repair)

    def run(self, url: str, given: argparse.Namespace) -> int:
        """Print what is wrong; status 1 if something is, or, with --repair, if something still is."""
        if given.repair:
            with closing(locate.open_records(url)) as store:
                if _wrong(store):
                    store.repair()
                    print("Repaired; what is still wrong follows")
                    return int(bool(_wrong(store)))
            return 0
        with closing(locate.open_store(url)) as store_:
            return int(bool(_wrong(store_)))


def _wrong(store: Store) -> list[Finding]:
    """Print what a check finds, and return what is wrong."""
    wrong: list[Finding] = []
    for finding in store.check():
        print("\t".join(map(plain, finding)), flush=True)
        if finding.what != "unchecked":
            wrong.append(finding)
    print(f"{len(wrong)} defects found" if wrong else "everything is as it was written")
    return wrong

"""The anchors named on a command line: as arguments, in files, or one a line on standard input for `-`."""

import argparse
import sys
from collections.abc import Iterable, Iterator

from rankcrawler.commands.rooms.session import Session
from rankcrawler.errors import JobError
from rankcrawler.language import tr
from rankcrawler.queue import anchor_job, roomlist
from rankcrawler.queue.access import anchors_beside
from rankcrawler.queue.anchor_job import AnchorJob
from rankcrawler.queue.anchor_queue import AnchorQueue

STDIN = "-"


def add_anchors(parser: argparse.ArgumentParser) -> None:
    """Declare the argument that names anchors."""
    parser.add_argument("anchors", nargs="+", metavar="ANCHOR", help=tr(anchor_job.FORMS))


def opened(session: Session) -> AnchorQueue:
    """The queue of anchors of a session."""
    return anchors_beside(session.queue, session.options, session.kind)


def names(words: Iterable[str]) -> list[str]:
    """The anchors in arguments and on standard input, as the queue calls them; raises JobError."""
    return [anchor_job.parse(text).anchor.name for word in words for text in (_lines() if word == STDIN else [word])]


def jobs(words: Iterable[str]) -> Iterator[AnchorJob | JobError]:
    """The anchors in arguments, files and standard input, with an error in place of each that cannot be read."""
    for word in words:
        if word != STDIN:
            yield from roomlist.read_anchors(word)
            continue
        for number, text in enumerate(_lines(), start=1):
            try:
                yield anchor_job.parse(text)
            except JobError as error:
                yield JobError(tr("stdin, line {line}: {error}", line=number, error=error))


def _lines() -> Iterator[str]:
    """The lines up to their first tab, as `anchors list` prints them."""
    texts = (line.partition("\t")[0].strip() for line in sys.stdin)
    return (text for text in texts if text and not text.startswith("#"))

"""How a command ends: errors are a line on standard error and an exit status."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NoReturn

from rankcrawler import env_file
from rankcrawler.commands import interrupt
from rankcrawler.commands.printing.text import plain
from rankcrawler.errors import JobError, RankcrawlerError, SettingError
from rankcrawler.options import SECRETS


def complain(message: object) -> None:
    """Print a line on standard error."""
    print(f"rankcrawler: {plain(str(message))}", file=sys.stderr)


def refuse(message: object, status: int = 1) -> NoReturn:
    """Print a line on standard error, and exit."""
    complain(message)
    sys.exit(status)


def warn_of_env_file() -> None:
    """Print a line if other users can read a secret in `.env`."""
    if warning := env_file.exposed(SECRETS):
        complain(warning)


@contextmanager
def one_line_errors(misuse: int = 1) -> Iterator[None]:
    """Turn an error of ours into its line and exit status 1, or `misuse` for a setting or a room that was wrong.

    Stays quiet when the reader of standard output has closed it, as `head` does, and after Ctrl-C.
    """
    try:
        yield
        sys.stdout.flush()
    except RankcrawlerError as error:
        refuse(error, misuse if isinstance(error, (SettingError, JobError)) else 1)
    except KeyboardInterrupt:
        sys.exit(interrupt.STATUS)
    except BrokenPipeError:  # Python would fail again when it flushes standard output at exit
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())

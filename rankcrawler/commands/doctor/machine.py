"""What a crawl needs of this machine: open files, a time zone, and a folder that it alone can read."""

import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from rankcrawler import env_file, open_files
from rankcrawler.commands.doctor.finding import Finding, ok, warning, wrong
from rankcrawler.language import marked, tr
from rankcrawler.options import SECRETS, Options
from rankcrawler.preflight import files_of

_FILES, _ZONE, _FOLDER = marked("open files"), marked("time zone"), marked("folder")
_SECRETS = marked("secrets")
_OTHERS, _OTHERS_WRITE = 0o077, 0o022


def findings(options: Options) -> Iterator[Finding]:
    """Yield what is found of the machine."""
    yield _open_files(files_of(options))
    now = datetime.now(options.time_zone)
    yield ok(
        "machine", _ZONE, tr("{zone}, where it is {time:%Y-%m-%d %H:%M} now", zone=options.time_zone.key, time=now)
    )
    yield _folder(options.data_dir)
    yield from _secrets(options)


def _open_files(needed: int) -> Finding:
    allowed = open_files.most()
    if allowed is not None and allowed < needed:
        found = tr(
            "a crawl needs {needed} open files and connections, and {allowed} are allowed",
            needed=needed,
            allowed=allowed,
        )
        return wrong("machine", _FILES, found, f"ulimit -n {needed}")
    many = tr("any number") if allowed is None else str(allowed)
    return ok("machine", _FILES, tr("{allowed} are allowed, and a crawl needs {needed}", allowed=many, needed=needed))


def _folder(folder: Path) -> Finding:
    """The rights of the data folder, or of the one that it will be made in."""
    if not folder.exists():
        above = above_of(folder)
        if not os.access(above, os.W_OK | os.X_OK):
            found = tr("{folder} cannot be made: {above} is not yours to write to", folder=folder, above=above)
            return wrong("machine", _FOLDER, found, f"sudo install -d -o $USER -m 700 {folder.absolute()}")
        return ok("machine", _FOLDER, tr("a crawl will make {folder}", folder=folder))
    if not folder.is_dir() or not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        found = tr("{folder} is no folder that you can read and write", folder=folder)
        return wrong("machine", _FOLDER, found, f"sudo chown -R $USER {folder.absolute()}")
    if folder.stat().st_mode & _OTHERS_WRITE:
        found = tr("other users of this machine can change what is in {folder}", folder=folder)
        return warning("machine", _FOLDER, found, f"chmod 700 {folder}")
    return ok("machine", _FOLDER, tr("{folder} is yours to write to, and no one else's", folder=folder))


def above_of(path: Path) -> Path:
    """The nearest folder above a path that is there."""
    return next(each for each in path.absolute().parents if each.is_dir())


def _secrets(options: Options) -> Iterator[Finding]:
    """Yield a warning for each file with secrets that others can read."""
    if said := env_file.exposed(SECRETS):
        yield warning("machine", _SECRETS, said, f"chmod 600 {env_file.NAME}")
    file = options.gateway_token_file
    if file and Path(file).is_file() and Path(file).stat().st_mode & _OTHERS:
        found = tr("other users of this machine can read the tokens in {file}", file=file)
        yield warning("machine", _SECRETS, found, f"chmod 600 {file}")

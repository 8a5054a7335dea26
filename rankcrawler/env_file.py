"""Reads `.env`, a file of variables in the folder where a command runs. What the environment has comes before it.

Each line is NAME=VALUE, with `export` before it or not. Blank lines are skipped; a # begins a comment, at the beginning
of a line or after a blank. Quotes around a value, single or double, keep everything between them as it is.
"""

import os
import re
import stat
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from rankcrawler.errors import SettingError
from rankcrawler.language import marked, tr
from rankcrawler.spelling import hint, is_slip

NAME = ".env"
_LINE = re.compile(r"(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)", re.DOTALL)
_QUOTED = re.compile(r"""(?P<quote>["'])(?P<value>.*)(?P=quote)\s*(?:#.*)?""", re.DOTALL)
_OTHERS_WRITE = stat.S_IWOTH
_OTHERS_READ = stat.S_IRGRP | stat.S_IROTH
_SEE = marked("see docs/settings.md")


@dataclass(frozen=True, slots=True)
class EnvFile:
    """The variables of a file. Its values may be secrets."""

    path: Path
    values: Mapping[str, str] = field(repr=False)
    """Without the empty ones, which count as not set."""
    lines: Mapping[str, int]
    """The line of each variable, the empty ones among them."""

    def beneath(self, environment: Mapping[str, str]) -> dict[str, str]:
        """The variables of an environment, and those of the file that it does not have."""
        return {**self.values, **environment}

    def check(self, known: Collection[str], prefixes: tuple[str, ...], settings: Collection[str]) -> None:
        """Raise SettingError for a variable that is probably a slip, with its line.

        `known` are the variables that count. One of `settings` that is not among them would have no effect, and one
        that begins like ours, or is one edit away, is misspelt. Other programs' variables are theirs.
        """
        for name, line in self.lines.items():
            if name in known:
                continue
            where = {"path": self.path, "line": line, "name": name}
            if name.startswith(prefixes) or is_slip(name, known):
                raise SettingError(
                    tr(
                        "{path}, line {line}: {name} is not a setting: {hint}",
                        **where,
                        hint=hint(name, known, tr(_SEE)),
                    )
                )
            if name in settings:
                message = tr(
                    "{path}, line {line}: {name} cannot be set here: give it with -s, or in your project's settings",
                    **where,
                )
                raise SettingError(message)

    def shown(self, secrets: Collection[str]) -> str | None:
        """A warning if other users can read a secret in the file; else None."""
        held = [name for name in secrets if name in self.values]
        if not held or not self.path.stat().st_mode & _OTHERS_READ:
            return None
        return tr(
            "other users of this machine can read {names} in {path}: run `chmod 600 {path}`",
            names=tr(" and ").join(held),
            path=self.path,
        )


def exposed(secrets: Collection[str], path: Path = Path(NAME)) -> str | None:
    """A warning if other users can read a secret in a file; None otherwise, or if the file is refused anyway."""
    try:
        return read(path).shown(secrets)
    except SettingError:
        return None


_NONE = EnvFile(Path(NAME), {}, {})


def read(path: Path = Path(NAME)) -> EnvFile:
    """The variables of a file; none if there is no such file.

    Raises SettingError if it cannot be read, if others can change it, or for a line that sets nothing or sets a
    variable again. No message contains a value.
    """
    try:
        if not path.is_file():  # a folder of that name is someone's virtual environment
            return _NONE
        _check_owner(path)
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else tr("it is not UTF-8")
        raise SettingError(tr("{path} cannot be read: {error}", path=path, error=why)) from None
    values: dict[str, str] = {}
    lines: dict[str, int] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, value = _parsed(path, number, line.strip())
        if (first := lines.setdefault(name, number)) != number:
            raise SettingError(
                tr(
                    "{path}, line {line}: {name} is set in line {first} already",
                    path=path,
                    line=number,
                    name=name,
                    first=first,
                )
            )
        if value:
            values[name] = value
    return EnvFile(path, values, lines)


def _check_owner(path: Path) -> None:
    """Raise SettingError if another user decides what is in the file: it names the place that the token goes to."""
    status = path.stat()
    if status.st_uid not in (0, os.geteuid()) and os.geteuid() != 0:
        raise SettingError(tr("{path} belongs to another user, who could have the token sent elsewhere", path=path))
    if status.st_mode & _OTHERS_WRITE:
        raise SettingError(tr("every user of this machine can change {path}: run `chmod 600 {path}`", path=path))


def _parsed(path: Path, number: int, line: str) -> tuple[str, str]:
    found = _LINE.fullmatch(line)
    if found is None:
        raise SettingError(tr("{path}, line {line}: expected NAME=VALUE", path=path, line=number))
    name, value = found.groups()
    if not value.startswith(('"', "'")):
        return name, "" if value.startswith("#") else re.split(r"\s#", value, maxsplit=1)[0].strip()
    quoted = _QUOTED.fullmatch(value)
    if quoted is None:
        raise SettingError(
            tr(
                "{path}, line {line}: the quotes around the value of {name} do not end",
                path=path,
                line=number,
                name=name,
            )
        )
    return name, quoted["value"]

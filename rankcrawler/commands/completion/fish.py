"""Writes the completion of fish, with what each word means."""

from collections.abc import Iterator, Sequence

from rankcrawler.commands.completion.words import CHOICE, FILE, NOTHING, Option, Place

_HEAD = """# Completion of {name} for fish. In ~/.config/fish/config.fish: {name} completion fish | source
function __{name}_at
    set -l place
    for word in (commandline -opc)[2..]
        switch "$place $word"
"""
_AFTER_PLACES = """        end
    end
    test "$place" = "$argv[1]"
end
complete -c {name} -e
"""


def script(name: str, places: Sequence[Place]) -> str:
    """The completion of the program of this name."""
    parts = [_HEAD.replace("{name}", name), *_paths(places), _AFTER_PLACES.replace("{name}", name)]
    for place in places:
        parts += _place(name, place)
    return "".join(parts)


def _paths(places: Sequence[Place]) -> Iterator[str]:
    """The lines that find out to which place the words before belong."""
    for place in places:
        if place.path:
            joined = _quoted(_joined(place.path))
            yield f"            case {joined}\n                set place {joined}\n"


def _place(name: str, place: Place) -> Iterator[str]:
    """The lines of what can follow in a place. Where a command has words of its own, no file is meant."""
    condition = _quoted(f"__{name}_at {_quoted(_joined(place.path))}")
    files = "-f " if place.words else ""
    for word in place.words:
        yield f"complete -c {name} -n {condition} {files}-a {_quoted(word.text)}{_about(word.about)}\n"
    for option in place.options:
        yield f"complete -c {name} -n {condition} {' '.join(_names(option))}{_takes(option)}{_about(option.about)}\n"


def _names(option: Option) -> Iterator[str]:
    for name in option.names:
        yield f"-l {name[2:]}" if name.startswith("--") else f"-s {name[1:]}"


def _takes(option: Option) -> str:
    if option.takes == NOTHING:
        return ""
    if option.takes == FILE:
        return " -rF"
    return f" -xa {_quoted(' '.join(option.choices))}" if option.takes == CHOICE else " -x"


def _about(text: str) -> str:
    return f" -d {_quoted(text)}" if text else ""


def _quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _joined(path: Sequence[str]) -> str:
    return "".join(f" {word}" for word in path)

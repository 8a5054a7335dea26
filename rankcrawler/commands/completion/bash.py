"""Writes the completion of bash, 4 or newer. It needs no package of completions."""

import shlex
from collections.abc import Iterator, Sequence

from rankcrawler.commands.completion.words import CHOICE, FILE, TEXT, Place

_HEAD = r"""# Completion of {name} for bash. In ~/.bashrc: source <({name} completion bash)
_{name}() {
    local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD - 1]}" place="" words="" at
    if [[ $word == = ]]; then
        word=""
    elif [[ $before == = ]]; then
        before="${COMP_WORDS[COMP_CWORD - 2]}"
    fi
    for ((at = 1; at < COMP_CWORD; at++)); do
        case "$place ${COMP_WORDS[at]}" in
"""
_AFTER_PLACES = """        esac
    done
    case "$place $before" in
"""
_AFTER_VALUES = """    esac
    case "$place" in
"""
_TAIL = r"""    esac
    COMPREPLY=($(compgen -W "$words" -- "$word"))
    if [[ ${#COMPREPLY[@]} -eq 1 && ${COMPREPLY[0]} == *= ]]; then
        compopt -o nospace
    fi
}
complete -o default -F _{name} {name}
"""


def script(name: str, places: Sequence[Place]) -> str:
    """The completion of the program of this name."""
    head, tail = (text.replace("{name}", name) for text in (_HEAD, _TAIL))
    parts = [head, *_paths(places), _AFTER_PLACES, *_values(places), _AFTER_VALUES, *_words(places), tail]
    return "".join(parts)


def _paths(places: Sequence[Place]) -> Iterator[str]:
    """The lines that find out to which place the words before belong."""
    for place in places:
        if place.path:
            yield f"            {_quoted(place.path)}) place={_quoted(place.path)} ;;\n"


def _values(places: Sequence[Place]) -> Iterator[str]:
    """The lines that complete the value of an option."""
    for place in places:
        for option in place.options:
            patterns = "|".join(shlex.quote(f"{_joined(place.path)} {name}") for name in option.names)
            if option.takes == CHOICE:
                yield f"        {patterns}) words={shlex.quote(' '.join(option.choices))}; place=/ ;;\n"
            elif option.takes == FILE:
                yield f'        {patterns}) compopt -o filenames; COMPREPLY=($(compgen -f -- "$word")); return ;;\n'
            elif option.takes == TEXT:
                yield f"        {patterns}) compopt +o default; return ;;\n"


def _words(places: Sequence[Place]) -> Iterator[str]:
    """The lines that complete anything else."""
    for place in places:
        words = [word.text for word in place.words] + [name for option in place.options for name in option.names]
        yield f"        {_quoted(place.path)}) words={shlex.quote(' '.join(words))} ;;\n"


def _quoted(path: Sequence[str]) -> str:
    return shlex.quote(_joined(path))


def _joined(path: Sequence[str]) -> str:
    return "".join(f" {word}" for word in path)

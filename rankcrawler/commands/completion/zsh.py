"""Writes the completion of zsh, with what each word means."""

from collections.abc import Iterator, Sequence

from rankcrawler.commands.completion.words import CHOICE, FILE, TEXT, Option, Place

_HEAD = r"""#compdef {name}
# Completion of {name} for zsh. In ~/.zshrc, after compinit: source <({name} completion zsh)
_{name}() {
    local place="" before="${words[CURRENT - 1]}" at
    local -a found starts
    if [[ $words[CURRENT] == --*=* ]]; then
        before="${words[CURRENT]%%=*}"
        compset -P '*='
    fi
    for ((at = 2; at < CURRENT; at++)); do
        case "$place ${words[at]}" in
"""
_AFTER_PLACES = """        esac
    done
    case "$place $before" in
"""
_AFTER_VALUES = """    esac
    case "$place" in
"""
_TAIL = r"""    esac
    _describe -V {name} found
    _files
}
compdef _{name} {name}
"""


def script(name: str, places: Sequence[Place]) -> str:
    """The completion of the program of this name."""
    head, tail = (text.replace("{name}", name) for text in (_HEAD, _TAIL))
    return "".join([head, *_paths(places), _AFTER_PLACES, *_values(places), _AFTER_VALUES, *_words(places), tail])


def _paths(places: Sequence[Place]) -> Iterator[str]:
    """The lines that find out to which place the words before belong."""
    for place in places:
        if place.path:
            yield f"            {_quoted(_joined(place.path))}) place={_quoted(_joined(place.path))} ;;\n"


def _values(places: Sequence[Place]) -> Iterator[str]:
    """The lines that complete the value of an option."""
    for place in places:
        for option in place.options:
            patterns = "|".join(_quoted(f"{_joined(place.path)} {name}") for name in option.names)
            if option.takes == CHOICE:
                yield f"        {patterns}) {_choices(option)}; return ;;\n"
            elif option.takes == FILE:
                yield f"        {patterns}) _files; return ;;\n"
            elif option.takes == TEXT:
                yield f"        {patterns}) return 1 ;;\n"


def _choices(option: Option) -> str:
    """What adds the values of an option; after the beginning of a word comes no space."""
    suffix = "-S '' " if option.choices[0].endswith("=") else ""
    return f"compadd {suffix}-- {' '.join(map(_quoted, option.choices))}"


def _words(places: Sequence[Place]) -> Iterator[str]:
    """The lines that complete anything else."""
    for place in places:
        described = [(word.text, word.about) for word in place.words]
        described += [(name, option.about) for option in place.options for name in option.names]
        shown = " ".join(_described(*each) for each in described)
        yield f"        {_quoted(_joined(place.path))}) found=({shown}) ;;\n"


def _described(word: str, about: str) -> str:
    return _quoted(f"{word.replace(':', chr(92) + ':')}:{about}" if about else word)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def _joined(path: Sequence[str]) -> str:
    return "".join(f" {word}" for word in path)

"""The queue's script: its parts in Lua, which a server runs as one, so that every operation is atomic."""

from importlib.resources import files

_PARTS = ("keys", "definitions", "rooms", "inbox", "leases", "gates", "lend", "settle", "control", "run")
"""In this order; a part may use what those before it define. `keys` says what the keys and operations are."""


def text() -> str:
    """The whole script."""
    folder = files(__package__) / "lua"
    return "\n".join((folder / f"{part}.lua").read_text("utf-8") for part in _PARTS)

"""Repeatable chance: the same numbers give the same result on every machine."""

import random

_MASK = (1 << 64) - 1


def mix(*parts: int) -> int:
    """Return 64 bits that depend on all parts and their order."""
    state = 0x9E3779B97F4A7C15
    for part in parts:
        state = (state ^ part) * 0xBF58476D1CE4E5B9 & _MASK
        state = (state ^ state >> 29) * 0x94D049BB133111EB & _MASK
        state ^= state >> 32
    return state


def share(*parts: int) -> float:
    """Return a number in [0, 1) that depends on all parts and their order."""
    return (mix(*parts) >> 11) / (1 << 53)


def stream(*parts: int) -> random.Random:
    """Return a random number generator seeded with all parts."""
    return random.Random(mix(*parts))  # noqa: S311  not used for security

"""Scores in words, as the gateway nearly always displays them: such a text is not stored beside its score."""

from functools import lru_cache

AS_SCORE = 0
"""Stored instead of a text's key: the text is the score in words."""


@lru_cache(maxsize=1 << 14)
def words_of(score: int | None) -> str | None:
    """`1939` → 1939, `10001` → 1.0万, `1234567890` → 12.3亿."""
    if score is None:
        return None
    if score < 10_000:
        return str(score)
    return f"{score / 10_000:.1f}万" if score < 100_000_000 else f"{score / 100_000_000:.1f}亿"

"""The forms of failures: what tells whether rooms fail in the same way, and whether the gateway was reached at all."""

DOWN = "down"
"""The form of every failure of the gateway as a whole: no answer, HTTP 444 or 5xx."""


def form(status: int | None, code: int | str | None, status_code: int | None) -> str:
    """The form of a failed poll. Rooms that fail in one form fail in the same way, whatever the words."""
    if status is None or status == 444 or status >= 500:
        return DOWN
    return f"{status} {code} {status_code}"


def is_of_a_web_server(status: int | None, code: int | str | None, status_code: int | None) -> bool:
    """Whether a web server answered in place of the gateway: a redirect, or 404, 405 or 410, without any code."""
    if status is None or code is not None or status_code is not None:
        return False
    return 300 <= status < 400 or status in (404, 405, 410)

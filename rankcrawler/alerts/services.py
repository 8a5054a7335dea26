"""Sends messages through Apprise: 飞书, 钉钉, 企业微信, Telegram, ntfy, mail, and a hundred others.

Apprise and what it uses write addresses into their logs, and addresses are secrets here: these logs go nowhere.
"""

import asyncio
import logging
import re
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from threading import Lock, Thread
from typing import Any

from rankcrawler.alerts.message import Text
from rankcrawler.alerts.targets import Target
from rankcrawler.alerts.webhook import TAKEN, Outcome
from rankcrawler.errors import SettingError
from rankcrawler.language import marked, tr

PACKAGE = "apprise"
INSTALL = "pip install 'rankcrawler[alerts]'"
PATIENCE = 20.0
"""Seconds that an attempt may take: its thread goes on, and is waited for no longer."""
_NOISY = ("requests", "urllib3", "oauthlib", "requests_oauthlib", "markdown", "MARKDOWN", "slixmpp", "paho")
_STATUS = re.compile(r"error=(\d{3})\b")
_NO_ANSWER = Outcome(marked("no answer in time"))
_NOT_TAKEN = marked("the service did not take the message")


class _Statuses:
    """The HTTP statuses that Apprise complains of while a message is sent."""

    def __init__(self) -> None:
        self.found: list[str] = []
        self.is_mixed = False
        """Whether another message was sent meanwhile, so that a status may be that one's."""


class _Ear(logging.Filter):
    """Lets no line of Apprise's log through, to whatever handler, and notes the statuses in it."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Take in a line: Apprise has threads of its own, so that it may be about any message."""
        found = _STATUS.findall(record.getMessage())
        with _lock:
            for each in _listening:
                each.found += found
        return False


_EAR = _Ear()
_SILENT = logging.CRITICAL + 1
_lock = Lock()
_listening: list[_Statuses] = []
"""What wants to know of statuses now."""


def is_installed() -> bool:
    """Whether Apprise is."""
    return find_spec(PACKAGE) is not None


def check(target: Target) -> None:
    """Raise SettingError for an address that Apprise cannot use, or where it is not installed; shows no address."""
    if not is_installed():
        raise SettingError(tr("the target {name} needs Apprise: {install}", name=target.name, install=INSTALL))
    with _hushed(), warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of what Apprise imports, once, here
        is_known = _apprise(target) is not None
    if not is_known:
        raise SettingError(
            tr(
                "Apprise does not know the address of the target {name}: see https://github.com/caronc/apprise/wiki",
                name=target.name,
            )
        )


async def send(target: Target, text: Text, patience: float = PATIENCE) -> Outcome:
    """Send a message once, in a thread of its own: Apprise blocks."""
    try:
        async with asyncio.timeout(patience):
            return await _in_thread(lambda: _send(target, text))
    except TimeoutError:
        return _NO_ANSWER


def _send(target: Target, text: Text) -> Outcome:
    with _hushed() as statuses:
        from apprise import NotifyFormat  # which writes into its log, too

        try:
            apprise = _apprise(target)
            if apprise is not None and apprise.notify(text.body, text.title, body_format=NotifyFormat.TEXT):
                return TAKEN
        except Exception:
            return Outcome(_NOT_TAKEN)
    is_known = bool(statuses.found) and not statuses.is_mixed
    return Outcome(f"HTTP {statuses.found[-1]}" if is_known else _NOT_TAKEN)


def _apprise(target: Target) -> Any:
    """Apprise with this target alone; None if it does not know the address."""
    from apprise import Apprise, AppriseAsset

    asset = AppriseAsset(app_id="rankcrawler", app_desc="rankcrawler", storage_mode="memory", async_mode=False)
    found = Apprise(asset=asset)
    return found if found.add(target.reveal()) else None


@contextmanager
def _hushed() -> Iterator[_Statuses]:
    """Keep what could show an address out of every log, for as long as this process runs."""
    statuses = _Statuses()
    with _lock:
        for each in _listening:
            each.is_mixed = statuses.is_mixed = True
        _listening.append(statuses)
    for name in _NOISY:
        logging.getLogger(name).setLevel(_SILENT)
    logging.getLogger(PACKAGE).setLevel(logging.WARNING)
    logging.getLogger(PACKAGE).addFilter(_EAR)
    try:
        yield statuses
    finally:
        with _lock:
            _listening.remove(statuses)


async def _in_thread(work: Callable[[], Outcome]) -> Outcome:
    """What a function returns, in a thread that does not keep the process from ending."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Outcome] = loop.create_future()

    def note(outcome: Outcome) -> None:
        if not done.done():
            done.set_result(outcome)

    def run() -> None:
        outcome = work()
        if not loop.is_closed():
            loop.call_soon_threadsafe(note, outcome)

    Thread(target=run, name="rankcrawler-apprise", daemon=True).start()
    return await done

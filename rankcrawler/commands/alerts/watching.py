"""`rankcrawler alerts` itself: looks and delivers, until it is stopped."""

import os

from rankcrawler.alerts import services
from rankcrawler.alerts.loop import Loop, alone
from rankcrawler.commands.alerts.rules import targets
from rankcrawler.commands.stopping import stopped_by_signal
from rankcrawler.language import speak, tr
from rankcrawler.options import Options

_BEHIND_CRAWLS = 10
"""Where there are fewer cores than work, a crawl goes first."""


async def run(options: Options, *, once: bool, language: str | None = None) -> int:
    """Look and deliver, once or until a signal comes; returns the exit status: 1 if something could not be looked at.

    Messages are in a language, `en` or `zh`, or in that of the command.

    Raises SettingError for a target that cannot be used, and AlertError if another process does it already.
    """
    if language is not None:
        speak({"LANG": language})
    known = targets(options)
    for target in known.values():
        if not target.is_webhook:
            services.check(target)
    with alone(options.data_dir) as file:
        loop = Loop(options, file, known)
        if once:
            await loop.once()
            return int(bool(loop.trouble))
        if hasattr(os, "nice"):  # not on Windows
            os.nice(_BEHIND_CRAWLS)
        stopped = stopped_by_signal()
        print(tr("Alerts are watched. Stop: Ctrl-C"), flush=True)
        await loop.run(stopped)
        return 0

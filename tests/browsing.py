"""A real browser: Chromium, without a window, that notes what a page should not do."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, expect, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome")
_INSTALL = "apt-get install chromium fonts-noto-cjk"
_QUIET = (
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--force-color-profile=srgb",
)
_AXE = Axe()


def executable() -> str:
    """The path of the browser; skips the test where there is none, and fails it in CI."""
    found = next(filter(None, map(shutil.which, _NAMES)), None)
    why = f"there is no Chromium on this machine: {_INSTALL}"
    if found is None and os.environ.get("CI"):
        pytest.fail(why)
    if found is None:
        pytest.skip(why)
    return found


@contextmanager
def chromium() -> Iterator[Browser]:
    """A browser that ends with the context."""
    path = executable()
    alone = ["--no-sandbox"] if os.getuid() == 0 else []
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=[*_QUIET, *alone])
        try:
            yield browser
        finally:
            browser.close()


class Window:
    """A page in a window of its own, and what went wrong in it."""

    def __init__(self, browser: Browser, url: str, **options: Any) -> None:
        settings = {"locale": "en-GB", "viewport": {"width": 1440, "height": 900}} | options
        self._context = browser.new_context(base_url=url, **settings)
        self.page: Page = self._context.new_page()
        self.origin = url
        self.errors: list[str] = []
        """Errors on the console and of scripts, dialogs, and requests to anywhere else."""
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("dialog", lambda dialog: self.errors.append(f"dialog: {dialog.message}"))
        self.page.on("request", self._look)

    def open(self, path: str) -> Page:
        """Load a page, and wait until its script runs and its charts are drawn."""
        self.page.goto(path, wait_until="load")
        expect(self.page.locator("html:not(.script)")).to_have_count(0)
        expect(self.page.locator(".canvas:not(:has(canvas))")).to_have_count(0)
        return self.page

    def violations(self) -> list[str]:
        """What axe finds wrong with the page: the rule, and where."""
        found = _AXE.run(self.page).response["violations"]
        return [f"{each['id']}: {node['target']} {node['html'][:200]}" for each in found for node in each["nodes"]]

    def is_wider_than_the_window(self) -> bool:
        """Whether the page as a whole must be scrolled sideways."""
        return bool(self.page.evaluate("document.documentElement.scrollWidth > innerWidth"))

    def update(self) -> None:
        """Have the page fetch itself, as when it comes to the front again."""
        self.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")

    def close(self) -> None:
        """Close the window."""
        self._context.close()

    def _note(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.errors.append(message.text)

    def _look(self, request: Request) -> None:
        if not request.url.startswith((self.origin, "data:", "blob:")):
            self.errors.append(f"foreign request: {request.url}")


Open = Callable[..., Window]
"""Opens a window on the server at an address; options are Playwright's, of a new context."""

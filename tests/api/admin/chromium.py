"""A real browser, driven by Playwright: Debian's Chromium, or another one that CHROMIUM names."""

import os
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, ConsoleMessage, Dialog, Page, Request, async_playwright, expect

__all__ = ["Admin", "browsing", "launched"]

_NAMES = ("chromium", "chromium-browser", "google-chrome")
_SWITCHES = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update"),
    "--disable-dev-shm-usage",  # which is small in containers
)
_REFUSED = "Failed to load resource: the server responded with a status of 4"
_TWO_FRAMES = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
_PATIENCE = 60_000
"""Milliseconds after which what a page should show is believed not to come; also for ``expect``."""
expect.set_options(timeout=_PATIENCE)
_PICTURES = os.environ.get("PICTURES")
"""A folder in which pictures are to be left: `make pictures` does so."""


def chromium_or_skip() -> str:
    """Where the browser is. Without one the test is skipped, or fails in continuous integration."""
    found = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        reason = "NO BROWSER: install chromium, or name one in CHROMIUM, to try the admins' pages"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return found


class Admin:
    """The admin of one host in a browser window, as a person uses it."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address
        self.faults: list[str] = []
        self.said: list[str] = []
        self.expects_refusals = False
        self._pending = set[Request]()
        page.on("request", lambda request: self._pending.add(request))  # playwright takes no built-in method
        for ended in ("requestfinished", "requestfailed"):
            page.on(ended, lambda request: self._pending.discard(request))
        page.on("dialog", self._confirm)
        page.on("pageerror", lambda error: self.faults.append(str(error)))
        page.on("console", self._listen)
        page.on(
            "response",
            lambda answer: self.faults.append(answer.url) if answer.status >= 500 else None,
        )

    def _listen(self, message: ConsoleMessage) -> None:
        """Notes what the console complains of. That a request is refused, the browser notes by itself."""
        if message.type == "error" and not (self.expects_refusals and message.text.startswith(_REFUSED)):
            self.faults.append(message.text)

    async def _confirm(self, dialog: Dialog) -> None:
        """Says yes to whatever the page asks, and remembers it."""
        self.said.append(dialog.message)
        await dialog.accept()

    async def sign_in(self, username: str, password: str) -> None:
        await self.page.goto(f"{self.address}/admin/")
        await self.page.fill("input[name=username]", username)
        await self.page.fill("#login input[type=password]", password)
        await self.page.click("[data-uitest=login_button]")

    async def go(self, place: str) -> None:
        path, _, query = place.partition("?")
        await self.page.goto(f"{self.address}/admin/#/{path}/{query and '?' + query}")
        await self.settles()

    async def settles(self) -> None:
        """Waits until the page has what it asks for: a form that is filled in sooner is emptied by it."""
        for _ in range(3):
            await self.page.evaluate(_TWO_FRAMES)
            while self._pending:
                await self.page.evaluate(_TWO_FRAMES)

    async def focused(self) -> str:
        """The name of the element that has the focus, or else its placeholder or text."""
        script = "(e => e.name || e.placeholder || e.textContent.trim())(document.activeElement)"
        return str(await self.page.evaluate(script))

    async def mistakes(self) -> list[str]:
        """What the form on the page reports."""
        await self.page.locator("div.errors li[data-field]").first.wait_for()
        return await self.page.locator("div.errors li").all_inner_texts()

    async def sees(self, text: str) -> None:
        exact = text == "Saved"  # not "unsaved"
        await self.page.get_by_text(text, exact=exact).locator("visible=true").first.wait_for()

    async def fill(self, **values: str) -> None:
        for name, value in values.items():
            await self.page.fill(f"[name={name}]:visible", value)

    async def submit(self, button: str = "submit_custom_form_button") -> None:
        await self.page.click(f"[data-uitest={button}]")

    async def saves(self, button: str = "save_button", method: str = "PATCH") -> None:
        """Saves the row that is edited, and waits until it is."""
        async with self.page.expect_response(lambda answer: answer.request.method == method) as answer:
            await self.submit(button)
        assert (await answer.value).ok, await (await answer.value).text()
        await self.sees("Successfully")
        await self.page.click("#message_popup a")

    async def picture(self, name: str) -> None:
        """Leaves a picture, and another one as on a telephone, if a folder for them is named."""
        if not _PICTURES:
            return
        size = self.page.viewport_size
        await self.page.evaluate("scrollTo(0, 0)")
        await self.page.wait_for_timeout(600)  # so that nothing fades in any more
        await self.page.screenshot(path=str(Path(_PICTURES) / f"{name}.png"))
        await self.page.set_viewport_size({"width": 390, "height": 844})
        await self.page.wait_for_timeout(300)
        await self.page.screenshot(path=str(Path(_PICTURES) / f"{name}-telephone.png"))
        if size is not None:
            await self.page.set_viewport_size(size)


@asynccontextmanager
async def launched() -> AsyncIterator[Browser]:
    """The browser, without a window. Without one the test is skipped, or fails in continuous integration."""
    executable = chromium_or_skip()
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=executable, args=list(_SWITCHES))
        try:
            yield browser
        finally:
            await browser.close()


@asynccontextmanager
async def browsing(browser: Browser, *addresses: str, **options: Any) -> AsyncIterator[list[Admin]]:
    """A window for each address, each in a profile of its own."""
    windows: list[Admin] = []
    try:
        for address in addresses:
            page = await browser.new_page(**{"viewport": {"width": 1100, "height": 640}, **options})
            page.set_default_timeout(30_000)
            windows.append(Admin(page, address))
        yield windows
    finally:
        for window in windows:
            await window.page.close()

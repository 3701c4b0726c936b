"""What a user chooses for the workspace, in Chromium: the same on another device."""

from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, expect

from tests.api.conftest import ON_SQLITE
from tests.api.frontend.test_in_a_browser import Workspace, create, workspace

pytestmark = [ON_SQLITE, pytest.mark.asyncio(loop_scope="module")]

PREFERENCES = "/api/v1/me/preferences"


async def other_app(admin: httpx.AsyncClient) -> None:
    made = await admin.post("/api/v1/apps", json={"name": "people", "label": "People"})
    assert made.status_code == 201, made.text
    page = {"name": "all", "label": "All people", "type": "list", "object": "contacts"}
    made = await admin.post("/api/v1/apps/people/pages", json={**page, "layout": {"columns": ["last_name"]}})
    assert made.status_code == 201, made.text


async def chooses(shown: Workspace, item: str) -> None:
    """Choose an item of the account's menu, and wait until the service has it."""
    await shown.page.get_by_role("button", name="Your account").click()
    async with shown.page.expect_response(lambda one: "/me" in one.url and one.request.method != "GET"):
        await shown.page.get_by_role("menuitem", name=item, exact=True).click()


async def test_theme_rows_app_and_language_are_the_same_on_another_device(
    world_with: Any, browser: Browser
) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        admin = await world.user()
        await create(admin, name="Globex")
        await create(admin, "contacts", last_name="Hopper")
        await other_app(admin)
        await shown.enter()
        await shown.row("Globex").wait_for()
        assert await shown.row("Globex").evaluate("row => row.offsetHeight") == 38
        await shown.page.get_by_role("button", name="Your account").click()
        await shown.accessible()
        await shown.page.keyboard.press("Escape")
        await chooses(shown, "Dark")
        await chooses(shown, "Compact")
        await expect(shown.page.locator(".table")).to_have_attribute("data-density", "compact")
        await expect(shown.page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
        async with shown.page.expect_response(lambda one: one.url.endswith("workspace.app")):
            await shown.page.goto(f"{shown.address}/a/people/all")
        await shown.row("Hopper").wait_for()
        assert await shown.row("Hopper").evaluate("row => row.offsetHeight") == 30
        await shown.accessible()
        await chooses(shown, "Deutsch")
        await shown.page.get_by_role("button", name="Ihr Konto").wait_for()
        assert shown.faults == []

        device = Workspace(await browser.new_page(viewport={"width": 1200, "height": 700}), shown.address)
        try:
            await device.enter()
            await device.row("Hopper").wait_for()
            await expect(device.page).to_have_url(f"{shown.address}/a/people/all")
            await device.page.get_by_role("button", name="Ihr Konto").wait_for()
            await expect(device.page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
            await expect(device.page.locator(".table")).to_have_attribute("data-density", "compact")
            await device.page.evaluate(f"fetch('{PREFERENCES}/workspace.theme', {{method: 'DELETE'}})")
            # The copy in the browser is there before the first response: the page begins as it was.
            await device.page.route("**/api/v1/workspace", lambda route: route.abort())
            await device.page.reload(wait_until="commit")
            await expect(device.page.locator("html")).to_have_attribute("data-mantine-color-scheme", "dark")
        finally:
            await device.page.close()


async def test_another_user_of_the_same_browser_has_choices_of_their_own(
    world_with: Any, browser: Browser
) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        await create(await world.user(), name="Globex")
        await shown.enter()
        await shown.row("Globex").wait_for()
        await chooses(shown, "Dark")
        await shown.page.get_by_role("button", name="Your account").click()
        await shown.page.get_by_role("menuitem", name="Sign out").click()
        await shown.enter("viewer")
        await shown.row("Globex").wait_for()
        await expect(shown.page.locator("html")).to_have_attribute("data-mantine-color-scheme", "light")
        assert shown.faults == []

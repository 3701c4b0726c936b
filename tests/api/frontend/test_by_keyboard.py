"""The workspace without a pointer, without motion, and on paper, in Chromium."""

from typing import Any

import pytest
from playwright.async_api import Browser, Page, expect

from tests.api.conftest import ON_ONE, PASSWORD
from tests.api.frontend.test_in_a_browser import create, workspace
from tests.api.frontend.test_lists import opens

pytestmark = [ON_ONE, pytest.mark.asyncio(loop_scope="module")]

FOCUSED = """
() => {
  const one = document.activeElement;
  const label = one.labels?.[0]?.textContent ?? one.getAttribute("aria-label") ?? one.textContent;
  return { name: label.trim(), isSeen: one.matches(":focus-visible") && one.checkVisibility() };
}
"""
MOVING = """
() => document.getAnimations().filter(one => one.effect.getTiming().iterations !== Infinity
    && one.effect.getComputedTiming().endTime > 1).map(one => one.effect.target?.className ?? "")
"""


async def tab_to(page: Page, name: str, *, most: int = 60) -> None:
    """Press Tab until what begins with this name has the focus; it must be visible then."""
    passed = []
    for _ in range(most):
        await page.keyboard.press("Tab")
        found = await page.evaluate(FOCUSED)
        passed.append(found["name"][:40])
        if found["name"].startswith(name):
            assert found["isSeen"], f"{name} has the focus, which cannot be seen"
            return
    raise AssertionError(f"Tab does not lead to {name!r}, but to {passed}")


async def test_a_record_is_created_changed_and_deleted_by_keyboard_alone(
    world_with: Any, browser: Browser
) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        admin, page = await world.user(), shown.page
        await create(admin, name="Initech")
        shown.expects_refusals = True
        await page.goto(shown.address)
        await expect(page.get_by_label("E-mail address")).to_be_focused()
        await page.keyboard.type("administrator@acme.example")
        await page.keyboard.press("Tab")
        await page.keyboard.type(PASSWORD)
        await page.keyboard.press("Enter")
        await shown.row("Initech").wait_for()
        await page.keyboard.press("c")
        await expect(page.get_by_role("textbox", name="Name")).to_be_focused()
        await page.keyboard.type("Globex")
        await page.keyboard.press("Enter")
        await page.get_by_role("heading", name="Globex").wait_for()
        await tab_to(page, "Edit: Phone")
        await page.keyboard.press("Enter")
        await page.keyboard.type("+49 30 1")
        await page.keyboard.press("Enter")
        phone = page.get_by_role("button", name="Edit: Phone")
        await expect(phone).to_contain_text("+49 30 1")
        await expect(phone).to_be_focused()
        await page.keyboard.press("Enter")
        await page.keyboard.type("lost")
        await page.keyboard.press("Escape")
        await expect(phone).to_be_focused()
        await expect(phone).to_contain_text("+49 30 1")
        await page.keyboard.press("Control+k")
        await page.keyboard.type("init")
        await page.get_by_role("dialog").get_by_role("button", name="Initech").first.wait_for()
        await page.keyboard.press("Enter")
        await page.get_by_role("heading", name="Initech").wait_for()
        await tab_to(page, "More")
        await page.keyboard.press("Enter")
        await page.get_by_role("menuitem", name="Delete").wait_for()
        await page.keyboard.press("ArrowUp")
        await expect(page.get_by_role("menuitem", name="Delete")).to_be_focused()
        await page.keyboard.press("Enter")
        dialog = page.get_by_role("dialog")
        await dialog.wait_for()
        await tab_to(page, "Delete")
        await page.keyboard.press("Enter")
        await shown.row("Globex").wait_for()
        await expect(shown.row("Initech")).to_have_count(0)
        assert shown.faults == []


async def test_nothing_moves_for_those_who_do_not_want_it(world_with: Any, browser: Browser) -> None:
    async with (
        world_with(local=True) as world,
        workspace(world, browser, reduced_motion="reduce") as shown,
    ):
        await create(await world.user(), name="Globex")
        await opens(shown)
        await shown.row("Globex").wait_for()
        for act in ("Control+k", "Escape", "?", "Escape"):
            await shown.page.keyboard.press(act)
            assert await shown.page.evaluate(MOVING) == [], act
        for name in ("Filter", "Columns", "More"):
            await shown.page.get_by_role("button", name=name, exact=True).click()
            assert await shown.page.evaluate(MOVING) == [], name
            await shown.page.keyboard.press("Escape")


async def test_paper_has_the_records_and_nothing_to_click(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        record = await create(await world.user(), name="Globex", phone="+49 30 1")
        await opens(shown)
        await shown.row("Globex").wait_for()
        await shown.page.emulate_media(media="print")
        await expect(shown.row("Globex")).to_be_visible()
        for name in ("New", "Filter", "Columns"):
            await expect(shown.page.get_by_role("button", name=name, exact=True)).to_have_count(0)
        await expect(shown.page.get_by_role("navigation")).to_have_count(0)
        await shown.page.goto(f"{shown.address}/o/accounts/{record['id']}")
        await expect(shown.page.get_by_text("+49 30 1")).to_be_visible()
        await expect(shown.page.get_by_role("banner")).to_have_count(0)
        text = await shown.page.pdf()
        assert text.startswith(b"%PDF")

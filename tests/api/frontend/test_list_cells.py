"""Values changed in the list itself, in Chromium: by keyboard and pointer, in a conflict, within rights."""

import re
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, expect

from tests.api.conftest import ON_ONE
from tests.api.frontend.test_in_a_browser import Workspace, create, workspace
from tests.api.frontend.test_lists import button, opens

pytestmark = [ON_ONE, pytest.mark.asyncio(loop_scope="module")]

LIST = "/o/accounts?cols=name,phone,industry,billing_city,created_at&sort=name"
COLUMNS = ["name", "phone", "industry", "billing_city", "created_at"]


def cell(shown: Workspace, row: str, column: str) -> Any:
    return shown.row(row).locator(f"[data-cell='{COLUMNS.index(column)}']")


async def values(admin: httpx.AsyncClient, record: dict[str, Any], *fields: str) -> list[Any]:
    data = (await admin.get(f"/api/v1/data/accounts/{record['id']}")).json()["data"]
    return [data[one] for one in fields]


async def test_a_cell_is_edited_by_keyboard_alone(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        admin = await world.user()
        globex = await create(admin, name="Globex", phone="+49 30 1")
        await create(admin, name="Initech")
        await opens(shown, LIST)
        await shown.row("Initech").wait_for()
        press = shown.page.keyboard.press
        await press("j")
        await expect(cell(shown, "Globex", "name")).to_be_focused()
        await press("ArrowRight")
        await press("Enter")
        phone = shown.page.get_by_label("Phone", exact=True)
        await expect(phone).to_be_focused()
        await shown.accessible()
        await phone.fill("")
        await shown.page.keyboard.type("xjk/c?")  # each of them is a key of the list
        await expect(phone).to_have_value("xjk/c?")
        await expect(shown.page.get_by_role("toolbar")).to_have_count(0)
        await press("Escape")
        await expect(cell(shown, "Globex", "phone")).to_be_focused()
        await expect(cell(shown, "Globex", "phone")).to_have_text("+49 30 1")
        await press("Enter")
        await phone.fill("+49 30 2")
        await press("Enter")
        await expect(phone).to_have_count(0)
        await expect(cell(shown, "Globex", "phone")).to_be_focused()
        await expect(cell(shown, "Globex", "phone")).to_have_text("+49 30 2")
        await press("Enter")
        await phone.fill("+49 30 3")
        await press("Tab")
        await expect(cell(shown, "Globex", "industry")).to_be_focused()
        await press("Enter")
        await shown.page.get_by_role("option", name="Finance").wait_for()
        await shown.page.keyboard.type("Finan")
        await press("ArrowDown")
        await press("Enter")
        await expect(cell(shown, "Globex", "industry")).to_have_text("Finance")
        await expect(cell(shown, "Globex", "industry")).to_be_focused()
        assert await values(admin, globex, "phone", "industry", "version") == ["+49 30 3", "finance", 4]
        await press("End")
        await expect(cell(shown, "Globex", "created_at")).to_be_focused()
        await press("Enter")
        await shown.sees("Created at cannot be changed here")
        await press("Home")
        await press("F2")
        await shown.page.get_by_label("Name", exact=True).fill("Globex AG")
        await press("Enter")
        await expect(cell(shown, "Globex AG", "name")).to_be_focused()
        await press("Enter")
        await shown.page.get_by_role("heading", name="Globex AG").wait_for()
        assert shown.faults == []


async def test_a_double_click_edits_and_a_click_elsewhere_saves(world_with: Any, browser: Browser) -> None:
    async with (
        world_with(local=True) as world,
        workspace(world, browser, color_scheme="dark") as shown,
    ):
        admin = await world.user()
        globex = await create(admin, name="Globex")
        await opens(shown, LIST)
        await cell(shown, "Globex", "billing_city").click()
        await expect(cell(shown, "Globex", "billing_city")).to_be_focused()
        await cell(shown, "Globex", "billing_city").dblclick()
        await shown.page.get_by_label("Billing city", exact=True).fill("Bonn")
        await shown.accessible()
        await shown.page.get_by_role("heading", level=1).click()
        await expect(cell(shown, "Globex", "billing_city")).to_have_text("Bonn")
        assert await values(admin, globex, "billing_city") == ["Bonn"]
        await cell(shown, "Globex", "name").dblclick(position={"x": 200, "y": 15})
        await shown.page.get_by_label("Name", exact=True).fill("")
        await shown.page.keyboard.press("Enter")
        shown.expects_refusals = True
        await expect(shown.page.locator(".cell-editor [class*=error]").first).to_be_visible()
        await shown.accessible()
        await shown.page.keyboard.press("Escape")
        await expect(cell(shown, "Globex", "name")).to_have_text("Globex")
        assert await values(admin, globex, "name") == ["Globex"]


async def test_somebody_else_s_value_is_shown_beside_one_s_own(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        admin = await world.user()
        globex = await create(admin, name="Globex", phone="+49 30 1")
        address = f"/api/v1/data/accounts/{globex['id']}"
        await opens(shown, LIST)
        await shown.row("Globex").wait_for()
        shown.expects_refusals = True
        await admin.patch(address, json={"billing_city": "Bonn"})
        await cell(shown, "Globex", "phone").dblclick()
        phone = shown.page.get_by_label("Phone", exact=True)
        await phone.fill("+49 30 2")
        await shown.page.keyboard.press("Enter")
        await expect(cell(shown, "Globex", "billing_city")).to_have_text("Bonn")
        assert await values(admin, globex, "phone", "billing_city") == ["+49 30 2", "Bonn"]

        await admin.patch(address, json={"phone": "+49 30 44"})
        await shown.page.keyboard.press("Enter")
        await phone.fill("+49 30 5")
        await shown.page.keyboard.press("Enter")
        await shown.sees("Somebody else has changed this record")
        dialog = shown.page.get_by_role("dialog")
        await expect(dialog).to_contain_text("+49 30 44")
        await shown.accessible()
        await shown.page.keyboard.press("Escape")
        await expect(phone).to_have_value("+49 30 5")  # what was typed is not lost
        await shown.sees("Not saved: somebody else has changed this record.")
        assert await values(admin, globex, "phone") == ["+49 30 44"]
        await phone.press("Enter")
        await dialog.get_by_role("button", name="Save").click()
        await expect(phone).to_have_count(0)
        await expect(cell(shown, "Globex", "phone")).to_be_focused()
        assert await values(admin, globex, "phone") == ["+49 30 5"]


async def test_what_is_typed_survives_scrolling_and_is_asked_about_before_leaving(
    world_with: Any, browser: Browser
) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        admin = await world.user()
        records = [{"name": f"Account {one:03}"} for one in range(150)]
        await admin.post("/api/v1/data/accounts/bulk", json={"op": "create", "records": records})
        await opens(shown, LIST)
        await cell(shown, "Account 001", "phone").dblclick()
        phone = shown.page.get_by_label("Phone", exact=True)
        await phone.fill("+49 30 7")
        await shown.page.locator(".table-frame").evaluate("frame => frame.scrollTo(0, 5000)")
        await shown.row("Account 095").wait_for()
        await expect(shown.row("Account 020")).to_have_count(0)
        await expect(phone).to_have_value("+49 30 7")
        await shown.page.keyboard.press("Control+k")
        await shown.page.keyboard.type("Contacts")
        await shown.page.get_by_role("dialog").get_by_text("Contacts").first.wait_for()
        await shown.page.keyboard.press("ArrowDown")
        await shown.page.keyboard.press("Enter")
        await shown.sees("Leave without saving?")
        await button(shown, "Stay here").click()
        await phone.press("Enter")
        await expect(phone).to_have_count(0)
        await expect(cell(shown, "Account 001", "phone")).to_have_text("+49 30 7")
        assert shown.faults == []


async def test_nothing_is_edited_that_the_caller_may_not_change(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        admin = await world.user()
        await create(admin, name="Globex", phone="+49 30 1")
        await opens(shown, LIST, person="viewer")
        await expect(cell(shown, "Globex", "phone")).to_have_attribute("aria-readonly", "true")
        await shown.page.keyboard.press("j")
        await shown.page.keyboard.press("ArrowRight")
        await shown.page.keyboard.press("F2")
        await shown.sees("Phone cannot be changed here")
        await expect(shown.page.get_by_label("Phone", exact=True)).to_have_count(0)
        await shown.page.keyboard.press("Enter")
        await shown.page.get_by_role("heading", name="Globex").wait_for()
        assert shown.faults == []


async def test_enter_presses_the_button_that_has_the_focus(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        await create(await world.user(), name="Globex")
        await opens(shown, LIST)
        await shown.row("Globex").wait_for()
        await shown.page.keyboard.press("j")
        await button(shown, "Columns").focus()
        await shown.page.keyboard.press("Enter")
        await expect(shown.page.get_by_role("checkbox", name="Phone")).to_be_visible()
        await expect(shown.page).to_have_url(re.compile("/o/accounts"))
        assert shown.faults == []

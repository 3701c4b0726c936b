"""Setting up apps, their menus and pages in Chromium: by drag, by keyboard, and what the service refuses."""

from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, expect

from tests.api.conftest import ON_SQLITE
from tests.api.frontend.test_in_a_browser import Workspace, create, workspace

pytestmark = [ON_SQLITE, pytest.mark.asyncio(loop_scope="module")]


async def opens(shown: Workspace, path: str, person: str = "administrator") -> None:
    """Sign in, and go to a page of the settings."""
    await shown.enter(person, f"/setup/{path}")
    await shown.page.get_by_role("heading", level=1).wait_for()


async def saves(shown: Workspace) -> None:
    await shown.page.get_by_role("button", name="Save", exact=True).click()
    await shown.sees("Saved")
    await expect(shown.page.get_by_role("region", name="There are unsaved changes.")).to_have_count(0)


def handle(shown: Workspace, item: str) -> Any:
    return shown.page.get_by_role("button", name=f"Move {item}: drag it, or use the arrow keys")


async def drag(shown: Workspace, item: str, above: str) -> None:
    await handle(shown, item).scroll_into_view_if_needed()
    start, end = await handle(shown, item).bounding_box(), await handle(shown, above).bounding_box()
    mouse = shown.page.mouse
    await mouse.move(start["x"] + 5, start["y"] + 5)
    await mouse.down()
    await mouse.move(end["x"] + 40, end["y"] + 3, steps=5)
    await mouse.up()


async def page(admin: httpx.AsyncClient, app: str, name: str) -> dict[str, Any]:
    return dict((await admin.get(f"/api/v1/apps/{app}/pages/{name}")).json())


async def test_an_app_with_a_page_is_created_and_opened(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        await create(await world.user(), name="Globex")
        await opens(shown, "apps")
        await shown.accessible()
        await shown.page.get_by_role("button", name="New app").click()
        await shown.page.get_by_role("textbox", name="Label").fill("Customer success")
        await expect(shown.page.get_by_role("textbox", name="Name in addresses")).to_have_value(
            "customer_success"
        )
        await shown.page.get_by_role("radio", name="Heart").click()
        await shown.accessible()
        await shown.page.get_by_role("button", name="Create the app").click()
        await shown.page.get_by_role("heading", name="Customer success").wait_for()
        await shown.page.get_by_role("button", name="New page").click()
        await shown.page.get_by_role("dialog").get_by_role("textbox", name="Label").fill("All of them")
        await shown.accessible()
        await shown.page.get_by_role("button", name="Create the page").click()
        await shown.page.get_by_role("heading", name="All of them").wait_for()
        await shown.page.get_by_role("region", name="Preview").get_by_text("Globex").first.wait_for()
        await shown.page.get_by_role("link", name="Open the page").click()
        await shown.row("Globex").wait_for()
        await expect(shown.page).to_have_url(f"{shown.address}/a/customer_success/all_of_them")
        assert shown.faults == []


async def test_apps_are_ordered_by_drag_and_by_keyboard(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        admin = await world.user()
        for label in ("Support", "Billing"):
            await admin.post("/api/v1/apps", json={"name": label.lower(), "label": label})
        await opens(shown, "apps")

        async def order_is(*names: str) -> None:
            await shown.settles()
            stored = (await admin.get("/api/v1/apps")).json()["data"]
            assert [one["name"] for one in stored] == list(names)

        await handle(shown, "Billing").focus()
        await shown.page.keyboard.press("ArrowUp")
        await shown.sees("Billing is now number 2 of 3.")
        await expect(handle(shown, "Billing")).to_be_focused()
        await order_is("sales", "billing", "support")
        await drag(shown, "Support", above="Sales")
        await shown.sees("Support is now number 1 of 3.")
        await order_is("support", "sales", "billing")
        await shown.page.get_by_role("button", name="Move Support down").click()
        await order_is("sales", "support", "billing")
        assert shown.faults == []


async def test_the_menu_of_an_app_is_arranged(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        admin = await world.user()
        await admin.post("/api/v1/apps", json={"name": "desk", "label": "Desk"})
        for label in ("Open", "Closed", "Late"):
            page = {"name": label.lower(), "label": label, "type": "list", "object": "accounts"}
            await admin.post("/api/v1/apps/desk/pages", json=page | {"layout": {"columns": ["name"]}})
        await opens(shown, "apps/desk")
        await shown.page.get_by_role("button", name="Add a group").click()
        await shown.page.get_by_label("Label of the group").fill("Work")
        await drag(shown, "Late", above="Open")
        await handle(shown, "Late").focus()
        await shown.page.keyboard.press("ArrowUp")
        await shown.sees("Late is now number 1 of 1 in Work.")
        await shown.accessible()
        await shown.page.get_by_role("textbox", name="Description").fill("Who waits for what")
        await saves(shown)
        app = (await admin.get("/api/v1/apps/desk")).json()
        assert app["navigation"] == [{"label": "Work", "pages": ["late"]}]
        assert [one["name"] for one in app["pages"]] == ["late", "open", "closed"]
        assert app["description"] == "Who waits for what"
        await shown.page.get_by_role("button", name="Remove the group Work").click()
        await shown.page.get_by_role("link", name="Apps", exact=True).first.click()
        await shown.page.get_by_role("dialog").get_by_role("button", name="Stay here").click()
        await saves(shown)
        assert (await admin.get("/api/v1/apps/desk")).json()["navigation"] == []
        assert shown.faults == []


async def test_a_list_page_is_edited_beside_its_preview(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        admin = await world.user()
        await create(admin, name="Globex", industry="technology", phone="+49 30 1")
        await create(admin, name="Initech", industry="finance")
        await opens(shown, "apps/sales/accounts")
        preview = shown.page.get_by_role("region", name="Preview").first
        await preview.get_by_text("Initech").wait_for()
        await shown.accessible()
        await handle(shown, "Phone").focus()
        for _ in range(3):
            await shown.page.keyboard.press("ArrowUp")
        await expect(preview.get_by_role("columnheader").first).to_have_text("Phone")
        await shown.page.get_by_role("button", name="Remove Owner from Columns").click()
        await shown.page.get_by_role("button", name="Filter", exact=True).click()
        await shown.page.get_by_role("button", name="Add a condition").click()
        await shown.page.get_by_label("Value").fill("glo")
        await expect(preview.get_by_text("Initech")).to_have_count(0)
        await shown.page.keyboard.press("Escape")
        await saves(shown)
        layout = (await page(admin, "sales", "accounts"))["layout"]
        assert layout["columns"][:2] == ["phone", "name"]
        assert "owner" not in layout["columns"]
        assert layout["filter"] == {"name": {"icontains": "glo"}}
        await shown.page.get_by_role("link", name="Open the page").click()
        await shown.row("Globex").wait_for()
        await expect(shown.row("Initech")).to_have_count(0)
        assert shown.faults == []


async def test_a_record_s_page_shows_what_was_arranged(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser, color_scheme="dark") as shown:
        admin = await world.user()
        record = await create(admin, name="Globex", phone="+49 30 1")
        await create(admin, "contacts", last_name="Doe", account=record["id"])
        await opens(shown, "apps/sales/account")
        await shown.accessible()
        await shown.page.get_by_role("button", name="Add a section").click()
        await shown.page.get_by_label("Label", exact=True).locator("visible=true").nth(-1).wait_for()
        await shown.page.get_by_role("combobox", name="Columns of Section").select_option("1")
        await moves_name_to_the_new_section(shown)
        await saves(shown)
        layout = (await page(admin, "sales", "account"))["layout"]
        assert [one["label"] for one in layout["sections"]][-1] == "Section"
        assert layout["sections"][-1] == {"label": "Section", "columns": 1, "fields": ["phone"]}
        assert layout["related"]
        await shown.page.goto(f"{shown.address}/o/accounts/{record['id']}")
        section = shown.page.get_by_role("region", name="Section", exact=True)
        await section.get_by_text("+49 30 1").wait_for()
        await shown.page.get_by_role("tab", name=layout["related"][0]["label"]).wait_for()
        assert shown.faults == []


async def moves_name_to_the_new_section(shown: Workspace) -> None:
    """The phone leaves its section, and is added to the last one."""
    await shown.page.get_by_role("button", name="Remove Phone from Contact").click()
    choice = shown.page.get_by_role("combobox", name="Add a field to Section", exact=True)
    await choice.fill("Phone")
    await shown.page.get_by_role("option", name="Phone", exact=True).click()
    await handle(shown, "Phone").first.wait_for()


async def test_what_the_service_refuses_is_said_at_its_place(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        await opens(shown, "apps/sales/account")
        shown.expects_refusals = True
        await shown.page.get_by_role("button", name="Add a section").click()
        await shown.page.get_by_role("button", name="Save", exact=True).click()
        await shown.sees("Not saved. See what is marked below.")
        await shown.sees("Must be a list of 1 to 200 names.")
        await shown.accessible()
        await shown.page.get_by_role("button", name="Discard").click()
        await expect(shown.page.get_by_text("Must be a list of 1 to 200 names.")).to_have_count(0)
        await shown.page.goto(f"{shown.address}/setup/apps/sales")
        await shown.page.get_by_role("textbox", name="Name in addresses").fill("Not A Name")
        await shown.page.get_by_role("button", name="Save", exact=True).click()
        await expect(shown.page.get_by_role("textbox", name="Name in addresses")).to_have_attribute(
            "aria-invalid", "true"
        )
        assert shown.faults == []


async def test_an_app_is_deleted_once_its_name_was_typed(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        admin = await world.user()
        await admin.post("/api/v1/apps", json={"name": "desk", "label": "Desk"})
        await opens(shown, "apps/desk")
        await shown.page.get_by_role("button", name="More").click()
        await shown.page.get_by_role("menuitem", name="Delete the app").click()
        dialog = shown.page.get_by_role("dialog")
        await expect(dialog.get_by_role("button", name="Delete the app")).to_be_disabled()
        await dialog.get_by_label("Type desk to confirm").fill("desk")
        await shown.accessible()
        await dialog.get_by_role("button", name="Delete the app").click()
        await shown.sees("Desk was deleted.")
        assert [one["name"] for one in (await admin.get("/api/v1/apps")).json()["data"]] == ["sales"]
        assert shown.faults == []


async def test_those_who_do_not_manage_apps_find_no_settings_of_them(
    world_with: Any, browser: Browser
) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        await shown.enter("member", "/setup/apps")
        await shown.sees("This page does not exist")
        assert shown.faults == []

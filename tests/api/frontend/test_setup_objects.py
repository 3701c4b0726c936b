"""Objects, fields and indexes in the workspace's settings, in Chromium."""

import re
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, Locator, expect

from tests.api.conftest import ON_ONE
from tests.api.frontend.test_in_a_browser import Workspace, create, workspace

pytestmark = [ON_ONE, pytest.mark.asyncio(loop_scope="module")]


async def opens(shown: Workspace, path: str, heading: str) -> None:
    await shown.page.goto(f"{shown.address}{path}")
    await shown.page.get_by_role("heading", name=heading, exact=True, level=1).wait_for()


async def enters(shown: Workspace, person: str = "administrator") -> None:
    await shown.enter(person)
    await shown.page.get_by_role("button", name="Your account").wait_for()


def dialog(shown: Workspace, name: str) -> Locator:
    return shown.page.get_by_role("dialog", name=name)


async def confirms(shown: Workspace, title: str, action: str) -> None:
    await dialog(shown, title).get_by_role("button", name=action).click()
    await dialog(shown, title).wait_for(state="hidden")


async def presses(shown: Workspace, name: str) -> None:
    await shown.page.get_by_role("button", name=name, exact=True).click()


async def fields(client: httpx.AsyncClient, object_name: str) -> dict[str, dict[str, Any]]:
    response = await client.get(f"/api/v1/objects/{object_name}")
    assert response.status_code == 200, response.text
    return {one["name"]: one for one in response.json()["data"]["fields"] if not one["system"]}


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_an_object_is_made_with_its_fields(world_with: Any, browser: Browser, scheme: Any) -> None:
    async with world_with(local=True) as world, workspace(world, browser, color_scheme=scheme) as shown:
        admin = await world.user()
        await enters(shown)
        await shown.page.get_by_role("button", name="Your account").click()
        await shown.page.get_by_role("menuitem", name="Settings").click()
        await shown.page.get_by_role("link", name="Accounts").wait_for()
        await shown.accessible()
        await presses(shown, "New object")
        await shown.page.get_by_label("Label").fill("Vehicle")
        await expect(shown.page.get_by_label("Plural")).to_have_value("Vehicles")
        await expect(shown.page.get_by_label("Name for programs")).to_have_value("vehicles")
        await shown.accessible()
        await presses(shown, "Continue")
        await shown.sees("A table for the records is created.")
        await shown.accessible()
        await confirms(shown, "Create Vehicles", "Create the object")
        await shown.page.get_by_role("heading", name="Vehicles", level=1).wait_for()
        await adds_a_choice(shown)
        options = [{"value": "car", "label": "Car"}, {"value": "van", "label": "Van"}]
        assert (await fields(admin, "vehicles"))["kind"]["options"] == options
        await is_renamed_and_dropped(shown)
        assert (await admin.get("/api/v1/objects/trucks")).status_code == 404
        assert shown.faults == []


async def adds_a_choice(shown: Workspace) -> None:
    """Its options are put in order by the keyboard."""
    await shown.page.get_by_role("link", name="Add a field").click()
    await shown.page.get_by_role("heading", name="New field", level=1).wait_for()
    await shown.accessible()
    await shown.page.get_by_role("link", name=re.compile("^Choice")).click()
    await shown.page.get_by_role("textbox", name="Label", exact=True).fill("Kind")
    await presses(shown, "Continue")
    await shown.sees("Add at least one option, at most 500.")
    await presses(shown, "Add an option")
    await shown.page.keyboard.type("Van")
    await shown.page.keyboard.press("Enter")
    await shown.page.keyboard.type("Car")
    up = shown.page.get_by_role("button", name="Move Car up")
    await up.focus()
    await shown.page.keyboard.press("Enter")
    await expect(up).to_be_focused()
    await expect(shown.page.get_by_label("Label of option 1")).to_have_value("Car")
    await shown.accessible()
    await presses(shown, "Continue")
    await shown.sees("A column for the values is added.")
    await confirms(shown, "Add Kind to Vehicles", "Add the field")
    await shown.page.get_by_role("link", name="Kind").wait_for()
    await shown.accessible()


async def is_renamed_and_dropped(shown: Workspace) -> None:
    await shown.page.get_by_role("tab", name="Details").click()
    await shown.page.get_by_label("Name for programs").fill("trucks")
    await shown.accessible()
    await presses(shown, "Save")
    await shown.sees("vehicles is called trucks from now on.")
    await confirms(shown, "Rename vehicles to trucks", "Save")
    await expect(shown.page).to_have_url(re.compile("/setup/objects/trucks"))
    await presses(shown, "Delete this object")
    await shown.sees("The table is deleted with all its records.")
    delete = dialog(shown, "Delete Vehicles").get_by_role("button", name="Delete")
    await expect(delete).to_be_disabled()
    await shown.page.get_by_label("Type trucks to confirm").fill("trucks")
    await shown.accessible()
    await delete.click()
    await shown.page.get_by_role("heading", name="Objects", level=1).wait_for()
    await expect(shown.page.get_by_role("link", name="Vehicles")).to_have_count(0)


async def test_what_would_break_records_is_said_at_the_field(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        admin = await world.user()
        record = await create(admin, name="Globex", phone="+49 30 1")
        await create(admin, name="Initech")
        await enters(shown)
        await opens(shown, "/setup/objects/accounts/fields/phone", "Phone")
        await expect(shown.page.get_by_label("Name for programs")).not_to_be_editable()
        await expect(shown.page.get_by_role("button", name="Delete this field")).to_have_count(0)
        shown.expects_refusals = True
        await shown.page.get_by_label("Required").click(force=True)
        await presses(shown, "Save")
        await shown.sees("Records without a value: 1.")
        await expect(shown.page.get_by_role("alert").get_by_role("link", name="Initech")).to_be_visible()
        await shown.accessible()
        await admin.patch(f"/api/v1/data/accounts/{record['id']}", json={"phone": None})
        await presses(shown, "Discard")
        await expect(shown.page.get_by_role("button", name="Save", exact=True)).to_have_count(0)
        assert shown.faults == []


async def test_somebody_else_s_change_is_shown_and_mine_is_kept(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        admin = await world.user()
        await enters(shown)
        await opens(shown, "/setup/objects/accounts/fields/phone", "Phone")
        await admin.patch(
            "/api/v1/objects/accounts/fields/phone", json={"description": "Of the switchboard."}
        )
        shown.expects_refusals = True
        await shown.page.get_by_role("textbox", name="Label", exact=True).fill("Telephone")
        await presses(shown, "Save")
        await shown.sees("Somebody else has changed this meanwhile")
        await shown.sees("Description: – → Of the switchboard.")
        await shown.accessible()
        await presses(shown, "Keep my changes")
        await presses(shown, "Save")
        await shown.page.get_by_role("heading", name="Telephone", level=1).wait_for()
        phone = (await fields(admin, "accounts"))["phone"]
        assert (phone["label"], phone["description"]) == ("Telephone", "Of the switchboard.")
        await opens(shown, "/setup/objects/accounts?tab=details", "Accounts")
        await admin.patch("/api/v1/objects/accounts", json={"pluralLabel": "Firms"})
        await shown.page.get_by_label("Description", exact=True).fill("Whom we sell to.")
        await presses(shown, "Save")
        await shown.sees("Plural: Accounts → Firms")
        await presses(shown, "Discard mine")
        await expect(shown.page.get_by_label("Description", exact=True)).to_have_value(
            "Companies that one does business with."
        )
        assert shown.faults == []


async def test_options_have_colours_and_are_archived_and_translated(
    world_with: Any, browser: Browser
) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        admin = await world.user()
        await enters(shown)
        await opens(shown, "/setup/objects/accounts/fields/type", "Type")
        first = (await fields(admin, "accounts"))["type"]["options"][0]
        await presses(shown, f"Colour and more of {first['label']}")
        await shown.page.get_by_role("combobox", name="Colour").click()
        await shown.page.get_by_role("option", name="Teal").click()
        await shown.page.get_by_label("Archived").click(force=True)
        await shown.page.get_by_role("dialog").get_by_text("Other languages").click()
        dialog = shown.page.get_by_role("dialog")  # standard options have labels in German
        await dialog.get_by_label("Label, German").fill("Erste")
        await shown.accessible()
        await shown.page.keyboard.press("Escape")
        await presses(shown, "Save")
        await shown.page.get_by_role("button", name="Discard").wait_for(state="hidden")
        kept = (await fields(admin, "accounts"))["type"]["options"][0]
        assert kept == {
            **first,
            "color": "teal",
            "archived": True,
            "translations": {"de": {"label": "Erste"}},
        }
        assert shown.faults == []


async def test_indexes_are_added_in_order_and_dropped(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        admin = await world.user()
        await create(admin, name="Globex")
        await enters(shown)
        await opens(shown, "/setup/objects/accounts?tab=indexes", "Accounts")
        await presses(shown, "Add an index")
        for field in ("Created at", "Industry"):
            await shown.page.get_by_role("combobox", name="Add a field").click()
            await shown.page.get_by_role("option", name=field, exact=True).click()
        await presses(shown, "Created at: ascending")
        await presses(shown, "Move Industry up")
        await shown.accessible()
        await presses(shown, "Continue")
        await shown.sees("An index is built.")
        await shown.accessible()
        await confirms(shown, "Change the indexes", "Save")
        await shown.sees("Industry ↑, Created at ↓")
        found = (await admin.get("/api/v1/objects/accounts")).json()["data"]["indexes"]
        assert ["industry", "-created_at"] in found
        await presses(shown, "Delete: Industry ↑, Created at ↓")
        await confirms(shown, "Delete the index", "Delete the index")
        await expect(shown.page.get_by_text("Industry ↑, Created at ↓")).to_have_count(0)
        assert shown.faults == []


async def test_changes_that_are_not_saved_are_guarded(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        await enters(shown)
        await opens(shown, "/setup/objects/accounts?tab=details", "Accounts")
        await shown.page.get_by_role("textbox", name="Plural", exact=True).fill("Companies")
        await shown.page.get_by_role("link", name="Objects", exact=True).first.click()
        await shown.sees("Leave without saving?")
        await presses(shown, "Stay here")
        await presses(shown, "Save")
        await shown.page.get_by_role("heading", name="Companies", level=1).wait_for()
        await shown.page.get_by_role("link", name="Objects", exact=True).first.click()
        await shown.page.get_by_role("link", name="Companies").wait_for()
        assert shown.faults == []


async def test_others_find_no_settings_of_objects(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        await enters(shown, "viewer")
        await shown.page.goto(f"{shown.address}/setup")
        sections = shown.page.get_by_role("navigation", name="Settings").get_by_role("link")
        await expect(sections).to_have_text([re.compile("Back"), re.compile("keys")])
        for path in ("/setup/objects", "/setup/objects/accounts", "/setup/objects/accounts/fields/phone"):
            await shown.page.goto(f"{shown.address}{path}")
            await shown.sees("This page does not exist")
        assert shown.faults == []

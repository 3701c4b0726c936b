"""What a German user reads in Chromium: the labels that a tenant starts with, and groups of a menu."""

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.api.conftest import ON_SQLITE, PASSWORD
from tests.api.frontend.test_in_a_browser import Workspace, create, workspace
from tests.api.frontend.test_lists import heads

pytestmark = [ON_SQLITE, pytest.mark.asyncio(loop_scope="module")]


async def enters(shown: Workspace) -> None:
    shown.expects_refusals = True
    await shown.page.goto(shown.address)
    await shown.page.get_by_label("E-Mail-Adresse").fill("administrator@acme.example")
    await shown.page.locator("input[type=password]").fill(PASSWORD)
    await shown.page.get_by_role("button", name="Anmelden", exact=True).click()
    await shown.page.get_by_role("button", name="Ihr Konto").wait_for()


async def test_standard_objects_fields_options_and_pages_are_in_german(
    world_with: Any, browser: Browser
) -> None:
    async with world_with(local=True) as world, workspace(world, browser, locale="de-DE") as shown:
        await create(await world.user(), name="Globex", industry="finance", type="customer")
        await enters(shown)
        await shown.row("Globex").wait_for()
        assert (await heads(shown))[:3] == ["Name", "Branche", "Art"]
        await expect(shown.row("Globex")).to_contain_text("Finanzen")
        await expect(shown.row("Globex")).to_contain_text("Kunde")
        menu = shown.page.get_by_role("navigation", name="Apps")
        for text in ("Kunden", "Firmen", "Kontakte", "Verkauf", "Meine offenen Verkaufschancen"):
            await expect(menu.get_by_text(text, exact=True)).to_be_visible()
        await shown.accessible()
        await shown.row("Globex").get_by_role("link", name="Globex").click()
        await shown.page.get_by_role("heading", name="Rechnungsanschrift").wait_for()
        for text in ("Jahresumsatz", "Angelegt am", "Zuständig"):
            await shown.sees(text)
        await expect(shown.page.get_by_role("tab", name="Kontakte")).to_be_visible()
        shown_text = await shown.page.locator("main").inner_text()
        for text in ("Annual revenue", "Created at", "Billing", "Description", "Owner"):
            assert text not in shown_text
        assert shown.faults == []


async def test_a_group_of_the_menu_is_translated_in_the_settings(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        admin = await world.user()
        await shown.enter(path="/setup/apps/sales")
        group = shown.page.locator(".editor-box", has=shown.page.get_by_role("textbox", name="Label").first)
        await group.first.get_by_text("German", exact=False).first.click()
        german = group.first.get_by_role("textbox", name="German")
        await expect(german).to_have_value("Kunden")
        await german.fill("Kundschaft")
        await shown.accessible()
        await shown.page.get_by_role("button", name="Save", exact=True).click()
        await shown.sees("Saved")
        app = (await admin.get("/api/v1/apps/sales")).json()
        assert app["navigation"][0]["translations"] == {"de": {"label": "Kundschaft"}}
        assert app["navigation"][1]["translations"] == {"de": {"label": "Verkauf"}}
        assert shown.faults == []


async def test_sections_and_shared_views_are_translated_where_they_are_edited(
    world_with: Any, browser: Browser
) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        admin = await world.user()
        body = {"object": "accounts", "label": "Big ones", "columns": ["name"], "roles": ["member"]}
        view = (await admin.post("/api/v1/views", json=body)).json()["id"]
        await shown.enter(path="/setup/apps/sales/account")
        section = shown.page.locator(".editor-box").first
        await section.get_by_text("Other languages", exact=False).click()
        german = section.get_by_role("textbox", name="German")
        before = await german.input_value()
        await german.fill(f"{before} 2")
        await shown.accessible()
        await shown.page.get_by_role("button", name="Save", exact=True).click()
        await shown.sees("Saved")
        layout = (await admin.get("/api/v1/apps/sales/pages/account")).json()["layout"]
        assert layout["sections"][0]["translations"]["de"]["label"] == f"{before} 2"
        await shown.page.goto(f"{shown.address}/o/accounts?view={view}")
        await shown.page.get_by_role("button", name="More about this view").click()
        await shown.page.get_by_role("menuitem", name="Rename").click()
        dialog = shown.page.get_by_role("dialog")
        await dialog.get_by_text("Other languages", exact=False).click()
        await dialog.get_by_role("combobox", name="Add a language").fill("German")
        await dialog.get_by_role("option", name="German").click()
        await dialog.get_by_role("textbox", name="German").fill("Die großen")
        await shown.accessible()
        await dialog.get_by_role("button", name="Save").click()
        await dialog.wait_for(state="hidden")
        assert (await admin.get(f"/api/v1/views/{view}")).json()["translations"] == {
            "de": {"label": "Die großen"}
        }
        assert shown.faults == []

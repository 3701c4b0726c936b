"""The tenant's settings, the first run, preferences and the palette, in Chromium."""

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.api.conftest import ON_ONE
from tests.api.frontend.test_in_a_browser import Workspace, create, workspace
from tests.api.frontend.test_setup_apps import opens

pytestmark = [ON_ONE, pytest.mark.asyncio(loop_scope="module")]

PIXEL = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c63606060f80f0001040100"
    "5fe5c34b0000000049454e44ae426082"
)


async def chooses(shown: Workspace, label: str, option: str) -> None:
    await shown.page.get_by_role("combobox", name=label).click()
    await shown.page.get_by_role("option", name=option, exact=True).click()


async def test_the_workspace_begins_with_one_request(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        await create(await world.user(), name="Globex")
        await shown.enter()
        await shown.row("Globex").wait_for()
        asked: list[str] = []
        shown.page.on("request", lambda request: asked.append(request.url.partition("/api/v1")[2]))
        await shown.page.reload()
        await shown.row("Globex").wait_for()
        assert [one for one in asked if one in {"/navigation", "/me", "/tenant", "/auth/me"}] == []
        assert [one.partition("?")[0] for one in asked].count("/workspace") == 1
        assert not any(one.startswith("/views") for one in asked)


async def test_the_tenant_gets_a_name_a_logo_an_accent_and_a_currency(
    world_with: Any, browser: Browser
) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        admin = await world.user()
        await create(
            admin,
            "opportunities",
            name="Big deal",
            amount="1234.50",
            stage="prospecting",
            close_date="2026-12-31",
        )
        await opens(shown, "tenant")
        await shown.accessible()
        await shown.page.get_by_role("textbox", name="Displayed name").fill("Acme & Sons")
        await chooses(shown, "Accent", "Lime")
        await chooses(shown, "Currency", "CHF – Swiss Franc")
        await shown.accessible()
        await shown.page.get_by_role("button", name="Save", exact=True).click()
        await expect(shown.page.get_by_role("banner").get_by_text("Acme & Sons")).to_be_visible()
        async with shown.page.expect_file_chooser() as choosing:
            await shown.page.get_by_role("button", name="Upload a logo").click()
        await (await choosing.value).set_files({"name": "logo.png", "mimeType": "image/png", "buffer": PIXEL})
        await expect(shown.page.get_by_role("img", name="The logo on a light page")).to_be_visible()
        assert (await admin.get("/api/v1/tenant")).json()["logo"] is not None
        await expect(shown.page.locator(".shell-logo")).to_be_visible()
        await shown.accessible()
        await shown.page.emulate_media(color_scheme="dark")
        await shown.accessible()
        await shown.page.goto(f"{shown.address}/o/opportunities")
        await expect(shown.row("Big deal")).to_contain_text("CHF")
        await shown.accessible()
        await shown.page.get_by_role("button", name="Your account").click()
        await shown.page.get_by_role("menuitem", name="Sign out").click()
        await shown.page.get_by_role("heading", name="Sign in to Acme & Sons").wait_for()
        await expect(shown.page.locator(".entry-logo")).to_be_visible()
        await shown.accessible()
        await shown.page.emulate_media(color_scheme="light")
        await shown.accessible()
        assert shown.faults == []


async def test_those_who_may_not_manage_the_tenant_find_no_settings_of_it(
    world_with: Any, browser: Browser
) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        await world.user("viewer")
        await shown.enter("viewer", "/setup/tenant")
        await shown.sees("This page does not exist")


async def test_a_field_that_is_dropped_meanwhile_leaves_the_page_with_a_sentence(
    world_with: Any, browser: Browser
) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        admin = await world.user()
        field = {"name": "region", "label": "Region", "type": "text"}
        assert (await admin.post("/api/v1/objects/accounts/fields", json=field)).status_code == 201
        await create(admin, name="Globex", region="North")
        await shown.enter(path="/o/accounts?cols=name,region")
        await expect(shown.row("Globex")).to_contain_text("North")
        response = await admin.delete("/api/v1/objects/accounts/fields/region", params={"confirm": "region"})
        assert response.status_code == 204, response.text
        await (
            shown.page.get_by_role("searchbox", name="Search Accounts")
            .or_(shown.page.get_by_role("textbox", name="Search Accounts"))
            .fill("glob")
        )
        await shown.sees("Objects, pages or rights were changed meanwhile.")
        await shown.row("Globex").wait_for()
        await expect(shown.page.get_by_text("North")).to_have_count(0)


async def test_values_follow_the_settings_of_the_account(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        await create(await world.user(), name="Globex", annual_revenue="1234567.50")
        await shown.enter()
        await shown.row("Globex").wait_for()
        await shown.page.goto(f"{shown.address}/account")
        await chooses(shown, "Numbers", "1'234.5")
        await chooses(shown, "Dates", "31.12.2026")
        await shown.accessible()
        await shown.page.get_by_role("button", name="Save", exact=True).click()
        await shown.sees("Saved")
        await shown.page.goto(f"{shown.address}/o/accounts")
        await expect(shown.row("Globex")).to_contain_text("1'234'567.50")
        await shown.page.goto(f"{shown.address}/account")
        await chooses(shown, "Language", "Swiss High German")
        await shown.page.get_by_role("button", name="Save", exact=True).click()
        await expect(shown.page.get_by_role("heading", name="Ihr Konto")).to_be_visible()
        assert shown.faults == []


async def test_first_steps_and_sample_records_that_go_again(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        await opens(shown, "../welcome")
        await expect(shown.page.get_by_role("link", name="Go to the users")).to_be_visible()
        await shown.accessible()
        await shown.page.get_by_role("button", name="Load sample records").click()
        await shown.page.get_by_role("button", name="Remove the sample records").click()
        await shown.accessible()
        await shown.page.get_by_role("dialog").get_by_role("button", name="Remove the sample records").click()
        await shown.page.get_by_role("button", name="Load sample records").wait_for()
        await shown.page.emulate_media(color_scheme="dark")
        await shown.accessible()
        assert shown.faults == []


async def test_the_palette_finds_records_of_all_objects_and_those_seen_lately(
    world_with: Any, browser: Browser
) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        record = await create(await world.user(), name="Globex")
        await opens(shown, f"../o/accounts/{record['id']}")
        await shown.page.get_by_role("button", name="Favourite").click()
        await expect(shown.page.get_by_role("button", name="Favourite")).to_have_attribute(
            "aria-pressed", "true"
        )
        await shown.page.goto(f"{shown.address}/welcome")
        await shown.page.get_by_role("heading", name="First steps").wait_for()
        await shown.page.keyboard.press("Control+k")
        await expect(shown.page.get_by_role("dialog").get_by_role("button", name="Globex")).to_have_count(2)
        await shown.page.keyboard.type("glob")
        await shown.page.keyboard.press("Enter")
        await expect(shown.page.get_by_role("heading", name="Globex")).to_be_visible()
        assert shown.faults == []


async def test_what_is_typed_at_once_belongs_to_the_palette_and_enter_waits_for_what_is_found(
    world_with: Any, browser: Browser
) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        await create(await world.user(), name="Cyberdyne")
        await opens(shown, "../o/accounts")
        await shown.row("Cyberdyne").wait_for()
        await shown.page.keyboard.press("Control+k")
        await shown.page.keyboard.type("cyber")  # where "c" alone begins a new record
        await shown.page.keyboard.press("Enter")
        await expect(shown.page.get_by_role("heading", name="Cyberdyne")).to_be_visible()
        assert shown.faults == []

"""What comes between a person and their work: each ends in a sentence and a way on, and no edit is lost."""

import asyncio
import re
from typing import Any

import pytest
from playwright.async_api import Browser, Page, Route, expect

from tests.api.conftest import ON_ONE, PASSWORD, World
from tests.api.frontend.test_in_a_browser import Workspace, create, edits, workspace
from tests.api.server.test_protocol import listening

pytestmark = [ON_ONE, pytest.mark.asyncio(loop_scope="module")]


async def opens_globex(shown: Workspace, world: World) -> str:
    """Sign in, open a new record, and return its address in the API."""
    record = await create(await world.user(), name="Globex", phone="+49 30 1")
    await shown.enter(path=f"/o/accounts/{record['id']}")
    await shown.page.get_by_role("heading", name="Globex").wait_for()
    return f"/api/v1/data/accounts/{record['id']}"


async def saves(page: Page) -> None:
    await page.get_by_role("button", name="Save", exact=True).click()


async def delayed(route: Route) -> None:
    """A record is read after its definitions, though it was asked for before them."""
    if route.request.method == "GET":
        await asyncio.sleep(1.0)
    await route.continue_()


async def phone_of(world: World, address: str) -> str:
    return str((await (await world.user()).get(address)).json()["data"]["phone"])


async def sign_out_everywhere(world: World) -> None:
    """As an administrator would, or the time that passes while a laptop sleeps."""
    admin = await world.user()
    for one in (await admin.get("/api/v1/sessions")).json()["data"]:
        if not one["current"]:
            assert (await admin.delete(f"/api/v1/sessions/{one['id']}")).is_success


async def test_a_session_that_ended_is_begun_again_over_what_was_typed(
    world_with: Any, browser: Browser
) -> None:
    async with world_with(local=True, cache_seconds=0.0) as world, workspace(world, browser) as shown:
        address = await opens_globex(shown, world)
        await edits(shown, "Phone", "+49 30 2")
        await sign_out_everywhere(world)
        await saves(shown.page)
        dialog = shown.page.get_by_role("dialog", name="You have been signed out")
        await expect(dialog.get_by_label("E-mail address")).to_have_value("administrator@acme.example")
        await shown.accessible()
        await dialog.locator("input[type=password]").fill("wrong")
        await dialog.get_by_role("button", name="Sign in", exact=True).click()
        await shown.sees("The e-mail address or the password is wrong.")
        await dialog.locator("input[type=password]").fill(PASSWORD)
        await dialog.get_by_role("button", name="Sign in", exact=True).click()
        await dialog.wait_for(state="hidden")
        await expect(shown.page.get_by_label("Phone", exact=True)).to_have_value("+49 30 2")
        await saves(shown.page)
        await shown.sees("Saved")
        assert await phone_of(world, address) == "+49 30 2"
        assert shown.faults == []


async def test_without_unsaved_work_an_ended_session_leads_to_the_sign_in_and_back(
    world_with: Any, browser: Browser
) -> None:
    async with world_with(local=True, cache_seconds=0.0) as world, workspace(world, browser) as shown:
        await opens_globex(shown, world)
        here = shown.page.url
        other = await shown.page.context.new_page()
        await other.goto(shown.address)
        await other.get_by_role("button", name="Your account").click()
        await other.get_by_role("menuitem", name="Sign out").click()
        await expect(other).to_have_url(re.compile("/login"))
        await shown.page.get_by_role("tab", name="History").click()
        await expect(shown.page).to_have_url(re.compile("/login"))
        await shown.page.get_by_label("E-mail address").fill("administrator@acme.example")
        await shown.page.locator("input[type=password]").fill(PASSWORD)
        await shown.page.get_by_role("button", name="Sign in", exact=True).click()
        await expect(shown.page).to_have_url(here)
        assert shown.faults == []


async def test_two_tabs_that_change_the_same_lose_nothing(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        address = await opens_globex(shown, world)
        other = Workspace(await shown.page.context.new_page(), shown.address)
        await other.page.goto(shown.page.url)
        await edits(shown, "Phone", "+49 30 2")
        await edits(other, "Phone", "+49 30 3")
        await saves(shown.page)
        await shown.sees("Saved")
        other.expects_refusals = True
        await saves(other.page)
        await other.sees("Theirs: +49 30 2")
        await other.page.get_by_role("dialog").get_by_role("button", name="Save").click()
        await other.page.get_by_role("dialog").wait_for(state="hidden")
        assert await phone_of(world, address) == "+49 30 3"
        assert (shown.faults, other.faults) == ([], [])


async def test_a_tenant_that_is_suspended_meanwhile_says_so_and_keeps_the_edit(
    world_with: Any, browser: Browser
) -> None:
    async with world_with(local=True, cache_seconds=0.0) as world, workspace(world, browser) as shown:
        address = await opens_globex(shown, world)
        await edits(shown, "Phone", "+49 30 2")
        tenant = f"/setup/tenants/{await world.tenant_id('acme')}"
        assert (await world.operator().post(f"{tenant}/suspend")).is_success
        await saves(shown.page)
        await shown.sees("This workspace is suspended. Nobody can sign in at present.")
        assert (await world.operator().post(f"{tenant}/resume")).is_success
        await expect(shown.page.get_by_label("Phone", exact=True)).to_have_value("+49 30 2")
        await saves(shown.page)
        await shown.sees("Saved")
        assert await phone_of(world, address) == "+49 30 2"


async def test_a_service_that_restarts_meanwhile_says_so_and_keeps_the_edit(
    world_with: Any, browser: Browser
) -> None:
    async with world_with(local=True) as world:
        async with listening(world) as port:
            page = await browser.new_page(locale="en-GB")
            page.set_default_timeout(30_000)
            shown = Workspace(page, f"http://acme.localhost:{port}")
            address = await opens_globex(shown, world)
            await edits(shown, "Phone", "+49 30 2")
        await saves(page)
        await shown.sees("The service cannot be reached.")
        async with listening(world, port):
            await saves(page)
            await shown.sees("Saved")
            assert await phone_of(world, address) == "+49 30 2"
            await page.close()


async def test_a_field_that_is_dropped_meanwhile_takes_no_other_edit_along(
    world_with: Any, browser: Browser
) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        admin = await world.user()
        for name in ("region", "sector"):
            field = {"name": name, "label": name.title(), "type": "text", "required": False}
            assert (await admin.post("/api/v1/objects/accounts/fields", json=field)).status_code == 201
        address = await opens_globex(shown, world)
        await edits(shown, "Phone", "+49 30 2")
        dropped = await admin.delete("/api/v1/objects/accounts/fields/region", params={"confirm": "region"})
        assert dropped.is_success
        await shown.page.route("**/api/v1/data/accounts/*", delayed)
        await saves(shown.page)
        await shown.sees("Objects, pages or rights were changed meanwhile.")
        await expect(shown.page.get_by_role("button", name="Edit: Phone")).to_contain_text("+49 30 2")
        assert await phone_of(world, address) == "+49 30 2"
        assert shown.faults == []


async def test_a_form_is_saved_without_the_field_that_is_gone(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        admin = await world.user()
        body = {"name": "things", "label": "Thing", "pluralLabel": "Things"}
        fields = [{"name": name, "label": name.title(), "type": "text"} for name in ("name", "region")]
        assert (await admin.post("/api/v1/objects", json={**body, "fields": fields})).status_code == 201
        await shown.enter(path="/o/things/new")
        await shown.page.get_by_label("Name").fill("Lamp")
        await shown.page.get_by_label("Region").fill("North")
        dropped = await admin.delete("/api/v1/objects/things/fields/region", params={"confirm": "region"})
        assert dropped.is_success
        await saves(shown.page)
        await shown.sees("Objects, pages or rights were changed meanwhile.")
        await expect(shown.page.get_by_label("Region")).to_have_count(0)
        await expect(shown.page.get_by_label("Name")).to_have_value("Lamp")
        await saves(shown.page)
        await shown.page.get_by_role("heading", name="Lamp").wait_for()

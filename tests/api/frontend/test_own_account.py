"""What somebody changes of their own account in Chromium: address, factors, favourites."""

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.api.conftest import ON_SQLITE, PASSWORD
from tests.api.frontend.test_in_a_browser import create, workspace

pytestmark = [ON_SQLITE, pytest.mark.asyncio(loop_scope="module")]


async def test_another_address_is_asked_for_and_kept_until_it_is_confirmed(
    world_with: Any, browser: Browser
) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        await shown.enter("member", "/account")
        section = shown.page.get_by_role("region", name="Change the e-mail address")
        await section.get_by_label("New e-mail address").fill("grace@acme.example")
        await section.get_by_label("Current password").fill("wrong")
        await section.get_by_role("button", name="Change the e-mail address").click()
        await expect(section.get_by_label("New e-mail address")).to_have_attribute("aria-invalid", "true")
        await section.get_by_label("Current password").fill(PASSWORD)
        await section.get_by_role("button", name="Change the e-mail address").click()
        await shown.sees("We have sent a link to grace@acme.example.")
        await shown.accessible()
        account = (await (await world.user("member")).get("/api/v1/me")).json()
        assert (account["email"], account["pendingEmail"]) == ("member@acme.example", "grace@acme.example")
        assert shown.faults == []


async def test_favourites_are_marked_put_in_order_and_removed(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        admin = await world.user()
        globex = await create(admin, name="Globex")
        await admin.put(f"/api/v1/me/favourites/accounts/{globex['id']}")
        await shown.enter(path="/a/sales/accounts")
        star = shown.page.get_by_role("button", name="Favourite")
        await star.click()
        await expect(star).to_have_attribute("aria-pressed", "true")
        await shown.page.goto(f"{shown.address}/account")
        rows = shown.page.get_by_role("region", name="Favourites").get_by_role("listitem")
        await expect(rows).to_have_count(2)
        before = (await admin.get("/api/v1/me/favourites")).json()["data"]
        await rows.nth(1).get_by_role("button", name="up").click()
        await expect(rows.first).to_contain_text(before[1]["label"])
        await shown.accessible()
        after = (await admin.get("/api/v1/me/favourites")).json()["data"]
        assert [one["id"] for one in after] == [before[1]["id"], before[0]["id"]]
        await rows.filter(has_text="Globex").get_by_role("button", name="Remove Globex").click()
        await expect(rows).to_have_count(1)
        (left,) = (await admin.get("/api/v1/me/favourites")).json()["data"]
        assert (left["kind"], left["app"], left["page"]) == ("page", "sales", "accounts")
        assert shown.faults == []

"""The pages of hosts without a workspace, in Chromium."""

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from central.database import CENTRAL
from central.tables import TenantStatus
from tests.api.conftest import ON_SQLITE, World
from tests.api.frontend.test_in_a_browser import workspace

pytestmark = [ON_SQLITE, pytest.mark.asyncio(loop_scope="module")]


async def move(world: World, status: TenantStatus, *before: TenantStatus) -> None:
    with CENTRAL.bind(world.platform.central_engine):
        tenant_id = (await world.tenant("acme")).id
        await world.platform.registry.set_status(tenant_id, status, expected=before or (TenantStatus.ACTIVE,))


async def test_an_unknown_host_leads_to_the_front_door(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        shown.expects_refusals = True  # the page itself is 404
        await shown.page.goto(shown.address.replace("acme", "nobody") + "/o/accounts")
        await expect(shown.page.get_by_role("heading")).to_have_text("There is no workspace here")
        await expect(shown.page).to_have_title("There is no workspace here")
        await shown.sees("Nobody has a workspace at nobody.localhost")
        await shown.accessible()
        await shown.page.get_by_role("link", name="Sign in to another workspace").click()
        await expect(shown.page).to_have_url(shown.address.replace("acme.", "") + "/")
        await expect(shown.page.get_by_role("heading")).to_have_text("Sign in")
        await shown.page.goto(shown.address.replace("acme.", "") + "/nothing")
        await shown.sees("This page does not exist")
        await shown.accessible()
        assert shown.faults == []


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_a_suspended_tenant_says_so_on_a_telephone_too(
    world_with: Any, browser: Browser, theme: str
) -> None:
    options = {"color_scheme": theme, "viewport": {"width": 360, "height": 700}, "locale": "de-DE"}
    async with world_with(local=True) as world, workspace(world, browser, **options) as shown:
        await move(world, TenantStatus.SUSPENDED)
        shown.expects_refusals = True
        await shown.page.goto(f"{shown.address}/o/accounts")
        await expect(shown.page.get_by_role("heading")).to_have_text("Dieser Arbeitsbereich ist gesperrt")
        await shown.accessible()
        assert await shown.page.evaluate("document.documentElement.scrollWidth") <= 360
        await move(world, TenantStatus.ACTIVE, TenantStatus.SUSPENDED)
        await shown.page.get_by_role("button", name="Erneut versuchen").press("Enter")
        await expect(shown.page.get_by_label("E-Mail-Adresse")).to_be_visible()
        assert shown.faults == []


async def test_a_tenant_that_is_being_made_opens_by_itself(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        await move(world, TenantStatus.PROVISIONING)
        shown.expects_refusals = True
        await shown.page.goto(shown.address)
        await expect(shown.page.get_by_role("heading")).to_have_text("This workspace is being set up")
        await shown.accessible()
        await move(world, TenantStatus.ACTIVE, TenantStatus.PROVISIONING)
        await expect(shown.page.get_by_label("E-mail address")).to_be_visible()
        others = [one for one in shown.faults if "503" not in one and not one.startswith(shown.address)]
        assert others == []

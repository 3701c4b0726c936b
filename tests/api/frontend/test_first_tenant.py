"""Creating the first tenant in Chromium, by the link of ``freehold serve``."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.api.conftest import ON_SQLITE
from tests.api.frontend.test_in_a_browser import workspace

pytestmark = [ON_SQLITE, pytest.mark.asyncio(loop_scope="module")]


async def test_the_link_leads_to_a_form_and_the_form_into_the_tenant(
    world_with: Any, browser: Browser
) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        for slug in ("acme", "demo"):
            await world.operator().delete(f"/setup/tenants/{await world.tenant_id(slug)}")
        central, page = shown.address.replace("acme.", ""), shown.page
        await page.goto(f"{central}/first")
        await shown.sees("This page needs the link")
        await page.goto(f"{central}/find")
        await page.goto(f"{central}/first#{world.platform.first_tenant_links.create()}")
        await expect(page).to_have_url(f"{central}/first")
        await page.get_by_label("Name of the company or team").fill("Müller & Söhne")
        await expect(page.get_by_role("textbox", name="Address", exact=True)).to_have_value("mueller-soehne")
        await shown.accessible()
        await page.get_by_label("Your name").fill("Ada")
        await page.get_by_label("E-mail address").fill("ada@mueller.example")
        await page.locator("input[type=password]").fill("short")
        shown.expects_refusals = True
        await page.get_by_role("button", name="Create").click()
        await expect(page.locator("[class*=InputWrapper-error]").first).to_be_visible()
        await page.locator("input[type=password]").fill("correct horse battery")
        async with page.expect_request(re.compile("^http://mueller-soehne.localhost:8000/login$")):
            await page.get_by_role("button", name="Create").click()
        tenant = await world.tenant("mueller-soehne")
        assert tenant.name == "Müller & Söhne"

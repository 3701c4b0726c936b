"""Sums of a list in Chromium: groups, measures, and the way to the records of a group."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.api.conftest import ON_ONE
from tests.api.frontend.test_in_a_browser import Workspace, create, workspace
from tests.api.frontend.test_lists import button, opens

pytestmark = [ON_ONE, pytest.mark.asyncio(loop_scope="module")]


async def summarises(shown: Workspace) -> Any:
    await button(shown, "More").click()
    await shown.page.get_by_role("menuitem", name="Summary").click()
    return shown.page.get_by_role("dialog")


async def chooses(shown: Workspace, label: str, option: str) -> None:
    await shown.page.get_by_role("combobox", name=label).click()
    await shown.page.get_by_role("option", name=option, exact=True).click()


async def test_a_list_is_summed_by_groups_which_lead_to_their_records(
    world_with: Any, browser: Browser
) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        admin = await world.user()
        for name, industry, revenue in (
            *(("Globex", "finance", "1000.50"), ("Globo", "finance", "2000")),
            *(("Initech", "technology", "500"), ("Umbrella", None, None), ("Hooli", "energy", "9")),
        ):
            await create(admin, name=name, industry=industry, annual_revenue=revenue)
        await opens(shown, "/o/accounts?filter=name.ne.Hooli")
        dialog = await summarises(shown)
        rows = dialog.get_by_role("row")
        await chooses(shown, "Group by", "Industry")
        await expect(rows).to_have_text(
            ["IndustryNumber of records", "Finance2", "No value1", "Technology1", "All4"]
        )
        await chooses(shown, "Measure", "Sum: Annual revenue")
        await expect(rows.nth(1)).to_have_text("Finance23,000.50")
        await expect(rows.last).to_have_text("All43,500.50")
        await chooses(shown, "Group by", "Owner")
        await expect(rows.nth(1)).to_have_text("Administrator43,500.50")
        await shown.accessible()
        await chooses(shown, "Group by", "Industry")
        await dialog.get_by_role("button", name="Finance").click()
        await expect(shown.page).to_have_url(
            re.compile(r"filter=name\.ne\.Hooli.*industry\.in\.finance"), timeout=30_000
        )
        await expect(shown.page.locator(".table-row")).to_have_count(2)
        assert shown.faults == []

"""A role in the settings of the workspace: groups of conditions in a rule, and somebody else's change."""

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.api.conftest import ON_ONE
from tests.api.frontend.test_in_a_browser import workspace
from tests.api.frontend.test_setup_people import MINE, ROLES, button, confirms, opens, stored
from tests.api.people import made_role, role_id

pytestmark = [ON_ONE, pytest.mark.asyncio(loop_scope="module")]


async def test_a_rule_has_groups_of_conditions(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        empty = {"phone": {"null": True}}
        rule = {"object": "accounts", "action": "read", "filter": {"or": [MINE, empty]}}
        await made_role(world, "sales", "accounts:*", label="Sales", rules=[rule])
        await opens(shown, f"roles/{await role_id(world, 'sales')}?tab=rules", "Sales")
        await button(shown, "and … (group 1)").click()
        group = shown.page.get_by_role("group", name="Group 1")
        await group.get_by_role("combobox", name="Field", exact=True).nth(1).click()
        await shown.page.get_by_role("option", name="Phone", exact=True).click()
        await group.get_by_label("Value").fill("30")
        await shown.accessible()
        await button(shown, "Save").click()
        await shown.sees("(Owner is the current user and Phone contains 30) or Phone is empty")
        await confirms(shown, "Save changes")
        await shown.page.get_by_role("dialog").wait_for(state="hidden")
        both = {"and": [MINE, {"phone": {"icontains": "30"}}]}
        assert (await stored(world, "sales"))["rules"] == [{**rule, "filter": {"or": [both, empty]}}]
        assert shown.faults == []


async def test_a_role_that_somebody_else_changed_is_not_overwritten_unasked(
    world_with: Any, browser: Browser
) -> None:
    async with (
        world_with(local=True) as world,
        workspace(world, browser, color_scheme="dark") as shown,
    ):
        await made_role(world, "sales", "accounts:read", label="Sales")
        admin, path = await world.user(), f"{ROLES}/{await role_id(world, 'sales')}"
        await opens(shown, f"roles/{await role_id(world, 'sales')}?tab=general", "Sales")
        shown.expects_refusals = True
        await shown.page.get_by_label("Description").fill("Mine")
        await admin.patch(path, json={"description": "Theirs", "label": "Sales of all"})
        await button(shown, "Save").click()
        await confirms(shown, "Save changes")
        await shown.sees("Somebody else has changed this role meanwhile.")
        await shown.accessible()
        assert (await stored(world, "sales"))["description"] == "Theirs"
        await button(shown, "Load theirs").click()
        await shown.page.get_by_role("heading", name="Sales of all").wait_for()
        await expect(shown.page.get_by_label("Description")).to_have_value("Theirs")
        await shown.page.get_by_label("Description").fill("Mine")
        await admin.patch(path, json={"label": "Sales"})
        await button(shown, "Save").click()
        await confirms(shown, "Save changes")
        await confirms(shown, "Save mine")
        await shown.page.get_by_role("dialog").wait_for(state="hidden")
        role = await stored(world, "sales")
        assert (role["label"], role["description"]) == ("Sales", "Mine")

"""Users and roles in the settings of the workspace: inviting, roles and their end, rights explained."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Route, expect

from tests.api.conftest import ON_SQLITE, World
from tests.api.frontend.test_in_a_browser import Workspace, create, workspace
from tests.api.people import made_role, made_user, role_id, user_id

pytestmark = [ON_SQLITE, pytest.mark.asyncio(loop_scope="module")]

ROLES, USERS = "/api/v1/roles", "/api/v1/users"
MINE = {"owner": {"eq": "$me"}}


async def opens(shown: Workspace, path: str, heading: str, person: str = "administrator") -> None:
    """Sign in, and open a page of the settings."""
    await shown.enter(person, f"/setup/{path}")
    await shown.page.get_by_role("heading", name=heading, exact=True).wait_for()


def button(shown: Workspace, name: str) -> Locator:
    return shown.page.get_by_role("button", name=name, exact=True)


def field(shown: Workspace, name: str) -> Locator:
    """An input, and not the list of its options, which has the same name."""
    return shown.page.get_by_label(re.compile(f"^{re.escape(name)}")).and_(shown.page.locator("input"))


async def confirms(shown: Workspace, name: str) -> None:
    await shown.page.get_by_role("dialog").get_by_role("button", name=name, exact=True).click()


async def stored(world: World, role: str) -> dict[str, Any]:
    """A role as the service has it."""
    client = await world.user()
    return dict((await client.get(f"{ROLES}/{await role_id(world, role)}")).json())


async def test_several_people_are_invited_at_once(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        await opens(shown, "users", "Users")
        await shown.accessible()
        await button(shown, "Invite").click()
        pasted = "Grace Hopper <grace@new.example>; ada@new.example\nviewer@acme.example"
        await shown.page.get_by_label("E-mail addresses").fill(pasted)
        await shown.page.get_by_label("Member").check()
        await shown.accessible()
        shown.expects_refusals = True
        await confirms(shown, "Invite 3 people")
        links = field(shown, "Link for ")
        await expect(links).to_have_count(2)
        assert "/invite/fhl_" in await links.first.input_value()
        await expect(shown.page.get_by_label("E-mail addresses")).to_have_value("viewer@acme.example")
        await shown.accessible()
        await confirms(shown, "Cancel")
        await shown.page.get_by_label("Search by name or address").fill("new.example")
        await expect(shown.page).to_have_url(re.compile(r"\?q=new.example"))
        await expect(shown.page.get_by_role("row")).to_have_count(3)
        await shown.sees("Grace Hopper")
        await shown.page.get_by_role("link", name="Grace Hopper").click()
        await button(shown, "Send a new invitation").click()
        await expect(links).to_have_count(1)
        assert shown.faults == []


async def test_a_user_is_changed_deactivated_and_deleted(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        await made_user(world, "sally", "viewer")
        sally = await user_id(world, "sally")
        await opens(shown, f"users/{sally}", "sally")
        await shown.accessible()
        await shown.page.get_by_label("Name", exact=True).fill("Sally Ride")
        await shown.page.get_by_label("Member").check()
        await button(shown, "Save").click()
        await shown.page.get_by_role("heading", name="Sally Ride").wait_for()
        await expect(shown.page.get_by_label("Member")).to_be_checked()
        await button(shown, "Send a link to reset the password").click()
        await field(shown, "Link for sally@acme.example").wait_for()
        await (
            button(shown, "Sign out: python-httpx/0.28.1")
            .or_(shown.page.get_by_role("button", name=re.compile("^Sign out: ")))
            .first.click()
        )
        await shown.sees("Nowhere.")
        await button(shown, "Deactivate").click()
        await confirms(shown, "Deactivate")
        await button(shown, "Reactivate").click()
        await button(shown, "Deactivate").wait_for()
        await button(shown, "Delete user").click()
        await shown.page.get_by_label("Type sally@acme.example to confirm").fill("sally@acme.example")
        await shown.accessible()
        await confirms(shown, "Delete user")
        await shown.page.get_by_role("heading", name="Users", exact=True).wait_for()
        await expect(shown.page.get_by_role("link", name="Sally Ride")).to_have_count(0)
        client = await world.user()
        assert (await client.get(f"{USERS}/{sally}")).status_code == 404
        assert shown.faults == []


async def test_the_last_administrator_is_protected(world_with: Any, browser: Browser) -> None:
    async with (
        world_with(local=True) as world,
        workspace(world, browser, color_scheme="dark") as shown,
    ):
        me = await user_id(world, "administrator")
        await opens(shown, f"users/{me}", "Administrator")
        await shown.sees("You cannot deactivate or delete yourself.")
        await expect(button(shown, "Deactivate")).to_have_count(0)
        await shown.page.get_by_label("Administrator", exact=True).uncheck()
        await shown.sees("Nobody else can manage users and roles: this person keeps a role that allows both.")
        await shown.accessible()
        await button(shown, "Save").click()
        await button(shown, "Discard").click()
        await expect(shown.page.get_by_label("Administrator", exact=True)).to_be_checked()
        client = await world.user()
        assert (await client.get(f"{USERS}/{me}")).json()["roles"] == ["administrator"]
        assert shown.faults == []


async def test_a_role_is_made_edited_and_saved_as_one(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        await opens(shown, "roles", "Roles")
        await shown.accessible()
        await button(shown, "New role").click()
        await shown.page.get_by_label("Label").fill("Sales team")
        await shown.accessible()
        await confirms(shown, "Create role")
        await shown.page.get_by_role("heading", name="Sales team").wait_for()
        await sets_permissions(shown)
        await limits_a_field(shown)
        await writes_a_rule(shown)
        await shown.page.get_by_role("tab", name="General").click()
        await shown.page.get_by_label("Second factor required").check()
        await button(shown, "Save").click()
        for text in (
            "Requires a second factor",
            "May with All objects: Read",
            "May with Accounts: Create, Change",
            "May: Manage apps",
            "Accounts, Annual revenue: hidden",
            "Accounts, Change: only records where Owner is the current user",
        ):
            await shown.sees(text)
        await shown.accessible()
        await confirms(shown, "Save changes")
        await shown.page.get_by_role("dialog").wait_for(state="hidden")
        role = await stored(world, "sales_team")
        assert role["permissions"] == ["*:read", "accounts:create", "accounts:update", "apps:manage"]
        assert role["fields"] == [
            {"object": "accounts", "field": "annual_revenue", "read": False, "update": False}
        ]
        assert role["rules"] == [{"object": "accounts", "action": "update", "filter": MINE}]
        assert role["mfaRequired"] is True
        await shown.page.get_by_role("tab", name="Preview").click()
        await shown.sees("Hidden: Annual revenue")
        await shown.accessible()
        assert shown.faults == []


async def sets_permissions(shown: Workspace) -> None:
    """By keyboard: each cell is a checkbox with a name. The row for all objects implies the others."""
    await shown.page.get_by_role("checkbox", name="All objects: Read").focus()
    await shown.page.keyboard.press("Space")
    implied = shown.page.get_by_role("checkbox", name="Accounts: Read, allowed by the row for all objects")
    await expect(implied).to_be_checked()
    await expect(implied).to_be_disabled()
    await shown.page.get_by_role("checkbox", name="Accounts: everything").check()
    await shown.page.get_by_role("checkbox", name="Accounts: Delete").uncheck()
    await shown.page.get_by_role("checkbox", name="Manage apps").check()
    await shown.accessible()


async def limits_a_field(shown: Workspace) -> None:
    await shown.page.get_by_role("tab", name="Fields").click()
    await shown.page.get_by_role("checkbox", name="Annual revenue: Readable").uncheck()
    await expect(shown.page.get_by_role("checkbox", name="Annual revenue: Changeable")).not_to_be_checked()
    await shown.accessible()


async def writes_a_rule(shown: Workspace) -> None:
    await shown.page.get_by_role("tab", name="Records").click()
    group = shown.page.get_by_role("radiogroup", name="Which records of Accounts may be changed?")
    await group.get_by_label("Only records that match these conditions").check()
    await shown.sees("Add a condition, and a value for each; or choose all records.")
    await button(shown, "Add a condition").click()
    await (
        shown.page.get_by_role("textbox", name="Field", exact=True)
        .or_(shown.page.get_by_role("combobox", name="Field", exact=True))
        .first.fill("Owner")
    )
    await shown.page.get_by_role("option", name="Owner", exact=True).click()
    await shown.accessible()


async def test_a_role_is_copied_given_and_deleted(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        rule = {"object": "accounts", "action": "delete", "filter": {"or": [MINE, {"phone": {"null": True}}]}}
        await made_role(world, "sales", "accounts:*", label="Sales", rules=[rule])
        await opens(shown, f"roles/{await role_id(world, 'sales')}", "Sales")
        await button(shown, "More").click()
        await shown.accessible()
        await shown.page.get_by_role("menuitem", name="Copy this role").click()
        await shown.page.get_by_label("Label").fill("Erasers")
        await confirms(shown, "Create role")
        await shown.page.get_by_role("heading", name="Erasers").wait_for()
        copied = await stored(world, "erasers")
        assert (copied["permissions"], copied["rules"]) == (["accounts:*"], [rule])
        await shown.page.get_by_role("tab", name="Records").click()
        mode = shown.page.get_by_role("combobox", name="How conditions go together")
        await expect(mode).to_have_value("One of these is enough")
        await shown.page.get_by_role("tab", name="Members").click()
        await field(shown, "Give this role to").fill("viewer")
        await shown.page.get_by_role("option", name="Viewer").click()
        await button(shown, "Add").click()
        await shown.page.get_by_role("link", name="Viewer").wait_for()
        await button(shown, "More").click()
        await shown.sees("It cannot be deleted while users have it (1).")
        await shown.page.keyboard.press("Escape")
        await button(shown, "Remove Viewer").click()
        await shown.sees("Nobody has this role yet.")
        await button(shown, "More").click()
        await shown.page.get_by_role("menuitem", name="Delete role").click()
        await shown.page.get_by_label("Type erasers to confirm").fill("erasers")
        await confirms(shown, "Delete role")
        await shown.page.get_by_role("heading", name="Roles", exact=True).wait_for()
        await expect(shown.page.get_by_role("link", name="Erasers")).to_have_count(0)
        assert shown.faults == []


async def test_unsaved_changes_of_a_role_are_guarded(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        await opens(shown, f"roles/{await role_id(world, 'viewer')}", "Viewer")
        await shown.page.get_by_role("checkbox", name="Accounts: Delete").check()
        await shown.page.get_by_role("tab", name="Fields").click()
        await shown.page.get_by_role("link", name="Users", exact=True).click()
        await shown.sees("Leave without saving?")
        await confirms(shown, "Stay here")
        await shown.page.get_by_role("tab", name="Permissions").click()
        await expect(shown.page.get_by_role("checkbox", name="Accounts: Delete")).to_be_checked()
        await button(shown, "Discard").click()
        await expect(shown.page.get_by_role("checkbox", name="Accounts: Delete")).not_to_be_checked()
        assert shown.faults == []


async def test_rights_are_explained_in_words(world_with: Any, browser: Browser) -> None:
    async with (
        world_with(local=True) as world,
        workspace(world, browser, color_scheme="dark") as shown,
    ):
        rule = {"object": "accounts", "action": "update", "filter": MINE}
        await made_role(world, "sales", "accounts:read", "accounts:update", label="Sales", rules=[rule])
        await made_user(world, "sally", "sales")
        await create(await world.user(), name="Globex")
        await opens(shown, f"users/{await user_id(world, 'sally')}", "sally")
        await shown.page.get_by_role("link", name="Explain rights").click()
        await field(shown, "Object").click()
        await shown.page.get_by_role("option", name="Accounts").click()
        await shown.sees("A role of the user allows it, and no rule stands against it.")
        await field(shown, "Action").click()
        await shown.page.get_by_role("option", name="Change").click()
        await shown.sees("Allowed with some records")
        await field(shown, "Record (optional)").fill("Glob")
        await shown.page.get_by_role("option", name="Globex").click()
        await shown.sees("The user may read this record, but no rule for this action lets it pass.")
        await shown.sees("Only records where Owner is the current user. This record does not pass.")
        await shown.accessible()
        await shown.page.reload()
        await expect(field(shown, "Record (optional)")).to_have_value("Globex")
        assert shown.faults == []


async def test_who_manages_users_only_is_offered_what_is_theirs(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        await made_role(world, "staffing", "users:manage", "accounts:read", label="Staffing")
        await made_role(world, "readers", "accounts:read", label="Readers")
        await made_user(world, "clerk", "staffing")
        await made_user(world, "reader", "readers")
        await opens(shown, "users", "Users", "clerk")
        await expect(shown.page.get_by_role("link", name="Roles", exact=True)).to_have_count(0)
        await shown.accessible()
        await shown.page.get_by_role("link", name="Administrator").click()
        await shown.sees("The role Administrator allows more than your own roles do.")
        await expect(button(shown, "Send a link to reset the password")).to_have_count(0)
        await expect(button(shown, "Deactivate")).to_have_count(0)
        await expect(shown.page.get_by_label("Readers")).to_be_disabled()
        await shown.accessible()
        await shown.page.get_by_role("link", name="Users", exact=True).first.click()
        await shown.page.get_by_role("link", name="reader").click()
        await expect(shown.page.get_by_label("Administrator")).to_be_disabled()
        await expect(button(shown, "See what reader sees")).to_have_count(0)
        await shown.page.get_by_label("Staffing").check()
        await button(shown, "Save").click()
        await shown.sees("Saved")
        client = await world.user()
        found = (await client.get(f"{USERS}/{await user_id(world, 'reader')}")).json()
        assert found["roles"] == ["readers", "staffing"]
        shown.expects_refusals = True
        await shown.page.goto(f"{shown.address}/setup/roles")
        await shown.sees("This page does not exist")
        assert shown.faults == []


async def test_bars_name_a_new_version_a_lost_connection_and_operators(
    world_with: Any, browser: Browser
) -> None:
    version, operators = ["one"], [{"id": "1", "operator": "Grace", "expiresAt": "2030-01-01T00:00:00Z"}]

    async with world_with(local=True) as world, workspace(world, browser) as shown:
        found = (await (await world.user()).get("/api/v1/workspace")).json()

        async def changed(route: Route) -> None:
            await route.fulfill(json=found | {"frontendVersion": version[0], "operators": operators})

        await shown.page.route("**/api/v1/workspace", changed)
        await shown.enter()
        await shown.sees("Grace of the support has access until")
        await button(shown, "End access").wait_for()
        await shown.accessible()
        await expect(button(shown, "Load it")).to_have_count(0)
        version[0] = "two"
        await shown.page.evaluate("document.dispatchEvent(new Event('visibilitychange', {bubbles: true}))")
        await shown.sees("There is a new version of this workspace.")
        await button(shown, "Later").click()
        await expect(button(shown, "Load it")).to_have_count(0)
        shown.expects_refusals = True
        await shown.page.context.set_offline(offline=True)
        await shown.sees("There is no connection.")
        await shown.page.context.set_offline(offline=False)
        await expect(shown.page.get_by_text("There is no connection.")).to_have_count(0)
        assert shown.faults == []

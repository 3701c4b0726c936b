"""What people of different roles see and are offered in Chromium, on SQLite and MariaDB.

Whatever the pages offer is tried, and nothing of it is refused.
"""

import re
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, Response, expect

from tests.api.conftest import ON_ONE, World
from tests.api.frontend.test_in_a_browser import Workspace, create, edits, workspace
from tests.api.people import made_role, made_user

pytestmark = [ON_ONE, pytest.mark.asyncio(loop_scope="module")]


@dataclass(frozen=True, kw_only=True)
class Case:
    """Somebody, and what the workspace offers to them.

    :ivar sees: names of accounts in the list; all others are not there.
    :ivar changes: of these, those that may be changed.
    :ivar revenue: whether the annual revenue is shown.
    """

    person: str
    sees: tuple[str, ...] = ("Globex", "Initech", "Umbrella")
    changes: tuple[str, ...] = ("Globex", "Initech", "Umbrella")
    creates: bool = True
    deletes: bool = False
    revenue: bool = True
    sets_up: bool = False


CASES = (
    Case(person="viewer", changes=(), creates=False),
    Case(person="member"),
    Case(person="sally", sees=("Globex", "Umbrella"), changes=("Umbrella",), deletes=True, revenue=False),
    Case(person="administrator", deletes=True, sets_up=True),
)


async def prepare(world: World) -> None:
    """Two accounts of the administrator's and one of Sally's, who also reads those of technology."""
    admin = await world.user()
    await create(admin, name="Globex", industry="technology", annual_revenue="4711")
    await create(admin, name="Initech", industry="finance", annual_revenue="4712")
    mine = {"owner": {"eq": "$me"}}
    rules = [{"object": "accounts", "action": action, "filter": mine} for action in ("update", "delete")]
    readable = {"or": [mine, {"industry": {"eq": "technology"}}]}
    await made_role(
        world,
        "sales",
        "accounts:*",
        label="Sales",
        rules=[*rules, {"object": "accounts", "action": "read", "filter": readable}],
        fields=[{"object": "accounts", "field": "annual_revenue", "read": False, "update": False}],
    )
    sally: httpx.AsyncClient = await made_user(world, "sally", "sales")
    await create(sally, name="Umbrella", industry="finance")


def button(shown: Workspace, name: str) -> Any:
    return shown.page.get_by_role("button", name=name, exact=True)


async def offered(locator: Any, *, expected: bool) -> None:
    await expect(locator).to_have_count(1 if expected else 0)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.person)
async def test_each_sees_and_is_offered_what_they_may(world_with: Any, browser: Browser, case: Case) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        await prepare(world)
        await shown.enter(case.person)
        await shown.page.get_by_role("button", name="Your account").wait_for()
        refused: list[str] = []
        shown.page.on("response", lambda response: refused.extend(_refusal(response)))
        await shown.page.goto(f"{shown.address}/o/accounts")
        await has_the_list(shown, case)
        await has_each_record(shown, case)
        if case.creates:
            await creates_and_deletes_one(shown, case)
        await has_the_settings(shown, case)
        assert (refused, shown.faults) == ([], [])


def _refusal(response: Response) -> list[str]:
    return [f"{response.status} {response.url}"] if response.status >= 400 else []


async def has_the_list(shown: Workspace, case: Case) -> None:
    await shown.row(case.sees[0]).wait_for()
    await expect(shown.page.locator(".table-row")).to_have_count(len(case.sees))
    for name in case.sees:
        await expect(shown.row(name)).to_have_count(1)
    await offered(shown.page.get_by_role("button", name="Sort by Annual revenue"), expected=case.revenue)
    await offered(button(shown, "New"), expected=case.creates)
    await shown.page.get_by_label("Select all that are shown").check()
    toolbar = shown.page.get_by_role("toolbar")
    await offered(toolbar.get_by_role("button", name="Set a field"), expected=bool(case.changes))
    await offered(toolbar.get_by_role("button", name="Delete"), expected=case.deletes)
    await shown.page.get_by_label("Select all that are shown").uncheck()
    await button(shown, "More").click()
    await offered(shown.page.get_by_role("menuitem", name="Import"), expected=case.creates)
    await shown.page.keyboard.press("Escape")


async def has_each_record(shown: Workspace, case: Case) -> None:
    """Opens each from the list; what may be changed is changed."""
    for name in case.sees:
        await shown.row(name).get_by_role("link", name=name).click()
        await shown.page.get_by_role("heading", name=name).wait_for()
        await expect(shown.page.locator("dt", has_text="Annual revenue")).to_have_count(
            1 if case.revenue else 0
        )
        await offered(
            shown.page.get_by_text("You may read this record, but not change it."),
            expected=name not in case.changes,
        )
        if name in case.changes:
            await edits(shown, "Phone", "+49 30 7")
            await button(shown, "Save").click()
            await expect(shown.page.get_by_role("button", name="Edit: Phone")).to_contain_text("+49 30 7")
        else:
            await expect(shown.page.get_by_role("button", name=re.compile("^Edit:"))).to_have_count(0)
        await shown.page.go_back()
        await shown.row(name).wait_for()


async def creates_and_deletes_one(shown: Workspace, case: Case) -> None:
    await button(shown, "New").click()
    await shown.page.get_by_role("textbox", name="Name").fill("Hooli")
    await expect(shown.page.get_by_label("Annual revenue")).to_have_count(1 if case.revenue else 0)
    await button(shown, "Save").click()
    await shown.page.get_by_role("heading", name="Hooli").wait_for()
    await button(shown, "More").click()
    delete = shown.page.get_by_role("menuitem", name="Delete")
    await offered(delete, expected=case.deletes)
    if not case.deletes:
        await shown.page.keyboard.press("Escape")
        return
    await delete.click()
    await shown.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
    await shown.row(case.sees[0]).wait_for()
    await expect(shown.row("Hooli")).to_have_count(0)


async def has_the_settings(shown: Workspace, case: Case) -> None:
    """Everybody has keys of their own; only an administrator has the rest."""
    await shown.page.goto(f"{shown.address}/setup")
    sections = shown.page.get_by_role("navigation", name="Settings").get_by_role("link")
    await expect(sections.filter(has_text="API keys")).to_have_count(1)
    await expect(sections.filter(has_text="Users")).to_have_count(1 if case.sets_up else 0)
    await expect(sections.filter(has_text="Roles")).to_have_count(1 if case.sets_up else 0)

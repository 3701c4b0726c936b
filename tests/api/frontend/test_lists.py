"""Lists of records in Chromium: bulk actions, the trash, columns, views, filters, rights of a viewer."""

import re
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, Response, expect

from tests.api.conftest import ON_ONE, PASSWORD
from tests.api.frontend.test_in_a_browser import Workspace, create, workspace

pytestmark = [ON_ONE, pytest.mark.asyncio(loop_scope="module")]


async def accounts(admin: httpx.AsyncClient, number: int, **values: Any) -> list[str]:
    names = [f"Account {one:03}" for one in range(number)]
    records = [{"name": name, **values} for name in names]
    response = await admin.post("/api/v1/data/accounts/bulk", json={"op": "create", "records": records})
    assert response.json()["failed"] == 0, response.text
    return names


async def opens(shown: Workspace, path: str = "/o/accounts", person: str = "administrator") -> None:
    await shown.enter(person, path)
    await shown.page.get_by_role("heading", level=1).wait_for()


def button(shown: Workspace, name: str) -> Any:
    return shown.page.get_by_role("button", name=name, exact=True)


async def heads(shown: Workspace) -> list[str]:
    return list(await shown.page.locator(".table-head .head-button > span:first-child").all_inner_texts())


async def number_of(admin: httpx.AsyncClient, **filters: str) -> int:
    params = {"limit": 1, "count": "exact", **{f"filter[{name}]": value for name, value in filters.items()}}
    return int((await admin.get("/api/v1/data/accounts", params=params)).json()["count"]["value"])


async def test_a_field_is_set_for_all_that_match(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        admin = await world.user()
        await accounts(admin, 130)
        await create(admin, name="Globex")
        await opens(shown, "/o/accounts?q=account")
        await shown.row("Account 001").wait_for()
        await shown.page.get_by_label("Select all that are shown").check()
        await shown.sees("100 selected")
        await button(shown, "Select all 130 that match").click()
        await shown.sees("All that match are selected")
        await button(shown, "Set a field").click()
        dialog = shown.page.get_by_role("dialog")
        await dialog.get_by_role("combobox", name="Field").click()
        await shown.page.get_by_role("option", name="Industry", exact=True).click()
        await dialog.get_by_role("combobox", name="Industry").click()
        await shown.page.get_by_role("option", name="Finance").click()
        await shown.accessible()
        await button(shown, "Change 130 records").click()
        await shown.sees("130 changed")
        assert await number_of(admin, industry="finance") == 130
        await shown.accessible()
        assert shown.faults == []


async def test_deleted_records_come_back_by_undo_and_from_the_trash(
    world_with: Any, browser: Browser
) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        admin = await world.user()
        await accounts(admin, 3)
        await opens(shown)
        await shown.page.get_by_label("Select Account 000").check()
        await shown.page.get_by_label("Select Account 001").check()
        await shown.page.get_by_role("toolbar").get_by_role("button", name="Delete").click()
        await shown.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        await expect(shown.row("Account 000")).to_have_count(0)
        await button(shown, "Undo").click()
        await shown.row("Account 000").wait_for()
        await shown.sees("2 restored")
        await shown.page.get_by_label("Select all that are shown").check()
        await shown.page.get_by_role("toolbar").get_by_role("button", name="Delete").click()
        await shown.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        await shown.sees("There is nothing here yet.")
        await shown.page.goto(f"{shown.address}/o/accounts/trash")
        await shown.page.get_by_role("row").filter(has_text="Account 002").wait_for()
        await shown.accessible()
        await shown.page.get_by_label("Select Account 000").check()
        await shown.page.get_by_role("toolbar").get_by_role("button", name="Restore").click()
        await shown.sees("1 restored")
        await shown.page.get_by_label("Select all that are shown").check()
        await button(shown, "Delete permanently").click()
        await shown.page.get_by_role("dialog").get_by_role("button", name="Delete permanently").click()
        await shown.sees("The trash is empty.")
        assert await number_of(admin) == 1
        assert shown.faults == []


async def test_a_deletion_of_all_that_match_is_undone_and_nothing_else_is_restored(
    world_with: Any, browser: Browser
) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        admin = await world.user()
        await accounts(admin, 120)
        gone = await create(admin, name="Account gone before")
        await admin.delete(f"/api/v1/data/accounts/{gone['id']}")
        await create(admin, name="Globex")
        await opens(shown, "/o/accounts?q=account")
        await shown.row("Account 001").wait_for()
        await shown.page.get_by_label("Select all that are shown").check()
        await button(shown, "Select all 120 that match").click()
        await shown.page.get_by_role("toolbar").get_by_role("button", name="Delete").click()
        await shown.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        await shown.sees("120 deleted")
        assert await number_of(admin) == 1
        await button(shown, "Undo").click()
        await shown.sees("120 restored")
        await shown.row("Account 001").wait_for()
        assert await number_of(admin) == 121
        trash = (await admin.get("/api/v1/data/accounts/trash")).json()["data"]
        assert [one["name"] for one in trash] == ["Account gone before"]
        assert shown.faults == []


async def test_columns_are_moved_pinned_and_sized_by_keyboard_and_pointer_and_kept(
    world_with: Any, browser: Browser
) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        await accounts(await world.user(), 2)
        await opens(shown)
        await shown.row("Account 000").wait_for()
        first, second, third, *_ = await heads(shown)
        await shown.page.get_by_role("button", name=f"Sort by {second}").press("Shift+ArrowRight")
        await shown.sees(f"{second} is now column 3")
        assert (await heads(shown))[:3] == [first, third, second]
        await expect(shown.page.get_by_role("button", name=f"Sort by {second}")).to_be_focused()
        handle = shown.page.get_by_role("separator", name=f"Width of {first}")
        before = int(str(await handle.get_attribute("aria-valuenow")))
        await handle.press("ArrowRight")
        await expect(handle).to_have_attribute("aria-valuenow", str(before + 16))
        source = await shown.page.get_by_role("button", name=f"Sort by {second}").bounding_box()
        target = await shown.page.get_by_role("button", name=f"Sort by {third}").bounding_box()
        assert source is not None
        assert target is not None
        await shown.page.mouse.move(source["x"] + 10, source["y"] + 5)
        await shown.page.mouse.down()
        await shown.page.mouse.move(target["x"] + 10, target["y"] + 5, steps=4)
        await shown.page.mouse.up()
        await expect(shown.page.locator(".table-head [data-column='1']")).to_contain_text(second)
        await button(shown, "Columns").click()
        await button(shown, f"Pin {third}").click()
        await expect(shown.page.locator(".table-head .pinned")).to_have_count(1)

        def keeps_both(response: Response) -> bool:
            return len((response.request.post_data_json or {}).get("value", {}).get("pinned", [])) == 2

        async with shown.page.expect_response(keeps_both):
            await button(shown, f"Pin {first}").click()
        await expect(shown.page.locator(".table-head .pinned")).to_have_count(2)
        await shown.accessible()
        await shown.page.keyboard.press("Escape")
        order = await heads(shown)
        await shown.page.goto(f"{shown.address}/o/accounts")
        await shown.row("Account 000").wait_for()
        assert await heads(shown) == order
        await expect(shown.page.locator(".table-head .pinned")).to_have_count(2)
        await expect(handle).to_have_attribute("aria-valuenow", str(before + 16))
        assert shown.faults == []


async def test_a_view_is_saved_changed_reset_and_opened_by_default(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        admin = await world.user()
        await accounts(admin, 3)
        await create(admin, name="Globex", industry="finance")
        await opens(shown, "/o/accounts?filter=industry.in.finance")
        await shown.row("Globex").wait_for()
        await button(shown, "Save as new view").click()
        await shown.page.get_by_role("textbox", name="Name of the view").fill("Banks")
        await shown.page.get_by_role("dialog").get_by_role("button", name="Save").click()
        tabs = shown.page.get_by_role("navigation", name="Views")
        await expect(tabs.get_by_role("button", name="Banks 1")).to_have_attribute("aria-current", "true")
        await expect(tabs.get_by_role("button", name="All 4")).to_be_visible()
        await shown.page.get_by_role("button", name="Sort by Name").click()
        await expect(tabs.get_by_role("button", name=re.compile("Banks.*changed"))).to_be_visible()
        await shown.accessible()
        await button(shown, "Reset").click()
        await expect(button(shown, "Save changes")).to_have_count(0)
        await button(shown, "More about this view").click()
        async with shown.page.expect_response(lambda response: response.request.method == "PATCH"):
            await shown.page.get_by_role("menuitem", name="Open the list with this view").click()
        await shown.page.goto(f"{shown.address}/o/accounts")
        await shown.row("Globex").wait_for()
        await expect(shown.row("Account 000")).to_have_count(0)
        await tabs.get_by_role("button", name=re.compile("^All")).click()
        await shown.row("Account 000").wait_for()
        await expect(shown.page).to_have_url(f"{shown.address}/o/accounts?view=all")
        assert shown.faults == []


async def test_a_view_is_a_favourite_in_the_palette_until_its_star_is_taken_away(
    world_with: Any, browser: Browser
) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        admin = await world.user()
        await accounts(admin, 2)
        view = {"object": "accounts", "label": "Banks", "filter": {"industry": "finance"}}
        made = await admin.post("/api/v1/views", json={**view, "columns": ["name"], "sort": []})
        await opens(shown)
        star = button(shown, "Favourite")
        await expect(star).to_have_count(0)
        await shown.page.goto(f"{shown.address}/o/accounts?view={made.json()['id']}")
        await expect(star).to_have_attribute("aria-pressed", "false")
        await star.click()
        await expect(star).to_have_attribute("aria-pressed", "true")
        (favourite,) = (await admin.get("/api/v1/me/favourites")).json()["data"]
        assert (favourite["kind"], favourite["item"]) == ("view", made.json()["id"])
        await shown.accessible()
        await shown.page.keyboard.press("Control+k")
        await shown.page.get_by_role("dialog").get_by_text("Banks").first.wait_for()
        await shown.page.keyboard.press("Escape")
        await star.click()
        await expect(star).to_have_attribute("aria-pressed", "false")
        assert (await admin.get("/api/v1/me/favourites")).json()["data"] == []
        assert shown.faults == []


async def test_a_filter_with_alternatives_and_relative_dates_counts_once_it_is_applied(
    world_with: Any, browser: Browser
) -> None:
    async with (
        world_with(local=True) as world,
        workspace(world, browser, color_scheme="dark") as shown,
    ):
        admin = await world.user()
        for name in ("Globex", "Initech", "Umbrella"):
            await create(admin, name=name)
        await opens(shown)
        await shown.row("Initech").wait_for()
        await button(shown, "Filter").click()
        add = button(shown, "Add a condition")
        await add.click()
        await shown.page.get_by_label("Value").fill("glo")
        await button(shown, "or … (group 1)").click()
        await shown.page.get_by_label("Value").nth(1).fill("umb")
        await expect(shown.row("Initech")).to_have_count(1)
        await shown.accessible()
        await button(shown, "Apply").click()
        await expect(shown.row("Initech")).to_have_count(0)
        await shown.row("Umbrella").wait_for()
        await shown.page.goto(f"{shown.address}/o/accounts?filter=created_at.gte.%24tomorrow")
        await shown.sees("Nothing matches this search and filter.")
        await button(shown, "Filter (1)").click()
        day = shown.page.get_by_role("combobox", name="Day")
        await expect(day).to_have_value("tomorrow")
        await day.click()
        await shown.page.get_by_role("option", name="days ago").click()
        await shown.page.get_by_label("How many").fill("3")
        await shown.accessible()
        await shown.page.get_by_label("How many").press("Enter")
        await shown.row("Initech").wait_for()
        await expect(shown.page).to_have_url(re.compile(r"created_at\.gte\.-3d"))
        assert shown.faults == []


async def test_one_of_several_groups_is_enough(world_with: Any, browser: Browser) -> None:
    """(name contains glo and phone contains 30) or name contains umb."""
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        admin = await world.user()
        for name, phone in (("Globex", "+49 30 1"), ("Globo", "+49 40 1"), ("Umbrella", "+49 50 2")):
            await create(admin, name=name, phone=phone)
        await opens(shown)
        await shown.row("Globo").wait_for()
        await button(shown, "Filter").click()
        await button(shown, "Add a condition").click()
        await shown.page.get_by_label("Value").fill("glo")
        await button(shown, "Add a condition").click()
        await shown.page.get_by_label("Value").nth(1).fill("umb")
        await shown.page.get_by_role("combobox", name="How conditions go together").click()
        await shown.page.get_by_role("option", name="One of these is enough").click()
        await button(shown, "and … (group 1)").click()
        group = shown.page.get_by_role("group", name="Group 1")
        await group.get_by_role("combobox", name="Field", exact=True).nth(1).click()
        await shown.page.get_by_role("option", name="Phone", exact=True).click()
        await group.get_by_label("Value").nth(1).fill("30")
        await shown.accessible()
        await button(shown, "Apply").click()
        await expect(shown.row("Globo")).to_have_count(0)
        await shown.row("Globex").wait_for()
        await shown.row("Umbrella").wait_for()
        await expect(shown.page).to_have_url(re.compile("filter=any%7Ename|filter=any~name"))
        await button(shown, "Save as new view").click()
        await shown.page.get_by_role("textbox", name="Name of the view").fill("Two ways")
        await shown.page.get_by_role("dialog").get_by_role("button", name="Save").click()
        tabs = shown.page.get_by_role("navigation", name="Views")
        await tabs.get_by_role("button", name="Two ways 2").wait_for()
        views = (await admin.get("/api/v1/views", params={"object": "accounts"})).json()["data"]
        glo, umb = ({"name": {"icontains": one}} for one in ("glo", "umb"))
        assert views[-1]["filter"] == {"or": [{"and": [glo, {"phone": {"icontains": "30"}}]}, umb]}
        assert shown.faults == []


async def test_a_viewer_selects_but_is_offered_no_changes(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        await accounts(await world.user(), 2)
        await opens(shown, person="viewer")
        await shown.page.get_by_label("Select Account 000").check()
        await shown.sees("1 selected")
        for name in ("Set a field", "Delete"):
            await expect(button(shown, name)).to_have_count(0)
        await shown.accessible()
        assert shown.faults == []


async def test_options_have_colours_and_labels_the_user_s_language(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser, locale="de-DE") as shown:
        admin = await world.user()
        won = {
            "value": "won",
            "label": "Won",
            "color": "green",
            "translations": {"de": {"label": "Gewonnen"}},
        }
        options = [won, {"value": "lost", "label": "Lost", "color": "yellow"}]
        field = {"name": "phase", "label": "Phase of it", "type": "select", "options": options}
        made = await admin.post(
            "/api/v1/objects/accounts/fields",
            json={**field, "translations": {"de": {"label": "Stand"}}},
        )
        assert made.status_code == 201, made.text
        await create(admin, name="Globex", phase="won")
        await create(admin, name="Initech", phase="lost")
        options[1]["archived"] = True
        await admin.patch("/api/v1/objects/accounts/fields/phase", json={"options": options})
        shown.expects_refusals = True
        await shown.page.goto(shown.address)
        await shown.page.get_by_label("E-Mail-Adresse").fill("administrator@acme.example")
        await shown.page.locator("input[type=password]").fill(PASSWORD)
        await shown.page.get_by_role("button", name="Anmelden", exact=True).click()
        await shown.page.get_by_role("button", name="Ihr Konto").wait_for()
        await shown.page.goto(f"{shown.address}/o/accounts?cols=name,phase")
        await expect(shown.row("Globex")).to_contain_text("Gewonnen")
        assert await heads(shown) == ["Name", "Stand"]
        await expect(shown.row("Initech").locator(".option")).to_have_attribute("data-archived", "true")
        await shown.accessible()
        await shown.page.get_by_label("Globex auswählen").check()
        await button(shown, "Feld setzen").click()
        await shown.page.get_by_role("dialog").get_by_role("combobox", name="Feld").click()
        await shown.page.get_by_role("option", name="Stand", exact=True).click()
        await shown.page.get_by_role("dialog").get_by_role("combobox", name="Stand").click()
        await expect(shown.page.get_by_role("option")).to_have_text(["Gewonnen"])
        await shown.accessible()
        assert shown.faults == []

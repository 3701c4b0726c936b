"""What we add to Piccolo Admin's pages, in Chromium: mistakes, dialogs, lists, exports, a quiet console."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.api.admin.chromium import Admin, browsing
from tests.api.conftest import ON_SQLITE, OPERATOR_TOKEN, PASSWORD, World
from tests.api.server.test_protocol import listening

pytestmark = [ON_SQLITE, pytest.mark.asyncio(loop_scope="module")]

TICKETS = {
    "name": "tickets",
    "nameField": "title",
    "fields": [
        {"name": "title", "type": "text", "required": True},
        {"name": "account", "type": "lookup", "target": "accounts"},
        {"name": "at", "type": "datetime"},
        {"name": "price", "type": "decimal"},
        {"name": "mail", "type": "email"},
        {"name": "more", "type": "json"},
    ],
}
LOOKUP = "label:has-text('Account') + .key_search > input[type=text]"


@asynccontextmanager
async def tickets(world_with: Any, browser: Browser, **options: Any) -> AsyncIterator[Admin]:
    """The administrator of acme, signed in, with two accounts and two tickets."""
    async with world_with(local=True) as world, listening(world) as port:
        await made(world)
        async with browsing(browser, f"http://acme.localhost:{port}", **options) as (admin,):
            admin.expects_refusals = True
            await admin.sign_in("administrator@acme.example", PASSWORD)
            await admin.sees("Welcome to")
            yield admin
            assert admin.faults == []


async def made(world: World) -> None:
    client = await world.user()
    assert (await client.post("/api/v1/objects", json=TICKETS)).status_code == 201
    records = [{"name": "Globex"}, {"name": "Initech"}]
    body = {"op": "create", "records": records}
    results = (await client.post("/api/v1/data/accounts/bulk", json=body)).json()["results"]
    records = [
        {"title": "=1+1", "account": results[0]["id"], "at": "2026-03-01T23:30:00Z"},
        {"title": "Without anything"},
    ]
    body = {"op": "create", "records": records}
    assert (await client.post("/api/v1/data/tickets/bulk", json=body)).json()["ok"] == 2


async def test_all_mistakes_of_a_row_s_form_are_reported_at_once_by_their_labels(
    world_with: Any, browser: Browser
) -> None:
    async with tickets(world_with, browser) as admin:
        await admin.go("tickets/add")
        await admin.fill(price="many", mail="nobody", more="{")
        await admin.submit("create_button")
        mistakes = await admin.mistakes()
        assert {line.partition(" ")[0] for line in mistakes} == {"More:", "Title", "Price:", "Mail:"}
        marked = admin.page.locator("[aria-invalid=true]")
        assert sorted([await one.get_attribute("name") or "" for one in await marked.all()]) == [
            *("mail", "more", "price", "title"),
        ]


async def test_a_form_is_empty_after_create(world_with: Any, browser: Browser) -> None:
    async with tickets(world_with, browser) as admin:
        await admin.go("tickets/add")
        await admin.fill(title="Another", price="5")
        await admin.submit("create_button")
        await admin.sees("Successfully added row")
        await expect(admin.page.locator("[name=title]:visible")).to_have_value("")
        await expect(admin.page.locator("[name=price]:visible")).to_have_value("")


async def test_a_page_for_a_new_row_is_that_of_its_table(world_with: Any, browser: Browser) -> None:
    async with tickets(world_with, browser) as admin:
        await admin.go("tickets/add")
        await admin.fill(title="Not saved")
        await admin.go("accounts/add")
        await expect(admin.page.locator("[name=name]:visible")).to_have_value("")
        assert await admin.page.locator("[name=title]").count() == 0


async def test_the_focus_goes_into_a_lookup_s_dialog_and_returns(world_with: Any, browser: Browser) -> None:
    async with tickets(world_with, browser) as admin:
        await admin.go("tickets/add")
        lookup = admin.page.locator(LOOKUP)
        dialog = admin.page.get_by_role("dialog")
        await lookup.click()
        await dialog.wait_for()
        assert await admin.focused() == "Type here to filter"
        await admin.page.keyboard.press("Shift+Tab")  # from the first to the last, which is in the dialog
        await admin.page.keyboard.press("Tab")
        await admin.page.keyboard.press("Escape")
        await dialog.wait_for(state="hidden")
        await expect(lookup).to_be_focused()
        await admin.page.keyboard.press("Enter")
        await dialog.wait_for()
        await admin.page.keyboard.type("init")
        await dialog.get_by_text("Globex").wait_for(state="hidden")
        await dialog.get_by_text("Initech").click()
        await expect(lookup).to_have_value("Initech")
        await expect(lookup).to_be_focused()


async def test_a_list_shows_a_dash_for_null_and_times_of_the_browser(
    world_with: Any, browser: Browser
) -> None:
    async with tickets(world_with, browser, timezone_id="Europe/Berlin") as admin:
        await admin.go("tickets")
        full = admin.page.locator("tr", has_text="=1+1")
        await full.get_by_text("2026-03-02 00:30:00").wait_for()
        await expect(full.get_by_title("2026-03-01 23:30:00 UTC")).to_be_visible()
        empty = admin.page.locator("tr", has_text="Without anything")
        await expect(empty.locator("code").first).to_have_text("–")
        assert "NULL" not in await admin.page.locator(".table_wrapper table").inner_text()


async def test_what_is_typed_as_local_time_is_the_same_moment(world_with: Any, browser: Browser) -> None:
    async with tickets(world_with, browser, timezone_id="Europe/Berlin") as admin:
        await admin.go("tickets")
        await admin.page.click("a:text-is('=1+1')")
        await admin.settles()
        moment = admin.page.locator("input[type=datetime-local]:not([readonly])")
        await expect(moment).to_have_value("2026-03-02T00:30")


async def test_a_list_is_exported_as_the_api_exports_it(world_with: Any, browser: Browser) -> None:
    async with tickets(world_with, browser) as admin:
        await admin.go("tickets?title=thing")
        await admin.sees("Without anything")
        await admin.page.click("[data-uitest=csv_button]")
        await admin.page.click("#column_header a >> nth=0")
        for name in ("id", "at", "price", "mail", "owner", "updated_at"):
            await admin.page.locator(f"#csv_{name}").uncheck()
        async with admin.page.expect_download() as started:
            await admin.page.click("[data-uitest=download_csv_button]")
        download = await started.value
        assert download.suggested_filename == "tickets.csv"
        content = await asyncio.to_thread(Path(await download.path()).read_bytes)
        assert content == b"title,account,account.name\r\nWithout anything,,\r\n"


async def test_a_refused_filter_says_why_and_the_list_stays(world_with: Any, browser: Browser) -> None:
    async with tickets(world_with, browser) as admin:
        await admin.go("tickets")
        await admin.page.click("[data-uitest=filter_button]")
        await admin.page.fill(".filter_wrapper [name=price]", "many")
        await admin.page.click("[data-uitest=submit_filter_button]")
        await admin.sees("Price: must be a decimal number")
        await admin.sees("Without anything")
        await admin.page.click(".filter_wrapper > button")
        await expect(admin.page.locator(".filter_wrapper [name=price]")).to_have_value("")


async def test_a_filter_for_no_lookup_finds_rows_without_one(world_with: Any, browser: Browser) -> None:
    async with tickets(world_with, browser) as admin:
        await admin.go("tickets")
        await admin.sees("=1+1")
        await admin.page.click("[data-uitest=filter_button]")
        await admin.page.locator(f".filter_wrapper {LOOKUP}").click()
        await admin.page.get_by_role("dialog").locator("a:text-is('–')").click()
        await admin.page.click("[data-uitest=submit_filter_button]")
        await admin.page.locator("a:text-is('=1+1')").wait_for(state="detached")
        await admin.sees("Without anything")


async def test_only_what_can_be_changed_is_offered_for_many_rows_and_a_refusal_says_why(
    world_with: Any,
    browser: Browser,
) -> None:
    async with tickets(world_with, browser) as admin:
        await admin.go("tickets")
        await admin.sees("Without anything")
        await admin.page.locator(".table_wrapper thead input").check()
        await admin.page.click("a.button:has-text('Update 2')")
        options = admin.page.locator("select[name=property] option")
        hidden = [await one.get_attribute("value") for one in await options.all() if await is_hidden(one)]
        assert {"version", "created_at", "updated_by"} < set(hidden)
        assert "price" not in hidden
        await admin.page.select_option("select[name=property]", "price")
        await admin.fill(price="many")
        await admin.page.click("#overlay form button:visible")
        await admin.sees("Price: must be a decimal number")
        await admin.fill(price="7")
        await admin.page.click("#overlay form button:visible")
        await admin.sees("Successfully updated rows")
        await admin.page.locator("[id=overlay]:visible").wait_for(state="detached")
        await admin.page.locator(".table_wrapper thead input").check()
        await admin.page.click("a.button:has-text('Delete 2')")
        await admin.sees("Successfully deleted rows")
        await admin.sees("No results found")


async def is_hidden(option: Any) -> bool:
    return bool(await option.evaluate("one => one.hidden"))


async def test_a_row_s_menu_is_whole_in_a_short_table_on_a_telephone(
    world_with: Any, browser: Browser
) -> None:
    async with tickets(world_with, browser, viewport={"width": 390, "height": 700}) as admin:
        await admin.go("tickets?title=anything")
        row = admin.page.locator("tr", has_text="Without anything")
        await row.locator("[data-icon=ellipsis-vertical], [data-icon=ellipsis-v]").click()
        for entry in await row.locator("#drop_down_menu li").all():
            box = await entry.bounding_box()
            assert box is not None
            assert box["x"] >= 0
            assert box["x"] + box["width"] <= 390
            script = "one => one.contains(document.elementFromPoint(%f, %f))"
            at = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            assert await entry.evaluate(script % at), await entry.inner_text()


async def test_the_dark_mode_goes_down_to_the_end_of_a_short_page(world_with: Any, browser: Browser) -> None:
    async with tickets(world_with, browser) as admin:
        await admin.page.click("[data-uitest=nav_dropdown_button]")
        await admin.page.get_by_text("Dark Mode").click()
        await admin.go("change-password")
        await admin.sees("Current password")
        end = "document.querySelector('.dark_mode').getBoundingClientRect().bottom >= innerHeight"
        assert await admin.page.evaluate(end)


async def test_a_password_is_changed_and_mistakes_are_sentences(world_with: Any, browser: Browser) -> None:
    async with tickets(world_with, browser) as admin:
        await admin.page.click("[data-uitest=nav_dropdown_button]")
        await admin.page.get_by_text("MFA Setup").wait_for(state="hidden")
        await admin.page.get_by_role("link", name="Change Password", exact=True).click()
        fields = admin.page.locator("#change_password input[name=password]")
        for current, new, again, expected in (
            (PASSWORD, "another long one", "another", "The new password must be given twice."),
            ("wrong", "another long one", "another long one", "This is not your current password."),
            (PASSWORD, "another long one", "another long one", "Your password is changed."),
        ):
            for position, text in enumerate((current, new, again)):
                await fields.nth(position).fill(text)
            await admin.page.click("#change_password button")
            await admin.sees(expected)


async def test_a_session_that_has_ended_leads_to_signing_in_and_back(
    world_with: Any, browser: Browser
) -> None:
    async with tickets(world_with, browser) as admin:
        await admin.page.context.clear_cookies(name="freehold-admin")
        await admin.go("tickets")
        await admin.sees("Please sign in again.")
        await admin.page.fill("input[name=username]", "administrator@acme.example")
        await admin.page.fill("#login input[type=password]", PASSWORD)
        await admin.page.click("[data-uitest=login_button]")
        await admin.sees("Without anything")


async def test_the_page_that_was_asked_for_comes_after_signing_in(world_with: Any, browser: Browser) -> None:
    async with (
        world_with(local=True) as world,
        listening(world) as port,
        browsing(browser, f"http://localhost:{port}") as (admin,),
    ):
        await admin.go("audit")
        await admin.page.fill("input[name=username]", "operator")
        await admin.page.fill("#login input[type=password]", OPERATOR_TOKEN)
        await admin.page.click("[data-uitest=login_button]")
        await admin.sees("operator.sign-in")
        icon = await admin.page.locator("link[rel=icon]").get_attribute("href")
        response = await admin.page.context.request.get(f"{admin.address}/admin/{icon}")
        assert (response.status, response.headers["content-type"]) == (200, "image/svg+xml")
        await admin.page.click("[data-uitest=nav_dropdown_button]")
        await admin.page.get_by_role("link", name="Change Password", exact=True).wait_for(state="hidden")
        assert admin.faults == []


async def test_a_form_s_success_page_and_what_was_typed_go_when_another_form_is_opened(
    world_with: Any,
    browser: Browser,
) -> None:
    async with (
        world_with(local=True) as world,
        listening(world) as port,
        browsing(browser, f"http://localhost:{port}") as (admin,),
    ):
        admin.expects_refusals = True
        await admin.sign_in("operator", OPERATOR_TOKEN)
        await admin.sees("Welcome to")
        await admin.go("forms/suspend-a-tenant")
        await admin.fill(tenant="acme")
        await admin.submit()
        await admin.sees("acme is suspended.")
        await admin.go("forms/delete-a-tenant")
        await admin.sees("there is no way back")
        assert await admin.page.get_by_text("acme is suspended.").count() == 0
        await admin.fill(tenant="acme")
        await admin.go("forms/resume-a-tenant")
        await admin.sees("It is served again")
        await expect(admin.page.locator("[name=tenant]:visible")).to_have_value("")
        await admin.go("forms/create-a-tenant")
        await admin.fill(name=" ", slug="No spaces", admin_email="nobody")
        await admin.submit()
        labels = {line.partition(":")[0] for line in await admin.mistakes()}
        assert labels == {"Name", "Slug", "Domain", "First administrator's e-mail address"}
        assert admin.faults == []

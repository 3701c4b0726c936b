"""Both admins as people use them, in Chromium: what is drawn, what buttons do, what mistakes look like."""

from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.api.admin.chromium import Admin, browsing
from tests.api.conftest import ON_SQLITE, OPERATOR_TOKEN, PASSWORD, World
from tests.api.server.test_protocol import listening

pytestmark = [ON_SQLITE, pytest.mark.asyncio(loop_scope="module")]


async def test_an_operator_s_day(world_with: Any, browser: Browser) -> None:
    async with (
        world_with(local=True) as world,
        listening(world) as port,
        browsing(browser, f"http://localhost:{port}", f"http://nova.localhost:{port}") as (admin, nova),
    ):
        await admin.page.goto(f"{admin.address}/admin/")
        await admin.page.wait_for_selector("[data-uitest=login_button]")
        await admin.page.wait_for_load_state("networkidle")
        assert admin.faults == []  # nothing is asked for that is refused to who is not signed in
        admin.expects_refusals = nova.expects_refusals = True
        await admin.sign_in("operator", "fho_wrong")
        await admin.sees("The name or the token is wrong.")
        await admin.sign_in("operator", OPERATOR_TOKEN)
        await admin.sees("Welcome to Freehold for operators")
        await looks_at_tenants(admin)
        password = await makes_a_tenant(admin)
        await nova.sign_in("nora@nova.example", password)
        await nova.sees("Welcome to Nova")
        await suspends_it(admin)
        assert (await world.client("nova.localhost").get("/api/v1/tenant")).status_code == 403
        await signs_out(admin)
        assert admin.faults + nova.faults == []


async def looks_at_tenants(admin: Admin) -> None:
    await admin.go("tenants")
    await admin.sees("Acme Corporation")
    await admin.page.get_by_text("Add Row").wait_for(state="hidden")  # rows are not added to the registry
    await admin.picture("operators-tenants")
    await admin.page.click("a:text-is('acme')")
    await admin.settles()
    await admin.sees("Database server")
    await admin.page.wait_for_selector("[data-read-only] [name=slug]")
    await admin.page.locator("[data-uitest=save_button]").wait_for(state="hidden")


async def makes_a_tenant(admin: Admin) -> str:
    """Gives the password that is shown."""
    await admin.go("forms/create-a-tenant")
    await admin.sees("Such as acme.")
    await admin.fill(name="Nova", slug="nova", primary_domain="nova", admin_email="nora@nova.example")
    await admin.picture("operators-create-a-tenant")
    await admin.fill(slug="No spaces")
    await admin.submit()
    await admin.sees("A slug is 1 to 40 characters")
    await admin.fill(slug="nova")
    await admin.submit()
    await admin.sees(f"nova is served at http://nova.{admin.address.removeprefix('http://')}.")
    said = await admin.page.locator("#success_message").inner_text()
    return next(line.removeprefix("Password: ") for line in said.splitlines() if line.startswith("Password"))


async def suspends_it(admin: Admin) -> None:
    await admin.page.click("text=Back to home page")
    await admin.page.get_by_role("link", name="Suspend a tenant").click()
    await admin.sees("Its slug, such as acme.")
    await admin.fill(tenant="nova")
    await admin.submit()
    await admin.sees("nova is suspended.")
    await admin.go("audit")
    await admin.sees("tenant.suspend")


async def signs_out(admin: Admin) -> None:
    await admin.page.click("[data-uitest=nav_dropdown_button]")
    await admin.page.click("[data-uitest=logout_button]")
    await admin.page.wait_for_selector("[data-uitest=login_button]")
    assert (await admin.page.context.request.get(f"{admin.address}/admin/api/links/")).status == 401


async def test_an_administrator_s_day(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, listening(world) as port:
        client = await world.user()
        made = await client.post(
            "/api/v1/data/accounts",
            json={
                "name": "Globex",
                "industry": "technology",
                "type": "customer",
                "employees": 40,
                "website": "https://globex.example",
                "phone": "+31 20 123 4567",
            },
        )
        account = made.json()["data"]["id"]
        async with browsing(browser, f"http://acme.localhost:{port}") as (admin,):
            admin.expects_refusals = True
            await admin.sign_in("member@acme.example", PASSWORD)
            await admin.sees("Your roles do not let you administer anything here.")
            await admin.sign_in("administrator@acme.example", PASSWORD)
            await admin.sees("Welcome to Acme Corporation")
            await edits_an_account(admin, account)
            record = (await client.get(f"/api/v1/data/accounts/{account}")).json()["data"]
            assert (record["employees"], record["industry"], record["version"]) == (42, "finance", 2)
            await adds_a_contact(admin, world)
            await edits_a_user_and_a_role(admin)
            member = (await (await world.user("member")).get("/api/v1/auth/me")).json()
            assert set(member["roles"]) == {"member", "viewer"}
            await invites_somebody(admin)
            await adds_a_field(admin, account)
            await deletes_the_field(admin)
            assert admin.faults == []


async def edits_an_account(admin: Admin, account: str) -> None:
    await admin.go("accounts")
    await admin.sees("Globex")
    await admin.picture("administering-accounts")
    await admin.page.click("a:text-is('Globex')")
    await admin.settles()
    await admin.page.wait_for_selector("[data-read-only] [name=version]", state="attached")
    await admin.fill(name="")
    await admin.submit("save_button")
    await admin.sees("Name is required.")
    await admin.fill(name="Globex", employees="42")
    await admin.page.select_option("[name=industry]", "finance")
    await admin.saves()
    assert account in admin.page.url


async def adds_a_contact(admin: Admin, world: World) -> None:
    """With a lookup that is found by typing a part of its name."""
    await admin.go("contacts/add")
    await admin.page.locator("label:has-text('Account') + .key_search input[type=text]").click()
    await admin.page.get_by_placeholder("Type here to filter").locator("visible=true").fill("GLOB")
    await admin.page.locator("a:text-is('Globex'):visible").click()
    await admin.fill(last_name="Hopper")
    await admin.saves("create_button", "POST")
    found = (await (await world.user()).get("/api/v1/data/contacts?fields=last_name,account.name")).json()
    assert [one["account"]["name"] for one in found["data"]] == ["Globex"]


async def edits_a_user_and_a_role(admin: Admin) -> None:
    await admin.go("users")
    await admin.page.click("a:text-is('member@acme.example')")
    await admin.settles()
    await admin.page.locator("[data-uitest=roles_array_widget] select").first.wait_for()
    await admin.page.click("[data-uitest=roles_array_widget] [data-uitest=add_array_item_button]")
    await admin.page.locator("[data-uitest=roles_array_widget] select").nth(1).select_option("viewer")
    await admin.picture("administering-user")
    await admin.saves()
    await admin.go("roles")
    await admin.page.click("a:text-is('viewer')")
    await admin.settles()
    await expect(admin.page.locator("[name=name]:visible")).to_have_value("viewer")  # it is loaded
    await admin.fill(description="Looks, and touches nothing.")
    await admin.saves()
    await admin.go("roles")
    await admin.sees("Looks, and touches nothing.")


async def invites_somebody(admin: Admin) -> None:
    """With a role that is ticked; and does not get rid of the last administrator."""
    await admin.go("forms/invite-a-user")
    await admin.sees("Leave it empty to get a one-time link.")
    await admin.fill(email="grace@acme.example", name="Grace Hopper")
    await admin.page.get_by_label("Manager").check()
    await admin.submit()
    await admin.sees("grace@acme.example is invited.")
    await admin.sees("/invite/fhl_")
    await admin.go("users")
    row = admin.page.locator("tr", has_text="grace@acme.example")
    await row.get_by_text("Manager").wait_for()
    last = admin.page.locator("tr", has_text="administrator@acme.example")
    await last.locator("[data-icon=ellipsis-vertical], [data-icon=ellipsis-v]").click()
    async with admin.page.expect_response(lambda answer: answer.request.method == "DELETE"):
        await last.locator("[data-uitest=delete_row_button]").click()
    await admin.sees("Nobody would be left")


async def deletes_the_field(admin: Admin) -> None:
    await admin.go("forms/delete-a-field")
    await admin.page.select_option("select[data-for=object]", "accounts")
    await admin.fill(field="stage", confirm="stag")
    await admin.submit()
    await admin.sees("Nothing was deleted")
    await admin.fill(confirm="stage")
    await admin.submit()
    await admin.sees("accounts has no field stage any more.")


async def adds_a_field(admin: Admin, account: str) -> None:
    await admin.go("fields/add")
    await admin.page.locator("label:has-text('Object') + .key_search input[type=text]").click()
    await admin.page.locator("a:text-is('accounts'):visible").click()
    await admin.fill(name="stage", label="Stage")
    await admin.page.select_option("[name=type]", "select")
    for position, option in enumerate(("open", "won = Won for good")):
        await admin.page.click("[data-uitest=options_array_widget] [data-uitest=add_array_item_button]")
        await admin.page.locator("[data-uitest=options_array_widget] input").nth(position).fill(option)
        await admin.page.locator("[data-uitest=options_array_widget] input").nth(position).blur()
    await admin.picture("administering-field")
    await admin.saves("create_button", "POST")
    await admin.go(f"accounts/{account}")
    await admin.page.select_option("[name=stage]", "won")
    await admin.saves()
    await admin.go("accounts")
    await admin.page.reload()
    await admin.sees("Globex")

"""Signing in, keys, sessions and the audit trail in the settings, in Chromium."""

import re
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.api.conftest import ON_SQLITE, PASSWORD
from tests.api.frontend.test_in_a_browser import create, workspace
from tests.api.frontend.test_setup_apps import opens

pytestmark = [ON_SQLITE, pytest.mark.asyncio(loop_scope="module")]

FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


async def test_a_key_is_shown_once_and_revoked(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        await opens(shown, "keys")
        await shown.sees("There are no keys yet.")
        await shown.page.get_by_role("button", name="New key").click()
        await shown.page.get_by_role("textbox", name="Name").fill("Nightly import")
        await shown.accessible()
        await shown.page.get_by_role("button", name="Create the key").click()
        token = await shown.page.get_by_test_id("token").inner_text()
        await shown.accessible()
        assert (await world.client(token=token).get("/api/v1/auth/me")).status_code == 200
        await shown.page.get_by_role("button", name="I have kept it").click()
        await shown.sees("never used")
        await expect(shown.page.get_by_text(token)).to_have_count(0)
        await shown.page.get_by_role("button", name="Revoke: Nightly import").click()
        await shown.page.get_by_role("dialog").get_by_role("button", name="Revoke").click()
        await shown.sees("The key was revoked.")
        assert (await world.client(token=token).get("/api/v1/auth/me")).status_code == 401
        await shown.accessible()
        assert shown.faults == []


async def test_a_member_has_keys_and_no_other_settings(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser, color_scheme="dark") as shown:
        await opens(shown, "keys", "member")
        await shown.sees("There are no keys yet.")
        await expect(shown.page.get_by_text("Everybody's")).to_have_count(0)
        await shown.accessible()
        for path in ("sign-in", "sessions", "audit"):
            await shown.page.goto(f"{shown.address}/setup/{path}")
            await shown.sees("This page does not exist")
        assert shown.faults == []


async def test_those_who_are_in_are_seen_and_signed_out(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True, cache_seconds=0.0) as world, workspace(world, browser) as shown:
        body = {"email": "member@acme.example", "password": PASSWORD}
        device = world.client(headers={"user-agent": FIREFOX})
        signed_in = await device.post("/api/v1/auth/login", json=body)
        member = world.client(token=signed_in.json()["accessToken"])
        await opens(shown, "sessions")
        await shown.sees("Firefox on Windows")
        await shown.accessible()
        await shown.page.get_by_role("searchbox").fill("member@")
        await expect(shown.page.get_by_text("This browser")).to_have_count(0)
        await shown.page.get_by_role("button", name="Sign out: Firefox on Windows").click()
        await shown.sees("Nobody of that name is signed in.")
        assert (await member.get("/api/v1/auth/me")).status_code == 401
        assert shown.faults == []


async def test_the_address_has_the_filter_of_the_audit_trail(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        admin = await world.user()
        for number in range(60):
            await admin.post("/api/v1/roles", json={"name": f"role_{number}", "label": f"Role {number}"})
        await opens(shown, "audit")
        events = shown.page.get_by_role("list", name="Audit trail").get_by_role("listitem")
        await shown.sees("role_59")
        await shown.accessible()
        await shown.page.get_by_label("What").select_option("role.*")
        await expect(shown.page).to_have_url(re.compile(r"action=role\.\*"))
        await expect(events).to_have_count(50)  # the first page, and all of it drawn
        await shown.page.mouse.move(600, 400)
        await shown.page.mouse.wheel(0, 20_000)
        await expect(events).to_have_count(60)
        await shown.page.reload()
        await shown.sees("role_59")
        await shown.page.get_by_role("button", name="role_59").click()
        await expect(events).to_have_count(1)
        await shown.page.get_by_text("Details").click()
        await shown.sees("permissions")
        await shown.accessible()
        await shown.page.get_by_role("button", name="Clear all").click()
        await expect(shown.page).to_have_url(f"{shown.address}/setup/audit")
        assert shown.faults == []


async def test_how_people_sign_in_is_changed(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        admin = await world.user()
        await opens(shown, "sign-in")
        passwords = shown.page.get_by_role("switch", name="Users may sign in with passwords")
        await expect(passwords).to_be_disabled()
        await shown.sees("They can be switched off once an active provider")
        await shown.accessible()
        await shown.page.get_by_role("switch", name="Viewer").click()
        await shown.sees("Saved")
        await shown.page.get_by_role("radio", name="Never").click()
        await shown.settles()
        shown.expects_refusals = True
        await shown.page.get_by_role("textbox", name="Pages of other hosts").fill(
            "https://app.example.com\nnonsense"
        )
        await shown.page.get_by_role("button", name="Save", exact=True).click()
        await shown.page.get_by_text(re.compile("^nonsense ")).wait_for()
        await shown.page.get_by_role("textbox", name="Pages of other hosts").fill("https://app.example.com")
        await shown.page.get_by_role("button", name="Save", exact=True).click()
        await expect(shown.page.get_by_role("button", name="Save", exact=True)).to_have_count(0)
        settings = (await admin.get("/api/v1/sign-in-settings")).json()
        assert settings["supportAccess"] == "never"
        assert settings["allowedOrigins"] == ["https://app.example.com"]
        roles = {one["name"]: one for one in (await admin.get("/api/v1/roles")).json()["data"]}
        assert [name for name, one in roles.items() if one["mfaRequired"]] == ["viewer"]
        assert shown.faults == []


async def test_a_provider_is_added_tested_and_deleted(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser, color_scheme="dark") as shown:
        admin = await world.user()
        await opens(shown, "sign-in/new")
        await shown.page.get_by_role("textbox", name="Label").fill("Company account")
        await shown.page.get_by_role("textbox", name="Issuer").fill("http://nowhere.example")
        await shown.page.get_by_role("textbox", name="Client ID").fill("freehold")
        await shown.page.get_by_label("Client secret").first.fill("hush-hush")
        await shown.page.get_by_role("button", name="Add a rule").click()
        shown.expects_refusals = True
        await shown.page.get_by_role("button", name="Save", exact=True).click()
        await shown.sees("A rule has a claim, a value, and at least one role.")
        await expect(shown.page.get_by_role("textbox", name="Issuer")).to_have_attribute(
            "aria-invalid", "true"
        )
        await shown.accessible()
        await shown.page.get_by_role("button", name="Remove rule 1").click()
        await shown.page.get_by_role("textbox", name="Issuer").fill("https://127.0.0.1:1")
        await shown.page.get_by_role("button", name="Save", exact=True).click()
        await shown.sees("A secret is stored and never shown.")
        await expect(shown.page.get_by_text("hush-hush")).to_have_count(0)
        await shown.page.get_by_role("button", name="Test the provider").click()
        await shown.sees("The provider cannot be used yet.")
        await shown.accessible()
        await shown.page.get_by_role("button", name="Delete").click()
        await shown.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        await shown.page.get_by_role("heading", name="Providers").wait_for()
        assert (await admin.get("/api/v1/identity-providers")).json()["data"] == []
        assert shown.faults == []


async def test_support_access_is_granted_and_ended(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        operator, tenant = world.operator(), await world.tenant_id("acme")
        body = {"reason": "Ticket 4711: totals of the quarter are missing", "minutes": 30}
        asked = (await operator.post(f"/setup/tenants/{tenant}/support", json=body)).json()
        await opens(shown, "sign-in")
        await shown.sees("Ticket 4711")
        await shown.page.get_by_role("button", name="Let them in").click()
        await shown.accessible()
        await shown.page.get_by_role("dialog").get_by_role("button", name="Let them in").click()
        await shown.sees("May be in now")
        await shown.page.get_by_role("button", name="End it now").click()
        await shown.sees("Support access has ended.")
        listed = (await operator.get(f"/setup/tenants/{tenant}/support")).json()["data"]
        assert [(one["id"], one["state"]) for one in listed] == [(asked["id"], "ended")]
        assert shown.faults == []


async def test_the_audit_trail_is_exported_as_it_is_filtered(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        await (await world.user()).post("/api/v1/roles", json={"name": "clerks", "label": "Clerks"})
        await opens(shown, "audit?action=role.*")
        await shown.sees("clerks")
        async with shown.page.expect_download() as download:
            await shown.page.get_by_role("link", name="Export").click()
        text = (await (await download.value).path()).read_text()
        assert "role.create" in text
        assert "sign-in" not in text
        await shown.accessible()
        assert shown.faults == []


async def test_the_secret_of_a_provider_is_removed(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        admin = await world.user()
        body = {"name": "company", "issuer": "https://login.example.com", "clientId": "freehold"}
        made = await admin.post("/api/v1/identity-providers", json={**body, "clientSecret": "s3cret"})
        assert made.status_code == 201, made.text
        await opens(shown, f"sign-in/{made.json()['id']}")
        await shown.page.get_by_role("button", name="Remove the stored secret").click()
        await shown.sees("The stored secret is removed when you save.")
        await shown.accessible()
        await shown.page.get_by_role("button", name="Save", exact=True).click()
        await shown.sees("Saved")
        await expect(shown.page.get_by_role("button", name="Remove the stored secret")).to_have_count(0)
        (stored,) = (await admin.get("/api/v1/identity-providers")).json()["data"]
        assert stored["hasClientSecret"] is False
        assert shown.faults == []


async def test_an_operator_with_support_access_is_offered_nothing_that_is_refused(
    world_with: Any, browser: Browser
) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        admin, operator = await world.user(), world.operator()
        await create(admin, name="Globex")
        path = f"/setup/tenants/{await world.tenant_id('acme')}/support"
        asked = (await operator.post(path, json={"reason": "Ticket 4711: totals", "minutes": 30})).json()
        granted = await admin.post(f"/api/v1/support/{asked['id']}/grant")
        assert granted.is_success, granted.text
        ticket = (await operator.post(f"{path}/{asked['id']}/ticket")).json()["ticketUrl"].partition("#")[2]
        shown.expects_refusals = True
        await shown.page.goto(f"{shown.address}/login#{ticket}")
        await shown.row("Globex").wait_for()
        await shown.page.get_by_role("button", name="More", exact=True).click()
        await shown.page.get_by_role("menuitem", name="Export").wait_for()
        await expect(shown.page.get_by_role("menuitem", name="Import")).to_have_count(0)
        await shown.page.keyboard.press("Escape")
        await shown.page.goto(f"{shown.address}/setup/objects")
        menu = shown.page.get_by_role("navigation", name="Settings")
        await menu.get_by_role("link", name="Roles").wait_for()
        for name in ("Users", "Sign-in", "Sessions", "API keys"):
            await expect(menu.get_by_role("link", name=name, exact=True)).to_have_count(0)
        await menu.get_by_role("link", name="Roles").click()
        await shown.page.get_by_role("link", name="Member").click()
        await shown.sees("With support access you may look at roles, but not change them.")
        await expect(shown.page.get_by_role("button", name="More", exact=True)).to_have_count(0)
        await expect(shown.page.get_by_role("checkbox").first).to_be_disabled()
        await shown.page.get_by_role("tab", name="Preview").click()
        await shown.accessible()
        await shown.page.goto(f"{shown.address}/setup/users")
        await shown.sees("This page does not exist")

"""The workspace as people use it, in Chromium: signing in, lists, records, conflicts, rights."""

import re
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.async_api import Browser, expect
from pyotp import TOTP

from central.database import CENTRAL
from tenant_schema.users.tables import User
from tests.api.admin.chromium import Admin
from tests.api.conftest import ON_ONE, PASSWORD, World
from tests.api.server.test_protocol import listening

pytestmark = [ON_ONE, pytest.mark.asyncio(loop_scope="module")]

AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
AXE_OPTIONS = {"runOnly": AXE_RULES, "resultTypes": ["violations"]}
STILL = """
Promise.allSettled(document.getAnimations().filter(one => one.effect.getTiming().iterations !== Infinity)
    .map(one => one.finished))
"""
OPAQUE = """
() => [...document.querySelectorAll("[role=dialog], [role=alert], [class*=Notification], [style*=opacity]")]
    .every(one => getComputedStyle(one).opacity === "1")
"""
AXE = Path(__file__).parents[3] / "frontend/node_modules/axe-core/axe.min.js"


@cache
def _axe() -> str:
    return AXE.read_text()


class Workspace(Admin):
    """The workspace of one tenant in a browser window."""

    async def enter(self, person: str = "administrator", path: str = "/") -> None:
        """Open a page as somebody who is signed in, with the session that the form would begin."""
        self.expects_refusals = True
        host = self.address.removeprefix("http://")
        headers = {"Host": host, "Origin": self.address}
        body = {"email": f"{person}@acme.example", "password": PASSWORD}
        async with httpx.AsyncClient(headers=headers) as client:
            address = f"http://127.0.0.1:{host.rpartition(':')[2]}/api/v1/auth/session"
            response = await client.post(address, json=body)
        assert response.status_code == 200, response.text
        for header in response.headers.get_list("set-cookie"):
            ((name, cookie),) = SimpleCookie(header).items()
            kept: Any = {"name": name, "value": cookie.value, "url": self.address, "httpOnly": True}
            await self.page.context.add_cookies([kept])
        await self.page.goto(f"{self.address}{path}")

    async def sign_in_as(self, person: str = "administrator") -> None:
        """By the form, after opening the first page."""
        self.expects_refusals = True  # the first request of somebody who is not signed in
        await self.page.goto(self.address)
        await self.page.get_by_label("E-mail address").fill(f"{person}@acme.example")
        await self.page.locator("input[type=password]").fill(PASSWORD)
        await self.page.get_by_role("button", name="Sign in", exact=True).click()

    def row(self, text: str) -> Any:
        return self.page.locator(".table-row", has_text=text)

    async def accessible(self) -> None:
        """Report what axe finds on the page as it is."""
        if AXE.exists():
            await self.settles()
            await self.page.evaluate(STILL)
            await self.page.wait_for_function(OPAQUE)
            if await self.page.evaluate("typeof axe === 'undefined'"):
                await self.page.evaluate(_axe())
            found = await self.page.evaluate("options => axe.run(document, options)", AXE_OPTIONS)
            self.faults += [
                f"{one['id']}: {one['nodes'][0]['html'][:120]} {one['nodes'][0]['failureSummary'][:160]}"
                for one in found["violations"]
            ]


@asynccontextmanager
async def workspace(world: World, browser: Browser, **options: Any) -> AsyncIterator[Workspace]:
    async with listening(world) as port:
        usual = {"viewport": {"width": 1200, "height": 700}, "locale": "en-GB"}
        context = await browser.new_context(**{**usual, **options})
        context.set_default_timeout(30_000)
        try:
            yield Workspace(await context.new_page(), f"http://acme.localhost:{port}")
        finally:
            await context.close()


async def create(client: httpx.AsyncClient, object_name: str = "accounts", **values: Any) -> dict[str, Any]:
    response = await client.post(f"/api/v1/data/{object_name}", json=values)
    assert response.status_code == 201, response.text
    return dict(response.json()["data"])


async def add(world: World, slug: str, email: str) -> None:
    """A user without roles in the tenant, and in the directory."""
    platform, tenant = world.platform, await world.tenant(slug)
    with CENTRAL.bind(platform.central_engine):
        async with platform.tenancy.use(tenant):
            await User.insert(User(email=email, password_hash=await platform.passwords.hash(PASSWORD)))
        await platform.directory_updates.rebuild(tenant)


async def test_signing_in_leads_to_the_page_that_was_asked_for(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        await shown.page.goto(f"{shown.address}/o/contacts?q=doe")
        await expect(shown.page).to_have_url(re.compile(r"/login\?to=%2Fo%2Fcontacts%3Fq%3Ddoe"))
        await shown.accessible()
        shown.expects_refusals = True
        await shown.page.get_by_label("E-mail address").fill("administrator@acme.example")
        await shown.page.locator("input[type=password]").fill("wrong")
        await shown.page.get_by_role("button", name="Sign in", exact=True).click()
        await shown.sees("The e-mail address or the password is wrong.")
        await shown.page.locator("input[type=password]").fill(PASSWORD)
        await shown.page.get_by_role("button", name="Sign in", exact=True).click()
        await expect(shown.page).to_have_url(f"{shown.address}/o/contacts?q=doe")
        await shown.sees("Nothing matches this search and filter.")
        assert await shown.page.evaluate("document.cookie") == ""
        kept = await shown.page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
        assert "freehold=" not in kept
        assert shown.faults == [message for message in shown.faults if "401" in message]


async def test_a_record_s_life(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        admin = await world.user()
        for number in range(3):
            await create(admin, name=f"Account {number}", phone="+49 30 1")
        await shown.enter()
        await shown.row("Account 1").wait_for()
        await shown.accessible()
        await shown.page.keyboard.press("c")
        await shown.page.get_by_role("textbox", name="Name").fill("Globex")
        await shown.accessible()
        await shown.page.get_by_role("button", name="Save").click()
        await expect(shown.page.get_by_role("heading", name="Globex")).to_be_visible()
        await changes_it_while_somebody_else_does(shown, admin)
        await shown.accessible()
        await shown.page.get_by_role("button", name="More").click()
        await shown.page.get_by_role("menuitem", name="Delete").click()
        await shown.page.get_by_role("dialog").get_by_role("button", name="Delete").click()
        await shown.row("Account 1").wait_for()
        await expect(shown.row("Globex")).to_have_count(0)
        await shown.page.get_by_role("button", name="Undo").click()
        await shown.row("Globex").wait_for()
        assert shown.faults == []


async def changes_it_while_somebody_else_does(shown: Workspace, admin: httpx.AsyncClient) -> None:
    """Another field of theirs is kept; the same field is asked about."""
    address = f"/api/v1/data/accounts/{shown.page.url.rpartition('/')[2]}"
    await edits(shown, "Phone", "+49 30 2")
    await shown.page.get_by_role("button", name="Save").click()
    await shown.sees("+49 30 2")
    await admin.patch(address, json={"billing_city": "Bonn"})
    await edits(shown, "Phone", "+49 30 3")
    await shown.page.get_by_role("button", name="Save").click()
    await shown.sees("Bonn")
    await admin.patch(address, json={"phone": "+49 30 44"})
    await edits(shown, "Phone", "+49 30 5")
    await shown.page.get_by_role("button", name="Save").click()
    await shown.sees("Somebody else has changed this record")
    await shown.accessible()
    await shown.page.get_by_role("dialog").get_by_role("button", name="Save").click()
    await shown.page.get_by_role("dialog").wait_for(state="hidden")
    record = (await admin.get(address)).json()["data"]
    assert (record["phone"], record["billing_city"]) == ("+49 30 5", "Bonn")


async def edits(shown: Workspace, field: str, value: str) -> None:
    await shown.page.get_by_role("button", name=f"Edit: {field}").click()
    await shown.page.get_by_label(field, exact=True).fill(value)


async def test_the_address_has_the_whole_list(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        admin = await world.user()
        for name, industry in (("Globex", "technology"), ("Initech", "finance"), ("Umbrella", "technology")):
            await create(admin, name=name, industry=industry)
        await shown.enter()
        await shown.row("Initech").wait_for()
        await shown.page.get_by_role("button", name="Filter").click()
        await shown.page.get_by_role("button", name="Add a condition").click()
        await shown.page.get_by_label("Value").fill("glo")
        await shown.page.get_by_role("button", name="Apply").click()
        await expect(shown.row("Initech")).to_have_count(0)
        await shown.page.get_by_role("button", name="Sort by Name").click()
        await expect(shown.page).to_have_url(re.compile(r"filter=name.icontains.glo&sort=-name"))
        await shown.page.reload()
        await shown.row("Globex").wait_for()
        await expect(shown.row("Initech")).to_have_count(0)
        await shown.row("Globex").get_by_role("link", name="Globex").click()
        await shown.page.get_by_role("heading", name="Globex").wait_for()
        await shown.page.go_back()
        await shown.row("Globex").wait_for()
        await expect(shown.page).to_have_url(re.compile(r"filter=name.icontains.glo&sort=-name"))
        assert shown.faults == []


async def test_a_viewer_is_offered_nothing_that_would_be_refused(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser, color_scheme="dark") as shown:
        await create(await world.user(), name="Globex")
        await shown.enter("viewer")
        await shown.row("Globex").wait_for()
        await shown.accessible()
        await expect(shown.page.get_by_role("button", name="New", exact=True)).to_have_count(0)
        await shown.row("Globex").click()
        await shown.sees("You may read this record, but not change it.")
        await expect(shown.page.get_by_role("button", name=re.compile("^Edit:"))).to_have_count(0)
        await shown.accessible()
        assert shown.faults == []


async def test_nothing_of_a_record_is_markup(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        evil = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
        await create(await world.user(), name=evil, description=evil)
        await shown.enter()
        await shown.row("<img").get_by_role("link", name="<img").click()
        await shown.page.get_by_role("heading", name="<img").wait_for()
        assert await shown.page.title() == "Freehold"
        assert shown.faults == []


async def test_a_second_factor_is_added_and_asked_for(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        await shown.enter()
        await shown.page.get_by_role("button", name="Your account").click()
        await shown.page.get_by_role("menuitem", name="Your account").click()
        await shown.page.get_by_role("heading", name="Second factors").wait_for()
        await shown.accessible()
        await shown.page.get_by_role("button", name="Add an authenticator app").click()
        secret = await shown.page.locator("code").inner_text()
        await shown.accessible()
        await shown.page.get_by_role("textbox", name="Code").fill(TOTP(secret).at(time.time() - 30))
        await shown.page.get_by_role("button", name="Continue").click()
        await shown.sees("Keep these recovery codes in a safe place.")
        await shown.accessible()
        await shown.page.get_by_role("button", name="I have kept them").click()
        await shown.page.get_by_role("button", name="Rename").click()
        await shown.page.get_by_role("dialog").get_by_label("Name").fill("Ada's phone")
        await shown.page.get_by_role("dialog").get_by_role("button", name="Save").click()
        await shown.page.get_by_role("dialog").wait_for(state="hidden")
        await shown.sees("Ada's phone")
        await shown.page.get_by_role("button", name="Your account").click()
        await shown.page.get_by_role("menuitem", name="Sign out").click()
        await expect(shown.page).to_have_url(re.compile("/login"))
        await shown.sign_in_as()
        await shown.page.get_by_role("textbox", name="Code").fill(TOTP(secret).now())
        await shown.page.get_by_role("button", name="Sign in", exact=True).click()
        await shown.page.get_by_role("heading", name="Accounts").wait_for()
        assert shown.faults == []


async def test_an_invited_user_chooses_a_password(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        admin = await world.user()
        invited = await admin.post("/api/v1/users", json={"email": "grace@acme.example", "roles": ["member"]})
        token = invited.json()["invitation"]["token"]
        await shown.page.goto(f"{shown.address}/invite/{token}")
        await shown.sees("Choose a password for grace@acme.example")
        assert token not in shown.page.url
        await shown.accessible()
        await shown.page.get_by_label("Your name").fill("Grace Hopper")
        await shown.page.locator("input[type=password]").fill("staple battery horse")
        await shown.page.get_by_role("button", name="Save").click()
        await shown.page.get_by_role("heading", name="Accounts").wait_for()
        shown.expects_refusals = True
        await shown.page.goto(f"{shown.address}/invite/{token}")
        await shown.sees("This link was used or has expired.")
        assert shown.faults == []


async def test_one_sign_in_leads_to_any_of_one_s_tenants(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        for slug in ("acme", "demo"):
            await add(world, slug, "ada@both.example")
        port = shown.address.rpartition(":")[2]
        await shown.page.goto(f"http://localhost:{port}/")
        await shown.page.get_by_label("E-mail address").fill("ada@both.example")
        await shown.page.locator("input[type=password]").fill(PASSWORD)
        await shown.accessible()
        await shown.page.get_by_role("button", name="Sign in", exact=True).click()
        await shown.sees("Where do you want to go?")
        await shown.accessible()
        shown.expects_refusals = True
        link = shown.page.get_by_role("link", name="Demo Corporation")
        address = str(await link.get_attribute("href"))
        assert address.startswith(
            "http://demo.localhost:8000/login#ticket="
        )  # PORT, which is not that of the test
        await shown.page.goto(address.replace(":8000", f":{port}"))
        await shown.sees("There is nothing for you here yet.")
        assert shown.page.url == f"http://demo.localhost:{port}/"
        await shown.page.goto("about:blank")
        await shown.page.goto(f"http://demo.localhost:{port}/login#ticket=fht_of-somebody-else")
        await shown.sees("You are signed in as ada@both.example.")
        await shown.page.get_by_role("button", name="Continue").click()
        await shown.sees("This link was used or has expired.")
        assert shown.faults == []

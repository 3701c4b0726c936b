"""Second factors in Chromium: a passkey of its virtual authenticator, and a code at the admin's sign-in."""

from typing import Any

from playwright.async_api import CDPSession, Page

from tests.api.admin.chromium import Admin, browsing, launched
from tests.api.conftest import ON_SQLITE, PASSWORD, World
from tests.api.factors.people import FACTORS, with_app
from tests.api.people import made_role, made_user
from tests.api.server.test_protocol import listening

pytestmark = ON_SQLITE

_FETCH = """async ([method, path, body]) => {
  const headers = body ? { "content-type": "application/json" } : {};
  const response = await fetch(path, { method, headers, body: body && JSON.stringify(body) });
  const text = await response.text();
  return [response.status, text && JSON.parse(text)];
}"""
_CREATE = """async (options) => {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options);
  return (await navigator.credentials.create({ publicKey })).toJSON();
}"""
_GET = """async (options) => {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options);
  return navigator.credentials.get({ publicKey }).then((found) => found.toJSON(), (error) => error.name);
}"""
_AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


class Workspace:
    """A page of a tenant's host that calls the API, with a virtual authenticator."""

    def __init__(self, page: Page, authenticator: CDPSession, key: str) -> None:
        self.page, self._cdp, self._key = page, authenticator, key

    @classmethod
    async def opened(cls, page: Page, address: str) -> "Workspace":
        await page.goto(f"{address}/admin/")  # a page that may call the API
        cdp = await page.context.new_cdp_session(page)
        await cdp.send("WebAuthn.enable")
        added = await cdp.send("WebAuthn.addVirtualAuthenticator", {"options": _AUTHENTICATOR})
        return cls(page, cdp, added["authenticatorId"])

    async def call(self, method: str, path: str, body: Any = None, status: int = 200) -> Any:
        got, content = await self.page.evaluate(_FETCH, [method, path, body])
        assert got == status, content
        return content

    async def get(self, request: dict[str, Any]) -> Any:
        return await self.page.evaluate(_GET, request["publicKey"])

    async def verifies(self, is_verified: bool) -> None:
        options = {"authenticatorId": self._key, "isUserVerified": is_verified}
        await self._cdp.send("WebAuthn.setUserVerified", options)


async def test_passkeys_and_codes_in_a_browser(world_with: Any) -> None:
    async with world_with(local=True) as world, listening(world) as port, launched() as browser:
        acme, demo = f"http://acme.localhost:{port}", f"http://demo.localhost:{port}"
        async with browsing(browser, acme, acme) as (first, admin):
            workspace = await Workspace.opened(first.page, acme)
            await adds_a_passkey_because_the_role_requires_it(world, workspace)
            await signs_in_with_it(workspace)
            await signs_in_with_it_after_the_password(workspace)
            await offers_it_to_no_other_tenant(workspace, demo)
            await signs_in_to_the_admin_with_a_code(world, admin)


async def adds_a_passkey_because_the_role_requires_it(world: World, workspace: Workspace) -> None:
    await made_role(world, "strict", "accounts:read", mfaRequired=True)
    await made_user(world, "clerk", "strict")
    body = {"email": "clerk@acme.example", "password": PASSWORD}
    await workspace.call("POST", "/api/v1/auth/session", body)
    refused = await workspace.call("GET", "/api/v1/data/accounts", status=401)
    assert (refused["code"], refused["enrol"]) == ("factor-required", True)
    begun = await workspace.call("POST", FACTORS, {"kind": "passkey", "name": "Laptop"}, 201)
    credential = await workspace.page.evaluate(_CREATE, begun["publicKey"])
    added = await workspace.call("POST", f"{FACTORS}/{begun['id']}", {"credential": credential})
    assert len(added["recoveryCodes"]) == 10
    await workspace.call("GET", "/api/v1/data/accounts")
    await workspace.call("DELETE", "/api/v1/auth/session", status=204)
    await workspace.call("GET", "/api/v1/data/accounts", status=401)


async def signs_in_with_it(workspace: Workspace) -> None:
    request = await workspace.call("POST", "/api/v1/auth/passkeys/begin", {})
    body = {"challenge": request["challenge"], "credential": await workspace.get(request)}
    session = await workspace.call("POST", "/api/v1/auth/passkeys/finish", body)
    assert session["user"]["email"] == "clerk@acme.example"
    await workspace.call("GET", "/api/v1/data/accounts")
    await workspace.call("DELETE", "/api/v1/auth/session", status=204)
    await workspace.call("POST", "/api/v1/auth/passkeys/finish", body, status=401)


async def signs_in_with_it_after_the_password(workspace: Workspace) -> None:
    await workspace.verifies(False)
    request = await workspace.call("POST", "/api/v1/auth/passkeys/begin", {})
    assert await workspace.get(request) == "NotAllowedError"  # without a password the user is verified
    await workspace.verifies(True)
    body = {"email": "clerk@acme.example", "password": PASSWORD}
    refused = await workspace.call("POST", "/api/v1/auth/session", body, status=401)
    assert refused["factors"] == ["passkey", "recovery-code"]
    request = await workspace.call("POST", "/api/v1/auth/passkeys/begin", {"challenge": refused["challenge"]})
    body = {"challenge": request["challenge"], "credential": await workspace.get(request)}
    await workspace.call("POST", "/api/v1/auth/passkeys/finish", body)
    await workspace.call("GET", "/api/v1/data/accounts")


async def offers_it_to_no_other_tenant(workspace: Workspace, demo: str) -> None:
    theirs = await workspace.call("POST", "/api/v1/auth/passkeys/begin", {})
    await workspace.page.goto(f"{demo}/admin/")
    assert await workspace.get(theirs) == "SecurityError"
    own = await workspace.call("POST", "/api/v1/auth/passkeys/begin", {})
    assert await workspace.get(own) == "NotAllowedError"


async def signs_in_to_the_admin_with_a_code(world: World, admin: Admin) -> None:
    app = await with_app(world, await world.user())
    admin.expects_refusals = True
    await admin.sign_in("administrator@acme.example", PASSWORD)
    await admin.sees("MFA code required")
    await admin.page.fill("input[placeholder='123456']", "000000")
    await admin.page.click("[data-uitest=login_button]")
    await admin.sees("The code is wrong, has expired, or was used already.")
    await admin.page.fill("input[placeholder='123456']", await app.code())
    await admin.page.click("[data-uitest=login_button]")
    await admin.sees("Welcome to Acme Corporation")
    assert admin.faults == []

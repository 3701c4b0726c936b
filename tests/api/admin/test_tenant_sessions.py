"""Signing in to a tenant's admin: who may, for how long, and what ends it."""

import time
from typing import Any

import pytest

from api.admin.site import NewSession
from api.admin.tenant.sessions import TenantSessions
from piccolo_conf import DB
from tenant_schema.users.sign_in.access_tokens import AccessTokens, SigningKeys
from tenant_schema.users.tables import Session, User
from tests.api.admin.browsing import Browser, operators_browser, tenants_browser
from tests.api.conftest import ON_SQLITE, PASSWORD, World

pytestmark = ON_SQLITE

SESSION = "__Host-freehold-admin"


async def is_signed_in(browser: Browser) -> bool:
    answer = await browser.http.get("/admin/api/links/")
    assert answer.status_code in (200, 401), answer.text
    return answer.status_code == 200


async def test_an_administrator_signs_in_with_the_password_of_the_api(world: World) -> None:
    browser = await tenants_browser(world)
    user = await browser.get("user/")
    assert user["username"] == "Administrator"
    meta = (await browser.http.get("/admin/public/meta/")).json()
    assert meta["site_name"] == "Acme Corporation"


@pytest.mark.parametrize("person", ["member", "viewer"])
async def test_who_administers_nothing_is_not_let_in_and_leaves_no_session(world: World, person: str) -> None:
    browser = Browser(world, "acme.localhost")
    answer = await browser.sign_in(f"{person}@acme.example", PASSWORD)
    assert answer.status_code == 403
    assert "do not let you administer" in answer.text
    assert SESSION not in browser.http.cookies
    async with world.platform.tenancy.use(await world.tenant("acme")):
        assert not await Session.exists().where(Session.ended_at.is_null())


async def test_a_wrong_password_is_a_wrong_password_of_the_api(world: World) -> None:
    browser = Browser(world, "acme.localhost")
    statuses = [
        (await browser.sign_in("administrator@acme.example", f"wrong {guess}")).status_code
        for guess in range(7)
    ]
    assert statuses[0] == 401
    assert statuses[-1] == 429
    api = await world.client().post(
        "/api/v1/auth/login", json={"email": "administrator@acme.example", "password": PASSWORD}
    )
    assert api.status_code == 429, "the same counters as at the API"


async def test_suspending_the_tenant_closes_its_admin(world: World) -> None:
    browser, operator = await tenants_browser(world), await operators_browser(world)
    await operator.done("suspend-a-tenant", tenant="acme")
    for path in ("/admin/", "/admin/api/tables/", "/admin/public/meta/"):
        answer = await browser.http.get(path)
        assert (answer.status_code, answer.json()["code"]) == (403, "tenant-suspended")
    await operator.done("resume-a-tenant", tenant="acme")
    assert await is_signed_in(browser)


async def test_signing_out_ends_it_for_whoever_has_the_cookie(world: World) -> None:
    browser = await tenants_browser(world)
    stolen = Browser(world, "acme.localhost", cookies={SESSION: browser.http.cookies[SESSION]})
    assert await is_signed_in(stolen)
    await browser.send("POST", "public/logout/")
    assert not await is_signed_in(browser)
    assert not await is_signed_in(stolen)


async def test_a_changed_password_ends_the_other_sessions(world: World) -> None:
    here, there = await tenants_browser(world), await tenants_browser(world)
    wrong = {"current_password": "no", "new_password": "staple battery", "confirm_new_password": "staple"}
    assert (await here.send("POST", "api/change-password/", wrong)).status_code == 422
    right = {"current_password": PASSWORD, "new_password": "staple battery horse"}
    right |= {"confirm_new_password": right["new_password"]}
    assert (await here.send("POST", "api/change-password/", right)).status_code == 204
    assert await is_signed_in(here)
    assert not await is_signed_in(there)
    assert (await Browser(world, "acme.localhost").sign_in("administrator@acme.example", PASSWORD)).is_error


async def test_a_deactivated_user_is_out_with_the_next_request(world: World) -> None:
    browser = await tenants_browser(world)
    tenant = await world.tenant("acme")
    async with world.platform.tenancy.use(tenant):
        email = User.email == "administrator@acme.example"
        scope = browser_scope(tenant)
        async with world.platform.authentication._cache.change(scope):
            await User.update({User.active: False}).where(email)
    assert not await is_signed_in(browser)


def browser_scope(tenant: Any) -> Any:
    from tenant_schema.scope import TenantScope

    return TenantScope(tenant.id, tenant.slug, tenant.name)


async def test_access_tokens_and_cookies_are_different_things(world: World) -> None:
    token = await world.sign_in()
    assert not await is_signed_in(Browser(world, "acme.localhost", cookies={SESSION: token}))
    cookie = (await tenants_browser(world)).http.cookies[SESSION]
    assert (await world.client("acme.localhost", cookie).get("/api/v1/auth/me")).status_code == 401


async def test_a_cookie_is_renewed_while_it_is_used_and_ends_after_twelve_hours(world: World) -> None:
    tenant = await world.tenant("acme")
    now = time.time()
    clock = [now]
    keys = SigningKeys("k", {"k": b"k" * 32})
    tokens = AccessTokens(lambda _tenant: keys, seconds=3_600, clock=lambda: clock[0])
    sessions = TenantSessions(world.platform.authentication, tokens, clock=lambda: clock[0])
    scope = browser_scope(tenant)
    async with world.platform.tenancy.use(tenant):
        assert DB is not None
        begun = await sessions.begin(scope, "administrator@acme.example", PASSWORD, "", "")
        fresh = await sessions.visit(scope, begun.secret)
        assert fresh is not None
        assert fresh[1] is None
        secret, renewals = begun, 0
        for minutes in range(10, 12 * 60, 10):
            clock[0] = now + minutes * 60
            found = await sessions.visit(scope, secret.secret)
            assert found is not None, f"over after {minutes} minutes"
            if found[1] is not None:
                secret, renewals = found[1], renewals + 1
        assert renewals > 50
        clock[0] = now + 12 * 3_600 + 2
        assert await sessions.visit(scope, secret.secret) is None
        clock[0] = now + 3_601
        assert await sessions.visit(scope, begun.secret) is None, "not used for an hour"
    assert isinstance(begun, NewSession)

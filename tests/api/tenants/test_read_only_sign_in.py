"""People sign in to a read-only tenant, and what archives have of it stays as it was."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from central.database import CENTRAL
from central.registry import TenantRef
from piccolo_engines.columns import utc_now
from tenant_schema.users.tables import AuditEvent, OneTimeLink, Session, SessionToken, SignInThrottle
from tests.api.admin.browsing import Browser
from tests.api.conftest import ON_MARIADB, PASSWORD, World
from tests.api.directory.conftest import BOTH, Desk, desk
from tests.api.factors.people import login, pages_of, with_app, with_passkey
from tests.api.factors.test_admins import sign_in
from tests.api.factors.test_passkeys import FINISH, begun, response
from tests.api.scenarios import assert_problem
from tests.api.tenants.test_read_only import assert_read_only, make_read_only, resume

__all__ = ["desk"]  # a fixture

MEMBER = "member@acme.example"
SESSION = "/api/v1/auth/session"


async def digest(world: World) -> str:
    """The digest of all that an archive of acme has."""
    tenant: TenantRef = await world.tenant("acme")
    with CENTRAL.bind(world.platform.central_engine):
        found = await world.platform.backups.parts.archiver.contents(tenant)
    return found.digest


async def count(world: World, table: Any) -> int:
    platform = world.platform
    with CENTRAL.bind(platform.central_engine):
        async with platform.tenancy.use(await world.tenant("acme")):
            return int(await table.count())


def with_token(world: World, signed_in: httpx.Response) -> httpx.AsyncClient:
    assert signed_in.status_code == 200, signed_in.text
    return world.client(token=signed_in.json()["accessToken"])


def with_cookies(browser: httpx.AsyncClient, answer: httpx.Response) -> httpx.AsyncClient:
    assert answer.status_code == 200, answer.text
    cookies = [one.partition(";")[0] for one in answer.headers.get_list("set-cookie")]
    browser.headers["cookie"] = "; ".join(cookies)
    return browser


async def test_signed_in_by_token_and_by_cookie_and_out_again(world: World) -> None:
    user = await world.user()
    assert (await user.post("/api/v1/data/accounts", json={"name": "First"})).status_code == 201
    tenant_id = await make_read_only(world)
    before, events = await digest(world), await count(world, AuditEvent)
    client = with_token(world, await login(world, MEMBER))
    browser = pages_of(world)
    with_cookies(browser, await browser.post(SESSION, json={"email": MEMBER, "password": PASSWORD}))
    for one in (client, browser):
        listed = (await one.get("/api/v1/data/accounts")).json()["data"]
        assert [record["name"] for record in listed] == ["First"]
        assert_read_only(await one.post("/api/v1/data/accounts", json={"name": "Second"}))
        changed = await one.post("/api/v1/auth/password", json={"current": PASSWORD, "new": "staple horse"})
        assert_read_only(changed)
    assert (await client.post("/api/v1/auth/logout")).status_code == 204
    assert (await browser.delete(SESSION)).status_code == 204
    for one in (client, browser):
        assert (await one.get("/api/v1/data/accounts")).status_code == 401
    assert (await digest(world), await count(world, AuditEvent)) == (before, events)
    await resume(world, tenant_id)
    assert (await login(world, MEMBER)).status_code == 200
    assert await count(world, AuditEvent) > events  # recorded again


@ON_MARIADB
async def test_wrong_passwords_are_counted_and_make_the_account_wait(world: World) -> None:
    await make_read_only(world)
    before = await digest(world)
    wrong = {"email": MEMBER, "password": "wrong horse battery"}
    for _ in range(5):
        assert_problem(await world.client().post("/api/v1/auth/login", json=wrong), "invalid-credentials")
    for _ in range(2):
        last = await world.client().post("/api/v1/auth/login", json=wrong)
    assert last.status_code == 429
    assert await count(world, SignInThrottle) > 0
    assert await digest(world) == before


@ON_MARIADB
async def test_a_code_works_once_and_a_recovery_code_cannot_be_used_up(world: World) -> None:
    app = await with_app(world, await world.user("member"))
    code = await app.code()
    await make_read_only(world)
    before = await digest(world)
    assert_problem(await login(world, MEMBER), "factor-required")
    client = with_token(world, await login(world, MEMBER, code=code))
    assert (await client.get("/api/v1/data/accounts")).status_code == 200
    assert_problem(await login(world, MEMBER, code=code), "code-invalid")
    assert_read_only(await login(world, MEMBER, code=app.recovery_codes[0]))
    assert await digest(world) == before


@ON_MARIADB
async def test_a_passkey_signs_in_and_its_assertion_works_once(world: World) -> None:
    key, added = await with_passkey(await world.user("member"))
    assert added.status_code == 200, added.text
    await make_read_only(world)
    before, browser = await digest(world), pages_of(world)
    request = await begun(browser)
    assertion = response(key, request)
    with_cookies(browser, await browser.post(FINISH, json=assertion))
    assert (await browser.get("/api/v1/data/accounts")).status_code == 200
    assert (await pages_of(world).post(FINISH, json=assertion)).status_code in (400, 401)
    assert await digest(world) == before


async def test_a_refresh_token_that_was_used_before_ends_the_session(world: World) -> None:
    """Also in a read-only tenant: a thief of tokens is not served until it is resumed."""
    signed_in = await login(world, MEMBER)
    pair = signed_in.json()
    await make_read_only(world)
    again = {"refreshToken": pair["refreshToken"]}
    assert (await world.client().post("/api/v1/auth/refresh", json=again)).status_code == 200
    await expire_grace(world)
    assert_problem(await world.client().post("/api/v1/auth/refresh", json=again), "token-reused")
    assert (await with_token(world, signed_in).get("/api/v1/auth/me")).status_code == 401


async def expire_grace(world: World) -> None:
    platform = world.platform
    used: dict[Any, Any] = {SessionToken.used_at: utc_now() - timedelta(minutes=1)}
    with CENTRAL.bind(platform.central_engine):
        async with platform.tenancy.use(await world.tenant("acme")):
            await SessionToken.update(used).where(SessionToken.used_at.is_not_null())


async def test_through_the_admin(world: World) -> None:
    await make_read_only(world)
    browser = Browser(world, "acme.localhost")
    assert (await sign_in(browser, "administrator@acme.example", PASSWORD))[0] == 200
    assert (await browser.get("user/"))["username"]


async def test_from_a_central_host(desk: Desk) -> None:
    await desk.add("acme")
    await make_read_only(desk.world)
    before = await digest(desk.world)
    (found,) = (await desk.sign_in(BOTH)).json()["tenants"]
    ticket = found["ticketUrl"].partition("#ticket=")[2]
    browser = pages_of(desk.world)
    with_cookies(browser, await browser.post("/api/v1/auth/ticket", json={"ticket": ticket}))
    assert (await browser.get("/api/v1/auth/me")).json()["user"]["email"] == BOTH
    again = await pages_of(desk.world).post("/api/v1/auth/ticket", json={"ticket": ticket})
    assert_problem(again, "ticket-invalid")
    assert await digest(desk.world) == before


async def test_links_are_not_sent_and_not_used(world: World) -> None:
    await make_read_only(world)
    assert_read_only(await world.client().post("/api/v1/auth/forgot", json={"email": MEMBER}))
    assert_read_only(await world.client().post("/api/v1/auth/reset", json={"token": "x" * 43}))
    assert await count(world, OneTimeLink) == 0


@pytest.mark.parametrize("status", ["active", "read-only"])
async def test_sessions_begun_meanwhile_go_on_afterwards(world: World, status: str) -> None:
    tenant_id = await make_read_only(world)
    client = with_token(world, await login(world, MEMBER))
    if status == "active":
        await resume(world, tenant_id)
    assert (await client.get("/api/v1/auth/me")).status_code == 200
    assert await count(world, Session) > 0

"""POST /api/v1/auth/ticket: from a central host into one tenant, once."""

import asyncio
from datetime import timedelta

import httpx
import pytest

from central.database import CENTRAL
from tenant_schema.users.sign_in.tickets import TICKET_GOOD_FOR
from tenant_schema.users.tables import OneTimeLink, Session
from tests.api.conftest import ON_SQLITE, PASSWORD
from tests.api.directory.conftest import BOTH, Desk
from tests.api.factors.people import with_app
from tests.api.scenarios import assert_problem

pytestmark = ON_SQLITE


MEMBER = "member@acme.example"


async def tickets_of(desk: Desk, email: str = BOTH) -> dict[str, str]:
    found = (await desk.sign_in(email)).json().get("tenants", [])
    return {one["slug"]: one["ticketUrl"].partition("#ticket=")[2] for one in found}


async def use(
    desk: Desk, ticket: str, slug: str = "acme", origin: str | None = None, **body: str
) -> httpx.Response:
    client = desk.world.client(f"{slug}.localhost", headers={"origin": origin} if origin else {})
    return await client.post("/api/v1/auth/ticket", json={"ticket": ticket, **body})


async def sessions_of(desk: Desk, slug: str = "acme") -> int:
    platform = desk.world.platform
    with CENTRAL.bind(platform.central_engine):
        async with platform.tenancy.use(await desk.world.tenant(slug)):
            return int(await Session.count())


@pytest.fixture
async def tickets(desk: Desk) -> dict[str, str]:
    await desk.add("acme")
    await desk.add("demo")
    return await tickets_of(desk)


async def test_a_ticket_becomes_a_session_with_a_cookie(desk: Desk, tickets: dict[str, str]) -> None:
    begun = await use(desk, tickets["acme"], origin="https://acme.localhost")
    assert begun.status_code == 200, begun.text
    assert begun.headers["cache-control"] == "no-store"
    assert begun.json()["user"]["email"] == BOTH
    cookie = begun.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert tickets["acme"] not in cookie + begun.text
    name, _, value = cookie.partition(";")[0].partition("=")
    client = desk.world.client(headers={"cookie": f"{name}={value}"})
    assert (await client.get("/api/v1/auth/session")).json()["user"]["email"] == BOTH


async def test_a_ticket_works_once_and_on_its_tenant_alone(desk: Desk, tickets: dict[str, str]) -> None:
    for ticket, slug in ((tickets["acme"], "demo"), (tickets["demo"], "acme")):
        assert_problem(await use(desk, ticket, slug), "ticket-invalid")
    uses = [use(desk, tickets["acme"]) for _ in range(4)]
    statuses = [one.status_code for one in await asyncio.gather(*uses)]
    assert sorted(statuses) == [200, 401, 401, 401]
    assert await sessions_of(desk) == 1
    assert await sessions_of(desk, "demo") == 0
    assert (await use(desk, tickets["demo"], "demo")).status_code == 200


async def test_a_ticket_is_too_old_after_a_minute(desk: Desk, tickets: dict[str, str]) -> None:
    platform = desk.world.platform
    with CENTRAL.bind(platform.central_engine):
        async with platform.tenancy.use(await desk.world.tenant("acme")):
            (row,) = await OneTimeLink.select()
            assert row["expires_at"] - row["created_at"] <= TICKET_GOOD_FOR + timedelta(seconds=1)
            expired = row["created_at"] - timedelta(seconds=1)
            await OneTimeLink.update({OneTimeLink.expires_at: expired}).where(OneTimeLink.id == row["id"])
    assert_problem(await use(desk, tickets["acme"]), "ticket-invalid")


async def test_another_page_cannot_sign_its_visitors_in(desk: Desk, tickets: dict[str, str]) -> None:
    for origin in ("https://demo.localhost", "https://evil.example", "null"):
        refused = await use(desk, tickets["acme"], origin=origin)
        assert assert_problem(refused, "cross-site")["status"] == 403
    assert await sessions_of(desk) == 0
    assert (await use(desk, tickets["acme"])).status_code == 200


async def test_a_ticket_is_nothing_else(desk: Desk, tickets: dict[str, str]) -> None:
    ticket = tickets["acme"]
    random = ticket.split(".")[1]
    for token in (ticket, random):
        body = {"token": token, "password": "a new horse battery"}
        refused = await desk.world.client().post("/api/v1/auth/accept", json=body)
        assert refused.status_code in (400, 422), refused.text
        assert (await desk.world.client(token=token).get("/api/v1/auth/me")).status_code == 401
    opened = await desk.world.client().get("/api/v1/auth/ticket", params={"ticket": ticket})
    assert opened.status_code in (400, 405)
    assert (await use(desk, ticket)).status_code == 200


async def test_a_user_deactivated_meanwhile_has_no_session(desk: Desk, tickets: dict[str, str]) -> None:
    client = await desk.world.user()
    found = (await client.get("/api/v1/users", params={"search": BOTH})).json()["data"][0]["id"]
    done = await client.post(f"/api/v1/users/{found}/deactivate")
    assert done.status_code == 200, done.text
    assert_problem(await use(desk, tickets["acme"]), "ticket-invalid")
    assert await sessions_of(desk) == 1  # the administrator's


async def test_a_changed_password_makes_the_tickets_of_the_old_one_worthless(
    desk: Desk, tickets: dict[str, str]
) -> None:
    client = desk.world.client()
    signed_in = await client.post("/api/v1/auth/login", json={"email": BOTH, "password": PASSWORD})
    headers = {"authorization": f"Bearer {signed_in.json()['accessToken']}"}
    body = {"current": PASSWORD, "new": "another horse battery"}
    changed = await client.post("/api/v1/auth/password", json=body, headers=headers)
    assert changed.status_code == 204, changed.text
    assert_problem(await use(desk, tickets["acme"]), "ticket-invalid")
    assert (await use(desk, tickets["demo"], "demo")).status_code == 200


async def test_a_suspended_tenant_takes_no_ticket(desk: Desk, tickets: dict[str, str]) -> None:
    async with desk.world.operator() as operator:
        await operator.post(f"/setup/tenants/{await desk.world.tenant_id('acme')}/suspend")
    assert (await use(desk, tickets["acme"])).status_code == 403
    assert await desk.slugs() == ["demo"]
    body = {"email": BOTH, "password": PASSWORD}
    assert (await desk.world.client().post("/api/v1/auth/login", json=body)).status_code == 403


async def test_a_user_with_a_second_factor_needs_it_with_the_ticket(desk: Desk) -> None:
    app = await with_app(desk.world, await desk.world.user("member"))
    ticket = (await tickets_of(desk, MEMBER))["acme"]
    refused = assert_problem(await use(desk, ticket), "factor-required")
    assert refused["factors"] == ["totp", "recovery-code"]
    assert refused["challenge"]
    assert_problem(await use(desk, ticket, code="000000"), "code-invalid")
    before = await sessions_of(desk)
    code = await app.code()
    answers = await asyncio.gather(*(use(desk, ticket, code=code) for _ in range(3)))
    assert sorted(one.status_code for one in answers) == [200, 401, 401]
    assert await sessions_of(desk) == before + 1
    assert_problem(await use(desk, ticket, code=app.recovery_codes[0]), "ticket-invalid")


async def test_new_tickets_do_not_make_codes_free_to_guess(desk: Desk) -> None:
    """Signing in on the central host with the right password forgets no wrong codes."""
    app = await with_app(desk.world, await desk.world.user("member"))
    for _ in range(5):
        ticket = (await tickets_of(desk, MEMBER))["acme"]
        assert_problem(await use(desk, ticket, code="000000"), "code-invalid")
    assert await tickets_of(desk, MEMBER) == {}
    assert_problem(await use(desk, ticket, code=await app.code()), "too-many-attempts")

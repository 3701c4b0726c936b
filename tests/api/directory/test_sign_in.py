"""POST /sign-in: the tenants in which the password is right, and nothing about any other."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import UUID

import pytest

from api.directory.sign_in import MOST_TENANTS
from central.database import CENTRAL
from central.registry import TenantRef
from central.tables import TenantStatus
from piccolo_conf import DB
from tenant_schema.users.passwords.hashing import Passwords
from tenant_schema.users.sign_in_tables import IdentityProvider, SignInSettings
from tenant_schema.users.tables import AuditEvent, OneTimeLink, User
from tests.api.conftest import ON_SQLITE, PASSWORD, World
from tests.api.directory.conftest import BOTH, Desk
from tests.api.scenarios import assert_problem

pytestmark = ON_SQLITE


@contextmanager
def counted(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[list[str], list[str]]]:
    """The statements in the central database, and the passwords that are verified."""
    statements: list[str] = []
    verified: list[str] = []
    verify = Passwords.verify

    async def counting(self: Passwords, password: str, password_hash: str | None) -> bool:
        verified.append(password)
        return await verify(self, password, password_hash)

    engine: Any = world.platform.central_engine
    engine.on_statement = statements.append
    with monkeypatch.context() as patch:
        patch.setattr(Passwords, "verify", counting)
        yield statements, verified
    engine.on_statement = None


async def test_each_tenant_with_this_password_has_a_ticket(desk: Desk) -> None:
    await desk.add("acme")
    await desk.add("demo")
    response = await desk.sign_in("ADA@Both.example")
    assert response.status_code == 200
    assert response.headers["cache-control"] == "no-store"
    acme, demo = response.json()["tenants"]
    ticket = acme.pop("ticketUrl").removeprefix("https://acme.localhost/login#ticket=fht_")
    assert len(ticket) > 80
    assert acme == {"name": "Acme Corporation", "slug": "acme", "url": "https://acme.localhost"}
    assert demo["slug"] == "demo"
    assert ticket not in demo["ticketUrl"]
    assert desk.waited == []


async def test_with_different_passwords_one_tenant_is_found(desk: Desk) -> None:
    await desk.add("acme")
    await desk.add("demo", password="another horse battery")
    assert await desk.slugs() == ["acme"]
    assert await desk.slugs(password="another horse battery") == ["demo"]
    assert await desk.slugs(password="wrong horse battery") == []


@pytest.mark.parametrize("email", [BOTH, "nobody@both.example", "", "no address", "x" * 4_000])
async def test_refusals_are_equal_and_sent_at_a_fixed_time(desk: Desk, email: str) -> None:
    await desk.add("acme")
    refused = await desk.sign_in(email, "wrong horse battery")
    problem = assert_problem(refused, "invalid-credentials")
    assert refused.status_code == 401
    reference = await desk.sign_in("somebody@else.example", "wrong horse battery")
    assert len(refused.content) == len(reference.content)
    assert refused.headers.keys() == reference.headers.keys()
    assert {**problem, "requestId": ""} == {**reference.json(), "requestId": ""}
    assert len(desk.waited) == 2
    assert all(0 < seconds <= desk.service.seconds for seconds in desk.waited)


async def test_known_and_unknown_addresses_cost_the_same_statements_and_hashes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.add("acme", "one@both.example")
    await desk.add("acme", "two@both.example")
    await desk.slugs("warm@both.example", "wrong horse battery")
    with counted(desk.world, monkeypatch) as (known, hashes_known):
        await desk.slugs("one@both.example", "wrong horse battery")
    with counted(desk.world, monkeypatch) as (unknown, hashes_unknown):
        await desk.slugs("none@both.example", "wrong horse battery")
    assert known == unknown
    assert len(known) <= 7
    assert len(hashes_known) == len(hashes_unknown) == 1


@pytest.mark.parametrize(
    "what", ["suspended", "deleting", "no database", "passwords disabled", "deactivated", "no password"]
)
async def test_a_tenant_that_nobody_can_sign_in_to_is_left_out(
    desk: Desk, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = desk.world
    await desk.add("acme")
    await desk.add("demo")
    platform, demo = world.platform, await world.tenant("demo")
    with CENTRAL.bind(platform.central_engine):
        if what == "no database":
            await lose(world, "demo")
        elif what in ("suspended", "deleting"):
            await platform.registry.set_status(demo.id, TenantStatus(what), expected={TenantStatus.ACTIVE})
        else:
            async with platform.tenancy.use(demo):
                await _shut(what)
    with counted(world, monkeypatch) as (_, hashes):
        assert await desk.slugs() == ["acme"]
        assert await desk.slugs(password="wrong horse battery") == []
    assert len(hashes) >= 2


async def lose(world: World, slug: str) -> None:
    """Delete the tenant's database behind Freehold's back."""
    async with world.operator() as operator:
        tenant_id = await world.tenant_id(slug)
        await operator.post(f"/setup/tenants/{tenant_id}/disconnect", params={"force": "true"})
    for path in (world.platform.settings.data_dir / "tenants").glob(f"tenant_{slug}.sqlite*"):
        path.unlink()


async def _shut(what: str) -> None:
    if what == "passwords disabled":
        await SignInSettings.insert(SignInSettings(password_enabled=False))
        values = {"label": "IdP", "issuer": "https://idp.example", "client_id": "c", "client_secret": "s"}
        await IdentityProvider.insert(IdentityProvider(**values))
        await IdentityProvider.raw("UPDATE identity_providers SET proven_at = created_at, active = 1")
    elif what == "deactivated":
        await User.update({User.active: False}).where(User.email == BOTH)
    else:
        await User.update({User.password_hash: ""}).where(User.email == BOTH)


async def test_without_any_tenant_to_try_one_password_is_verified(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.add("demo")
    await lose(desk.world, "demo")
    with counted(desk.world, monkeypatch) as (_, hashes):
        assert await desk.slugs() == []
    assert len(hashes) == 1


async def test_a_deleted_tenant_is_in_no_directory(desk: Desk) -> None:
    await desk.add("acme")
    await desk.add("demo")
    async with desk.world.operator() as operator:
        tenant_id = await desk.world.tenant_id("demo")
        assert (await operator.delete(f"/setup/tenants/{tenant_id}")).status_code == 200
    assert await desk.slugs() == ["acme"]
    with CENTRAL.bind(desk.world.platform.central_engine):
        assert await desk.world.platform.directory.count(UUID(tenant_id)) == 0


async def test_failures_count_across_all_tenants_and_in_each(desk: Desk) -> None:
    await desk.add("acme")
    await desk.add("demo", password="another horse battery")
    for _ in range(5):
        assert await desk.slugs(password="wrong horse battery") == []
    refused = await desk.sign_in()
    assert assert_problem(refused, "too-many-attempts")["status"] == 429
    there = await desk.world.client().post("/api/v1/auth/login", json={"email": BOTH, "password": PASSWORD})
    assert there.status_code == 429


async def test_unknown_addresses_are_braked_in_the_same_way(desk: Desk) -> None:
    statuses = [(await desk.sign_in("nobody@both.example", "x")).status_code for _ in range(8)]
    assert statuses == [401] * 5 + [429] * 3
    assert len(desk.waited) == 5


async def test_one_client_cannot_try_many_addresses(desk: Desk) -> None:
    attempts = [desk.sign_in(f"{number}@both.example", "x") for number in range(60)]
    statuses = [one.status_code for one in await asyncio.gather(*attempts)]
    assert statuses.count(429) >= 60 - 51


async def test_a_right_password_forgets_failures(desk: Desk) -> None:
    await desk.add("acme")
    for _ in range(3):
        for _ in range(2):
            assert await desk.slugs(password="wrong horse battery") == []
        (found,) = (await desk.sign_in()).json()["tenants"]
        ticket = {"ticket": found["ticketUrl"].partition("#ticket=")[2]}
        assert (await desk.world.client().post("/api/v1/auth/ticket", json=ticket)).status_code == 200


async def test_failures_stay_counted_while_the_password_is_wrong_elsewhere(desk: Desk) -> None:
    """Who owns one tenant cannot use it to try passwords at another one without end."""
    await desk.add("acme")
    await desk.add("demo", password="another horse battery")
    for _ in range(4):
        assert await desk.slugs(password="wrong horse battery") == []
    assert await desk.slugs() == ["acme"]
    assert await desk.slugs(password="wrong horse battery") == []
    assert (await desk.sign_in()).status_code == 429


async def test_a_refusal_is_recorded_in_the_tenant_with_its_origin(desk: Desk) -> None:
    await desk.add("acme")
    response = await desk.sign_in(password="wrong horse battery")
    acme = await desk.world.tenant("acme")
    with CENTRAL.bind(desk.world.platform.central_engine):
        async with desk.world.platform.tenancy.use(acme):
            row = await AuditEvent.select().where(AuditEvent.action == "sign-in.fail").first()
    assert row is not None
    assert (row["address"], row["request_id"]) == ("203.0.113.7", response.headers["x-request-id"])


async def test_at_most_so_many_tenants_are_tried_and_never_two_by_one_lease(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[TenantRef] = []
    acme = await desk.world.tenant("acme")
    service = desk.service

    async def everywhere(_address: str, limit: int) -> list[TenantRef]:
        return [acme] * limit

    async def tries(tenant: TenantRef, *_: object) -> object:
        tried.append(tenant)
        assert not DB.is_bound
        return None

    monkeypatch.setattr(type(service._directory), "tenants_of", lambda _, *found: everywhere(*found))
    monkeypatch.setattr(type(service), "_try", lambda _, *found: tries(*found))
    assert await desk.slugs() == []
    assert len(tried) == MOST_TENANTS


async def test_a_tenant_that_does_not_respond_in_time_is_left_out(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    await desk.add("acme")
    await desk.add("demo")
    service, engines = desk.service, desk.world.platform.engines
    inner, cancelled = service._try, asyncio.Event()

    async def hanging(tenant: TenantRef, *more: Any) -> object:
        if tenant.slug == "demo":
            try:
                await asyncio.Event().wait()
            finally:
                cancelled.set()
        return await inner(tenant, *more)

    monkeypatch.setattr(service, "_try", hanging, raising=False)
    service.seconds = 0.5
    assert await desk.slugs() == ["acme"]
    assert cancelled.is_set()
    assert all(one.leases == 0 for one in engines._entries.values())


async def test_only_pages_of_the_host_itself_and_programs_may_ask(desk: Desk) -> None:
    for origin, status in (("https://evil.example", 403), ("null", 403), ("https://localhost", 401)):
        response = await desk.sign_in(password="x", headers={"origin": origin})
        assert response.status_code == status, origin
    form = await desk.world.client("localhost").post("/sign-in", data={"email": "a", "password": "b"})
    assert form.status_code == 415


async def test_each_kind_of_host_has_its_own_paths(desk: Desk) -> None:
    there = await desk.world.client().post("/sign-in", json={"email": "a", "password": "b"})
    assert there.status_code == 404
    here = await desk.world.client("localhost").post("/api/v1/auth/ticket", json={"ticket": "x"})
    assert here.status_code == 404


async def test_tickets_are_stored_as_hashes_in_their_tenants_alone(desk: Desk) -> None:
    await desk.add("acme")
    response = await desk.sign_in()
    ticket = response.json()["tenants"][0]["ticketUrl"].partition("#ticket=")[2]
    rows: dict[str, str] = {}
    with CENTRAL.bind(desk.world.platform.central_engine):
        for slug in ("acme", "demo"):
            async with desk.world.platform.tenancy.use(await desk.world.tenant(slug)):
                rows[slug] = str(await OneTimeLink.select())
    assert "ticket" in rows["acme"]
    assert rows["demo"] == "[]"
    assert not [part for part in ticket.split(".")[1:] if part in rows["acme"]]

"""Support access over HTTP: asked, granted, used and ended, and recorded in both audit trails."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from central.database import CENTRAL
from central.tables import AuditEvent as CentralEvent
from piccolo_engines.columns import utc_now
from tenant_schema.scope import TenantScope
from tenant_schema.users.sign_in_tables import SignInSettings, SupportGrant
from tenant_schema.users.tables import AuditEvent, Role, User
from tests.api.access.browsers import page
from tests.api.access.test_links import mailed, outbox
from tests.api.conftest import ON_SQLITE, PASSWORD, World
from tests.api.people import user_id
from tests.api.scenarios import assert_problem
from tests.api.test_statement_counts import counted

SUPPORT, ME, ACCOUNTS = "/api/v1/support", "/api/v1/auth/me", "/api/v1/data/accounts"
WHY = {"reason": "Ticket 4711: totals are missing", "minutes": 15}


async def setup_path(world: World, slug: str = "acme") -> str:
    return f"/setup/tenants/{await world.tenant_id(slug)}/support"


async def allow(world: World, what: str) -> None:
    async with world.platform.tenancy.use(await world.tenant("acme")):
        await SignInSettings.insert(SignInSettings(support_access=what))


async def asked(world: World, slug: str = "acme") -> dict[str, Any]:
    answer = await world.operator().post(await setup_path(world, slug), json=WHY)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def granted(world: World, slug: str = "acme") -> str:
    """The id of a request that the administrator has granted."""
    made = await asked(world, slug)
    answer = await (await world.user(slug=slug)).post(f"{SUPPORT}/{made['id']}/grant")
    assert answer.status_code == 200, answer.text
    return str(made["id"])


async def ticket_of(world: World, grant: str, slug: str = "acme") -> str:
    answer = await world.operator().post(f"{await setup_path(world, slug)}/{grant}/ticket")
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    url = urlsplit(answer.json()["ticketUrl"])
    assert (url.hostname, url.path) == (f"{slug}.localhost", "/login")
    return url.fragment.removeprefix("ticket=")


async def redeemed(world: World, ticket: str, slug: str = "acme") -> tuple[httpx.AsyncClient, httpx.Response]:
    """A browser with the session that the ticket begins, and the response."""
    browser = page(world, f"{slug}.localhost")
    return browser, await browser.post("/api/v1/auth/ticket", json={"ticket": ticket})


async def entered(world: World, grant: str | None = None) -> httpx.AsyncClient:
    """A browser of the operator's, in acme."""
    grant = grant or await granted(world)
    browser, answer = await redeemed(world, await ticket_of(world, grant))
    assert answer.status_code == 200, answer.text
    return browser


async def events(world: World) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """The tenant's events and the central ones, oldest first."""
    async with world.platform.tenancy.use(await world.tenant("acme")):
        inside = await AuditEvent.select().order_by(AuditEvent.id).output(load_json=True)
    with CENTRAL.bind(world.platform.central_engine):
        central = await CentralEvent.select().order_by(CentralEvent.id).output(load_json=True)
    return inside, central


async def test_an_operator_comes_in_when_an_administrator_agrees(world: World) -> None:
    made = await asked(world)
    assert (made["state"], made["expiresAt"]) == ("asked", None)
    path = await setup_path(world)
    early = await world.operator().post(f"{path}/{made['id']}/ticket")
    assert_problem(early, "wrong-support-state")
    administrator = await world.user()
    listed = (await administrator.get(SUPPORT)).json()["data"]
    assert [(one["operator"], one["reason"], one["state"]) for one in listed] == [
        ("operator", WHY["reason"], "asked")
    ]
    grant = (await administrator.post(f"{SUPPORT}/{made['id']}/grant")).json()
    assert grant["state"] == "granted"
    browser = await entered(world, made["id"])
    me = (await browser.get(ME)).json()
    assert me["user"]["name"] == "operator (support)"
    assert me["roles"] == ["administrator"]
    created = await browser.post(ACCOUNTS, json={"name": "Globex"})
    assert created.status_code == 201, created.text
    assert created.json()["data"]["created_by"] == me["user"]["id"]
    shown = await administrator.get(
        f"{ACCOUNTS}/{created.json()['data']['id']}", params={"expand": "created_by"}
    )
    assert shown.json()["data"]["created_by"]["name"] == "operator (support)"
    history = await administrator.get(f"{ACCOUNTS}/{created.json()['data']['id']}/history")
    assert "operator (support)" in history.text


async def test_who_is_in_is_seen_by_everybody_until_the_tenant_ends_it(world: World) -> None:
    grant = await granted(world)
    browser, viewer = await entered(world, grant), await world.user("viewer")
    assert [one["operator"] for one in (await viewer.get(ME)).json()["support"]] == ["operator"]
    assert (await browser.get(ACCOUNTS)).status_code == 200
    ended = await (await world.user()).post(f"{SUPPORT}/{grant}/end")
    assert ended.json()["state"] == "ended"
    assert (await browser.get(ACCOUNTS)).status_code == 401
    assert (await viewer.get(ME)).json()["support"] == []
    again = await world.operator().post(f"{await setup_path(world)}/{grant}/ticket")
    assert_problem(again, "wrong-support-state")


@ON_SQLITE
async def test_a_tenant_that_allows_no_support_access(world: World) -> None:
    await allow(world, "never")
    answer = await world.operator().post(await setup_path(world), json=WHY)
    assert_problem(answer, "support-refused")
    assert answer.status_code == 403
    assert (await world.operator().get(await setup_path(world))).json()["data"] == []


@ON_SQLITE
async def test_a_tenant_that_always_allows_support_access(world: World) -> None:
    changed = await (await world.user()).patch("/api/v1/sign-in-settings", json={"supportAccess": "always"})
    assert changed.status_code == 200, changed.text
    made = await asked(world)
    assert made["state"] == "granted"
    assert (await (await entered(world, made["id"])).get(ACCOUNTS)).status_code == 200


@ON_SQLITE
@pytest.mark.parametrize("person", ["manager", "member", "viewer"])
async def test_who_may_not_decide(world: World, person: str) -> None:
    made, client = await asked(world), await world.user(person)
    assert (await client.get(SUPPORT)).status_code == 403
    for act in ("grant", "refuse", "end"):
        assert (await client.post(f"{SUPPORT}/{made['id']}/{act}")).status_code == 403
    neighbour = await world.user(slug="demo")
    assert (await neighbour.post(f"{SUPPORT}/{made['id']}/grant")).status_code == 404
    assert (await world.client().post(f"{SUPPORT}/{made['id']}/grant")).status_code == 401
    assert (await world.client("localhost").post(await setup_path(world), json=WHY)).status_code == 401


@ON_SQLITE
async def test_a_refused_request_has_no_ticket(world: World) -> None:
    made = await asked(world)
    refused = await (await world.user()).post(f"{SUPPORT}/{made['id']}/refuse")
    assert refused.json()["state"] == "refused"
    answer = await world.operator().post(f"{await setup_path(world)}/{made['id']}/ticket")
    assert_problem(answer, "wrong-support-state")


async def test_a_ticket_works_once_and_on_its_tenant_only(world: World) -> None:
    ticket = await ticket_of(world, await granted(world))
    _, elsewhere = await redeemed(world, ticket, "demo")
    assert_problem(elsewhere, "ticket-invalid")
    other = await granted(world, "demo")
    foreign = f"fhs_{other.replace('-', '')}.{ticket.partition('.')[2]}"
    _, changed = await redeemed(world, foreign)
    assert_problem(changed, "ticket-invalid")
    _, first = await redeemed(world, ticket)
    assert first.status_code == 200
    assert "HttpOnly" in first.headers["set-cookie"]
    _, second = await redeemed(world, ticket)
    assert_problem(second, "ticket-invalid")
    accepted = await world.client().post("/api/v1/auth/accept", json={"token": ticket, "password": PASSWORD})
    assert accepted.status_code == 422


@ON_SQLITE
async def test_a_ticket_of_another_operator_s_grant_is_not_there(world: World) -> None:
    grant = await granted(world)
    with CENTRAL.bind(world.platform.central_engine):
        joan = await world.platform.operators.create("joan")
    client = world.client("localhost", joan.token)
    path = f"{await setup_path(world)}/{grant}"
    assert (await client.post(f"{path}/ticket")).status_code == 404
    assert (await client.post(f"{path}/end")).json()["state"] == "ended"


async def test_every_request_is_in_both_audit_trails(world: World) -> None:
    browser = await entered(world)
    assert (await browser.get(f"{ACCOUNTS}?limit=1&filter[name]=secret")).status_code == 200
    assert (await browser.post(ACCOUNTS, json={"nonsense": 1})).status_code == 422
    assert (await browser.get(f"{ACCOUNTS}/0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11")).status_code == 404
    once = {"idempotency-key": "k1", "x-request-id": "one"}
    for _ in range(2):
        assert (await browser.post(ACCOUNTS, json={"name": "Globex"}, headers=once)).status_code == 201
    assert (await browser.get("/api/v1/auth/session")).status_code == 200
    assert (await browser.delete("/api/v1/auth/session")).status_code == 204
    inside, central = await events(world)
    expected = [
        ("GET", ACCOUNTS, 200),
        ("POST", ACCOUNTS, 422),
        ("GET", f"{ACCOUNTS}/0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11", 404),
        ("POST", ACCOUNTS, 201),
        ("POST", ACCOUNTS, 201),
        ("GET", "/api/v1/auth/session", 200),
        ("DELETE", "/api/v1/auth/session", 204),
    ]
    for trail in (inside, central):
        found = [one for one in trail if one["action"] == "support.request"]
        assert [
            (one["detail"]["method"], one["detail"]["path"], one["detail"]["status"]) for one in found
        ] == (expected)
        assert [one["request_id"] for one in found[-4:-2]] == ["one", "one"]
        assert "secret" not in str(found)
    operators = {one["action"]: one.get("operator") for one in inside}
    assert {operators[one] for one in ("support.ask", "support.ticket", "sign-in", "support.request")} == {
        "operator"
    }
    assert operators["support.grant"] == ""
    acts = {one["action"]: one["operator_name"] for one in central if one["action"].startswith("support.")}
    assert acts == {
        "support.ask": "operator",
        "support.granted": "tenant acme",
        "support.ticket": "operator",
        "support.enter": "operator",
        "support.request": "operator",
    }


@ON_SQLITE
async def test_the_audit_trail_shows_what_an_operator_did(world: World) -> None:
    browser, administrator = await entered(world), await world.user()
    made = await browser.post("/api/v1/objects", json={"name": "deals"})
    assert made.status_code == 201
    found = (await administrator.get("/api/v1/audit", params={"operator": "operator"})).json()["data"]
    assert {"object.create", "support.request", "support.ask"} <= {one["action"] for one in found}
    assert {one["operator"] for one in found} == {"operator"}
    everything = (await administrator.get("/api/v1/audit")).json()["data"]
    assert None in {one["operator"] for one in everything}


@ON_SQLITE
async def test_support_cannot_give_itself_or_others_more(world: World) -> None:
    grant = await granted(world)
    browser, member = await entered(world, grant), await user_id(world, "member")
    me = (await browser.get(ME)).json()["user"]["id"]
    new = {"email": "eve@acme.example", "password": PASSWORD, "roles": ["administrator"]}
    attempts: list[tuple[str, str, Any]] = [
        ("POST", "/api/v1/api-keys", {"name": "x"}),
        ("POST", "/api/v1/users", new),
        ("PATCH", f"/api/v1/users/{member}", {"email": "eve@acme.example"}),
        ("PATCH", f"/api/v1/users/{member}", {"name": "Eve"}),
        ("POST", f"/api/v1/users/{member}/link", None),
        ("PUT", f"/api/v1/users/{member}/roles", {"roles": ["administrator"]}),
        ("POST", f"/api/v1/users/{member}/deactivate", None),
        ("DELETE", f"/api/v1/users/{member}", None),
        ("POST", "/api/v1/roles", {"name": "eve", "permissions": ["*:*"]}),
        ("DELETE", f"/api/v1/sessions?user={member}", None),
        ("PATCH", "/api/v1/me", {"name": "Ada"}),
        ("PATCH", "/api/v1/sign-in-settings", {"supportAccess": "always"}),
        ("POST", "/api/v1/auth/password", {"current": PASSWORD, "new": "another horse battery"}),
        ("POST", f"{SUPPORT}/{grant}/grant", None),
        ("POST", f"{SUPPORT}/{grant}/end", None),
    ]
    for method, path, body in attempts:
        answer = await browser.request(method, path, json=body)
        assert answer.status_code == 403, (method, path, answer.text)
        assert answer.json()["code"] == "support-not-enough", (method, path)
    for path in (f"/api/v1/users/{me}", f"/api/v1/users/{me}/link"):
        administrator = await world.user()
        method = "PATCH" if path.endswith(me) else "POST"
        refused = await administrator.request(method, path, json={"name": "x"} if method == "PATCH" else None)
        assert refused.status_code == 404


async def test_the_operator_s_user_is_no_user_of_the_tenant(world: World) -> None:
    browser, administrator = await entered(world), await world.user()
    support = (await browser.get(ME)).json()["user"]
    listed = await administrator.get("/api/v1/users", params={"limit": 200})
    assert "freehold.invalid" not in listed.text
    found = await administrator.get("/api/v1/users", params={"search": "support"})
    assert found.json()["data"] == []
    assert (await administrator.get(f"/api/v1/users/{support['id']}")).status_code == 404
    body = {"email": support["email"], "password": PASSWORD}
    assert_problem(await world.client().post("/api/v1/auth/login", json=body), "invalid-credentials")
    taken = await administrator.post("/api/v1/users", json={"email": "x@freehold.invalid"})
    assert taken.json()["errors"][0]["code"] == "reserved-email"


@ON_SQLITE
async def test_an_operator_in_the_tenant_is_not_its_last_administrator(world: World) -> None:
    await entered(world)
    administrator = await world.user()
    async with world.platform.tenancy.use(await world.tenant("acme")):
        await User.update({User.password_hash: "x"}).where(User.kind == "support")
    me = await user_id(world, "administrator")
    answer = await administrator.put(f"/api/v1/users/{me}/roles", json={"roles": ["member"]})
    assert_problem(answer, "last-administrator")


@ON_SQLITE
async def test_a_grant_that_has_expired_is_over_for_its_session_too(world: World) -> None:
    grant = await granted(world)
    browser = await entered(world, grant)
    assert (await browser.get(ACCOUNTS)).status_code == 200
    async with world.platform.tenancy.use(await world.tenant("acme")):
        expired = {SupportGrant.expires_at: utc_now() - timedelta(seconds=1)}
        await SupportGrant.update(expired).where(SupportGrant.id == grant)
    tenant = await world.tenant("acme")
    world.platform.forget(TenantScope(tenant.id, tenant.slug, tenant.name))
    assert_problem(await browser.get(ACCOUNTS), "support-ended")
    assert_problem(
        await world.operator().post(f"{await setup_path(world)}/{grant}/ticket"), "wrong-support-state"
    )


@ON_SQLITE
async def test_revoking_a_token_of_the_operator_ends_the_session(world: World) -> None:
    grant = await granted(world)
    browser = await entered(world, grant)
    waiting = await ticket_of(world, grant)
    with CENTRAL.bind(world.platform.central_engine):
        operators = world.platform.operators
        await operators.issue("operator")
        leaked = (await operators.list())[0].tokens[0]
        await operators.revoke_token(leaked.id)
    assert_problem(await browser.get(ACCOUNTS), "support-ended")
    _, late = await redeemed(world, waiting)
    assert_problem(late, "ticket-invalid")
    listed = (await (await world.user()).get(SUPPORT)).json()["data"]
    assert [one["state"] for one in listed] == ["ended"]


@ON_SQLITE
async def test_nobody_asks_a_tenant_that_is_suspended(world: World) -> None:
    grant = await granted(world)
    browser = await entered(world, grant)
    await world.operator().post(f"/setup/tenants/{await world.tenant_id('acme')}/suspend")
    assert_problem(await browser.get(ACCOUNTS), "tenant-suspended")
    path = await setup_path(world)
    for answer in (
        await world.operator().post(path, json=WHY),
        await world.operator().post(f"{path}/{grant}/ticket"),
    ):
        assert_problem(answer, "wrong-status")


@ON_SQLITE
async def test_what_a_request_with_support_access_costs(world: World) -> None:
    browser, member = await entered(world), await world.user("member")
    for client in (browser, member):
        await client.get(ACCOUNTS)
    async with counted(world) as ordinary:
        assert (await member.get(ACCOUNTS)).status_code == 200
    async with counted(world) as support:
        assert (await browser.get(ACCOUNTS)).status_code == 200
    assert ordinary == {"tenant": 1, "central": 0}
    assert support == {"tenant": 3, "central": 3}  # an event each, with its status afterwards; the tokens


@ON_SQLITE
async def test_a_request_that_cannot_be_recorded_is_not_executed(world: World) -> None:
    browser = await entered(world)
    async with world.platform.tenancy.use(await world.tenant("acme")) as engine:
        await engine.run_ddl("ALTER TABLE audit_events RENAME TO elsewhere")
        refused = await browser.post(ACCOUNTS, json={"name": "Globex"})
        await engine.run_ddl("ALTER TABLE elsewhere RENAME TO audit_events")
    assert refused.status_code >= 500
    member = await world.user("member")
    assert (await member.get(ACCOUNTS, params={"filter[name]": "Globex"})).json()["data"] == []
    inside, central = await events(world)
    assert [one for one in inside if one["action"] == "support.request"] == []
    (event,) = [one for one in central if one["action"] == "support.request"]
    assert (event["detail"]["method"], event["detail"]["path"]) == ("POST", ACCOUNTS)


@ON_SQLITE
async def test_a_second_factor_that_the_role_requires_is_not_the_operator_s(world: World) -> None:
    async with world.platform.tenancy.use(await world.tenant("acme")):
        grant = await granted(world)
        await Role.update({Role.mfa_required: True}).where(Role.name == "administrator")
    browser = await entered(world, grant)
    assert (await browser.get(ACCOUNTS)).status_code == 200


@ON_SQLITE
async def test_those_who_may_agree_get_a_mail(world_with: Any) -> None:
    async with world_with(local=True) as world:
        await asked(world)
        assert mailed(await outbox(world)) == [("support-asked", "administrator@acme.example")]
        await allow(world, "always")
        await asked(world)
        assert await outbox(world) == []

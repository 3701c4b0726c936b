"""One-time links and forgotten passwords over HTTP: what is mailed, and what a link does and does not."""

import json
from collections import Counter
from datetime import timedelta
from typing import Any

import httpx
import pytest

from central.database import CENTRAL
from piccolo_conf import DB
from piccolo_engines.columns import utc_now
from tenant_schema.outbox import OutboxMessage
from tenant_schema.users.mails import FORGOTTEN, MAIL
from tenant_schema.users.sign_in_tables import IdentityProvider, SignInSettings
from tenant_schema.users.tables import OneTimeLink, SignInThrottle, User
from tests.api.conftest import ON_SQLITE, PASSWORD, World

AUTH = "/api/v1/auth"
NEW_PASSWORD = "staple battery horse"
pytestmark = ON_SQLITE


async def outbox(world: World, slug: str = "acme") -> list[dict[str, Any]]:
    """The messages that wait, opened; afterwards there are none."""
    tenant = await world.tenant(slug)
    async with world.platform.tenancy.use(tenant):
        is_mail = OutboxMessage.kind.is_in([MAIL, FORGOTTEN])
        rows = await OutboxMessage.select().where(is_mail).order_by(OutboxMessage.id)
        await OutboxMessage.delete(force=True)
    return [
        {
            "id": row["id"],
            "kind": row["kind"],
            **json.loads(world.platform.vault.open(row["payload"], tenant.id)),
        }
        for row in rows
    ]


async def deliver_requests(world: World, slug: str = "acme") -> list[dict[str, Any]]:
    """Handle the requests for resets that wait, and return the mails that follow from them."""
    tenant = await world.tenant(slug)
    waiting = await outbox(world, slug)
    assert {one["kind"] for one in waiting} <= {FORGOTTEN}
    with CENTRAL.bind(world.platform.central_engine):
        for one in waiting:
            handler = world.platform.message_handlers[one.pop("kind")]
            async with world.platform.tenancy.use(tenant):
                await handler(tenant, one.pop("id"), one)
    return await outbox(world, slug)


async def sign_in(world: World, email: str, password: str) -> httpx.Response:
    return await world.client().post(f"{AUTH}/login", json={"email": email, "password": password})


def mailed(mails: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Which mail goes to whom."""
    return [(one["template"], one["to"]["email"]) for one in mails]


async def invited(world: World, email: str = "grace@acme.example") -> dict[str, Any]:
    body = {"email": email, "name": "Grace", "roles": ["member"]}
    response = await (await world.user()).post("/api/v1/users", json=body)
    assert response.status_code == 201, response.text
    found: dict[str, Any] = response.json()
    return found


@pytest.fixture
def mailing(world_with: Any) -> Any:
    """A world that writes mails to files."""
    return world_with(local=True, port=8123)


async def test_an_invitation_is_mailed_and_shown_with_its_page(mailing: Any) -> None:
    async with mailing as world:
        invitation = (await invited(world))["invitation"]
        assert invitation["delivery"] == "file"
        assert invitation["link"] == f"http://acme.localhost:8123/invite/{invitation['token']}"
        (mail,) = await outbox(world)
        assert mailed([mail]) == [("invitation", "grace@acme.example")]
        assert mail["link"]["token"] == invitation["token"]
        assert mail["to"]["name"] == "Grace"


async def test_where_nothing_can_be_sent_the_response_says_so_and_has_the_link(world: World) -> None:
    invitation = (await invited(world))["invitation"]
    assert invitation["delivery"] == "none"
    assert invitation["link"] == f"https://acme.localhost/invite/{invitation['token']}"
    response = await world.client().post(f"{AUTH}/forgot", json={"email": "member@acme.example"})
    assert (response.status_code, response.json()) == (202, {"delivery": "none"})
    assert (await world.client().get(f"{AUTH}/options")).json()["forgot"] is False
    assert await outbox(world) == []


async def test_a_repeated_invitation_has_no_link(mailing: Any) -> None:
    async with mailing as world:
        client, body = await world.user(), {"email": "grace@acme.example"}
        responses = [
            await client.post("/api/v1/users", json=body, headers={"Idempotency-Key": "the-key-of-a-test"})
            for _ in range(2)
        ]
        first, second = (one.json()["invitation"] for one in responses)
        assert first["token"] in first["link"]
        assert (second["token"], second["link"]) == (None, None)
        assert len(await outbox(world)) == 1


async def test_opening_a_link_and_asking_what_it_is_for_do_not_use_it_up(mailing: Any) -> None:
    async with mailing as world:
        invitation = (await invited(world))["invitation"]
        client = world.client()
        for _ in range(2):
            assert (await client.get(invitation["link"].partition("8123")[2])).status_code == 404
            told = await client.post(f"{AUTH}/link", json={"token": invitation["token"]})
            assert told.headers["cache-control"] == "no-store"
            assert told.json() == {
                "purpose": "invitation",
                "email": "grace@acme.example",
                "name": "Grace",
                "expiresAt": invitation["expiresAt"],
            }
        body = {"token": invitation["token"], "password": NEW_PASSWORD}
        assert (await client.post(f"{AUTH}/accept", json=body)).status_code == 200
        for path in ("link", "accept", "confirm-email"):
            used = await client.post(
                f"{AUTH}/{path}", json=body if path == "accept" else {"token": body["token"]}
            )
            assert (used.status_code, used.json()["errors"][0]["code"]) == (422, "link-invalid")


async def test_a_link_is_worth_nothing_at_another_tenant_s(mailing: Any) -> None:
    async with mailing as world:
        token = (await invited(world))["invitation"]["token"]
        other = world.client("demo.localhost")
        assert (await other.post(f"{AUTH}/link", json={"token": token})).status_code == 422
        body = {"token": token, "password": NEW_PASSWORD}
        assert (await other.post(f"{AUTH}/accept", json=body)).status_code == 422


@pytest.mark.parametrize(("days", "status"), [(6.99, 200), (7.01, 422)])
async def test_an_invitation_works_for_seven_days(mailing: Any, days: float, status: int) -> None:
    async with mailing as world:
        token = (await invited(world))["invitation"]["token"]
        async with world.platform.tenancy.use(await world.tenant("acme")):
            link = await OneTimeLink.objects().first()
            assert link is not None
            expires_at = link.expires_at - timedelta(days=days)
            await OneTimeLink.update({OneTimeLink.expires_at: expires_at}, force=True)
        assert (await world.client().post(f"{AUTH}/link", json={"token": token})).status_code == status


async def test_a_forgotten_password_is_reset_by_mail_and_all_sessions_end(mailing: Any) -> None:
    async with mailing as world:
        member = await world.user("member")
        response = await world.client().post(f"{AUTH}/forgot", json={"email": " Member@Acme.example"})
        assert (response.status_code, response.json()) == (202, {"delivery": "file"})
        (mail,) = await deliver_requests(world)
        assert mailed([mail]) == [("password-reset", "member@acme.example")]
        async with world.platform.tenancy.use(await world.tenant("acme")):
            (link,) = await OneTimeLink.select()
        assert abs(link["expires_at"] - utc_now() - timedelta(hours=1)) < timedelta(minutes=1)
        assert mail["link"]["token"] not in str(link)
        assert (await member.get(f"{AUTH}/me")).status_code == 200
        body = {"token": mail["link"]["token"], "password": NEW_PASSWORD}
        assert (await world.client().post(f"{AUTH}/accept", json=body)).status_code == 200
        assert (await member.get(f"{AUTH}/me")).status_code == 401
        assert (await sign_in(world, "member@acme.example", NEW_PASSWORD)).status_code == 200
        assert mailed(await outbox(world)) == [("password-changed", "member@acme.example")]


async def test_a_second_request_makes_the_first_link_worthless(mailing: Any) -> None:
    async with mailing as world:
        tokens = []
        for _ in range(2):
            await world.client().post(f"{AUTH}/forgot", json={"email": "member@acme.example"})
            tokens += [one["link"]["token"] for one in await deliver_requests(world)]
        statuses = [
            (await world.client().post(f"{AUTH}/link", json={"token": one})).status_code for one in tokens
        ]
        assert statuses == [422, 200]


NOBODY = {
    "unknown": "nobody@elsewhere.example",
    "inactive": "viewer@acme.example",
    "invited": "grace@acme.example",
    "of another tenant": "member@demo.example",
    "no address": "nobody",
}


async def test_who_has_an_account_cannot_be_told_from_the_response_nor_its_cost(mailing: Any) -> None:
    async with mailing as world:
        await invited(world)
        async with world.platform.tenancy.use(await world.tenant("acme")):
            await User.update({User.active: False}).where(User.email == NOBODY["inactive"])
        await outbox(world)
        statements: Counter[str] = Counter()
        world.platform.central_engine.on_statement = lambda sql: statements.update([f"central: {sql}"])
        costs, responses = {}, {}
        for who, email in {"known": "member@acme.example", **NOBODY}.items():
            async with world.platform.tenancy.use(await world.tenant("acme")) as engine:
                engine.on_statement = lambda sql: statements.update([sql])
                await SignInThrottle.delete(force=True)
            statements.clear()
            response = await world.client().post(f"{AUTH}/forgot", json={"email": email})
            costs[who] = Counter(statements)
            headers = {name: value for name, value in response.headers.items() if name != "x-request-id"}
            responses[who] = (response.status_code, response.content, headers)
        del costs["no address"]  # which says nothing of accounts
        assert len({str(one) for one in responses.values()}) == 1
        assert all(one == costs["known"] for one in costs.values())
        assert costs["known"].total() >= 7
        assert mailed(await deliver_requests(world)) == [("password-reset", "member@acme.example")]


async def test_requests_are_limited_by_address_and_by_client_and_nobody_is_told(mailing: Any) -> None:
    async with mailing as world:
        for _ in range(6):
            response = await world.client().post(f"{AUTH}/forgot", json={"email": "member@acme.example"})
            assert (response.status_code, response.json()) == (202, {"delivery": "file"})
        assert 1 <= len(await outbox(world)) < 6
        for number in range(40):
            await world.client().post(f"{AUTH}/forgot", json={"email": f"{number}@acme.example"})
        assert len(await outbox(world)) < 30
        assert (await sign_in(world, "member@acme.example", PASSWORD)).status_code == 200


async def test_a_link_for_one_thing_is_not_one_for_another(mailing: Any) -> None:
    async with mailing as world:
        token = (await invited(world))["invitation"]["token"]
        assert (await world.client().post(f"{AUTH}/confirm-email", json={"token": token})).status_code == 422
        member = await world.user("member")
        body = {"email": "new@acme.example", "password": PASSWORD}
        assert (await member.patch("/api/v1/me", json=body)).status_code == 200
        confirmation = next(one for one in await outbox(world) if one["template"] == "email-confirmation")
        body = {"token": confirmation["link"]["token"], "password": NEW_PASSWORD}
        assert (await world.client().post(f"{AUTH}/accept", json=body)).status_code == 422


async def test_a_changed_password_and_address_make_the_links_worthless_that_were_mailed_before(
    mailing: Any,
) -> None:
    async with mailing as world:
        administrator = await world.user()
        users = (await administrator.get("/api/v1/users?search=member@")).json()["data"]
        path = f"/api/v1/users/{users[0]['id']}"
        member = await world.user("member")

        async def status(link: httpx.Response) -> int:
            token = link.json()["token"]
            return (await world.client().post(f"{AUTH}/link", json={"token": token})).status_code

        first = await administrator.post(f"{path}/link")
        assert await status(first) == 200
        body = {"current": PASSWORD, "new": NEW_PASSWORD}
        assert (await member.post(f"{AUTH}/password", json=body)).status_code == 204
        assert await status(first) == 422
        second = await administrator.post(f"{path}/link")
        await outbox(world)
        assert (await administrator.patch(path, json={"email": "m@acme.example"})).status_code == 200
        assert await status(second) == 422
        told = await outbox(world)
        assert mailed(told) == [("email-changed", "member@acme.example"), ("email-changed", "m@acme.example")]


async def test_the_ways_to_sign_in(mailing: Any) -> None:
    async with mailing as world:
        expected = {"password": True, "passkeys": True, "providers": [], "forgot": True}
        assert (await world.client().get(f"{AUTH}/options")).json() == expected
        async with world.platform.tenancy.use(await world.tenant("acme")), DB.transaction():
            for name, active in (("example", True), ("former", False)):
                provider = IdentityProvider(
                    name=name, label=name.title(), issuer="https://id.example", client_id="c", active=active
                )
                await IdentityProvider.insert(provider)
            await SignInSettings.insert(SignInSettings(password_enabled=False))
        changed = {"password": False, "forgot": False, "providers": [{"id": "example", "label": "Example"}]}
        assert (await world.client().get(f"{AUTH}/options")).json() == expected | changed

"""/api/v1/me: what users see and change of themselves, and how they get another address."""

from typing import Any

import pytest

from tests.api.access.test_links import NEW_PASSWORD, deliver_requests, mailed, outbox, sign_in
from tests.api.conftest import ON_SQLITE, PASSWORD, World

ME = "/api/v1/me"
pytestmark = ON_SQLITE


@pytest.fixture
def mailing(world_with: Any) -> Any:
    """A world that writes mails to files."""
    return world_with(local=True)


async def test_the_account_and_its_settings(world: World) -> None:
    member = await world.user("member")
    before = (await member.get(ME)).json()
    assert {**before, "id": ""} == {
        "id": "",
        "email": "member@acme.example",
        "name": "Member",
        "language": "",
        "timeZone": "",
        "numberFormat": "",
        "dateFormat": "",
        "passwordSet": True,
        "pendingEmail": None,
    }
    settings = {
        "name": " Ada ",
        "language": "DE-ch",
        "timeZone": "Europe/Zurich",
        "numberFormat": "1'234.5",
        "dateFormat": "dd.mm.yyyy",
    }
    changed = await member.patch(ME, json=settings)
    assert changed.status_code == 200, changed.text
    assert changed.json() == before | settings | {"name": "Ada", "language": "de-CH"}
    assert (await member.patch(ME, json={"timeZone": ""})).json()["timeZone"] == ""
    assert (await member.get("/api/v1/auth/me")).json()["user"]["name"] == "Ada"
    assert (await world.client().get(ME)).status_code == 401


async def test_all_problems_of_the_settings_are_reported_at_once(world: World) -> None:
    member = await world.user("member")
    body = {"name": "a" * 201, "language": "d", "timeZone": "Europe/Zürich", "email": "nobody"}
    refused = await member.patch(ME, json=body)
    assert refused.status_code == 422
    problems = {one["field"]: one["code"] for one in refused.json()["errors"]}
    assert problems == {
        "email": "invalid-email",
        "name": "too-long",
        "language": "invalid-language",
        "timeZone": "unknown-time-zone",
    }
    for wrong in ({"numberFormat": "1.5"}, {"dateFormat": "today"}, {"zone": "UTC"}):
        assert (await member.patch(ME, json=wrong)).status_code == 422


async def test_a_new_address_counts_once_it_is_confirmed_and_both_are_told(mailing: Any) -> None:
    async with mailing as world:
        member = await world.user("member")
        body = {"email": " New@Acme.example", "password": PASSWORD}
        changed = await member.patch(ME, json=body)
        assert changed.status_code == 200, changed.text
        assert (changed.json()["email"], changed.json()["pendingEmail"]) == (
            "member@acme.example",
            "new@acme.example",
        )
        confirmation, notice = await outbox(world)
        assert mailed([confirmation, notice]) == [
            ("email-confirmation", "new@acme.example"),
            ("email-requested", "member@acme.example"),
        ]
        assert "link" not in notice or notice["link"] is None
        assert (await sign_in(world, "new@acme.example", PASSWORD)).status_code == 401
        token = {"token": confirmation["link"]["token"]}
        link = (await world.client().post("/api/v1/auth/link", json=token)).json()
        assert (link["purpose"], link["email"]) == ("email-change", "new@acme.example")
        confirmed = await world.client().post("/api/v1/auth/confirm-email", json=token)
        assert (confirmed.status_code, confirmed.json()["email"]) == (200, "new@acme.example")
        assert mailed(await outbox(world)) == [
            ("email-changed", "member@acme.example"),
            ("email-changed", "new@acme.example"),
        ]
        account = (await member.get(ME)).json()
        assert (account["email"], account["pendingEmail"]) == ("new@acme.example", None)
        assert (await sign_in(world, "new@acme.example", PASSWORD)).status_code == 200
        assert (await world.client().post("/api/v1/auth/confirm-email", json=token)).status_code == 422


async def test_a_new_address_takes_the_password(mailing: Any) -> None:
    async with mailing as world:
        member = await world.user("member")
        for password, code in ((None, "required"), ("wrong", "wrong-password")):
            body = {"email": "new@acme.example"} | ({} if password is None else {"password": password})
            refused = await member.patch(ME, json=body)
            assert refused.status_code == 422
            assert [(one["field"], one["code"]) for one in refused.json()["errors"]] == [("password", code)]
        statuses = [
            (await member.patch(ME, json={"email": "new@acme.example", "password": "wrong"})).status_code
            for _ in range(8)
        ]
        assert statuses[-1] == 429
        assert await outbox(world) == []


@pytest.mark.parametrize("how", ["reset", "change"])
async def test_a_new_password_withdraws_the_new_address_that_was_requested_before(
    mailing: Any, how: str
) -> None:
    """Somebody who knew the old password may have requested it, and would reset the new one by mail."""
    async with mailing as world:
        member, stranger = await world.user("member"), await world.user("member")
        body = {"email": "evil@evil.example", "password": PASSWORD}
        assert (await stranger.patch(ME, json=body)).status_code == 200
        token = {"token": (await outbox(world))[0]["link"]["token"]}
        anybody = world.client()
        if how == "reset":
            await anybody.post("/api/v1/auth/forgot", json={"email": "member@acme.example"})
            reset = (await deliver_requests(world))[0]["link"]["token"]
            chosen = await anybody.post(
                "/api/v1/auth/accept", json={"token": reset, "password": NEW_PASSWORD}
            )
            assert chosen.status_code == 200, chosen.text
        else:
            changed = await member.post(
                "/api/v1/auth/password", json={"current": PASSWORD, "new": NEW_PASSWORD}
            )
            assert changed.status_code == 204, changed.text
            assert (await member.get(ME)).json()["pendingEmail"] is None
        assert (await anybody.post("/api/v1/auth/confirm-email", json=token)).status_code == 422
        assert (await sign_in(world, "member@acme.example", NEW_PASSWORD)).status_code == 200


async def test_an_address_of_another_user_is_taken_also_when_it_is_confirmed(mailing: Any) -> None:
    async with mailing as world:
        member, administrator = await world.user("member"), await world.user()
        taken = await member.patch(ME, json={"email": "viewer@acme.example", "password": PASSWORD})
        assert (taken.status_code, taken.json()["code"]) == (409, "taken")
        await member.patch(ME, json={"email": "new@acme.example", "password": PASSWORD})
        confirmation = (await outbox(world))[0]
        assert (
            await administrator.post("/api/v1/users", json={"email": "new@acme.example"})
        ).status_code == 201
        token = {"token": confirmation["link"]["token"]}
        late = await world.client().post("/api/v1/auth/confirm-email", json=token)
        assert (late.status_code, late.json()["code"]) == (409, "taken")
        assert (await member.get(ME)).json()["email"] == "member@acme.example"


async def test_mails_to_one_address_are_limited(mailing: Any) -> None:
    async with mailing as world:
        member = await world.user("member")
        body = {"email": "new@acme.example", "password": PASSWORD}
        statuses = [(await member.patch(ME, json=body)).status_code for _ in range(5)]
        assert (statuses[0], statuses[-1]) == (200, 429)


async def test_where_no_mails_are_sent_an_administrator_changes_the_address(world: World) -> None:
    member = await world.user("member")
    refused = await member.patch(ME, json={"email": "new@acme.example", "password": PASSWORD})
    assert (refused.status_code, refused.json()["code"]) == (409, "mail-unavailable")


async def test_an_api_key_changes_no_address(mailing: Any) -> None:
    async with mailing as world:
        member = await world.user("member")
        key = await member.post("/api/v1/api-keys", json={"name": "program", "roles": ["member"]})
        program = world.client(token=key.json()["token"])
        assert (await program.patch(ME, json={"language": "de"})).status_code == 200
        refused = await program.patch(ME, json={"email": "new@acme.example", "password": PASSWORD})
        assert (refused.status_code, refused.json()["code"]) == (403, "key-not-enough")

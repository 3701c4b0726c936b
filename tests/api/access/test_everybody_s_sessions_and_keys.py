"""Sessions and API keys of all users, for those who manage users."""

import pytest

from tests.api.conftest import World
from tests.api.people import user_id

SESSIONS, KEYS = "/api/v1/sessions?everyone=true", "/api/v1/api-keys?everyone=true"


async def test_sessions_of_all_users_are_listed_with_their_names(world: World) -> None:
    administrator, _ = await world.user(), await world.user("member")
    listed = (await administrator.get(SESSIONS)).json()["data"]
    assert {one["userEmail"] for one in listed} >= {"administrator@acme.example", "member@acme.example"}
    assert [one["user"] for one in listed if one["current"]] == [await user_id(world, "administrator")]


async def test_keys_in_force_of_all_users_are_listed(world: World) -> None:
    administrator, member = await world.user(), await world.user("member")
    for name in ("kept", "revoked"):
        made = (await member.post("/api/v1/api-keys", json={"name": name})).json()
    await member.delete(f"/api/v1/api-keys/{made['key']['id']}")
    listed = (await administrator.get(KEYS)).json()["data"]
    assert [(one["name"], one["userEmail"]) for one in listed] == [("kept", "member@acme.example")]
    assert made["token"] not in str(listed)


@pytest.mark.parametrize("address", [SESSIONS, KEYS])
async def test_others_and_another_tenant_s_users_see_none_of_them(world: World, address: str) -> None:
    await world.user("member")
    for person in ("member", "viewer"):
        refused = await (await world.user(person)).get(address)
        assert refused.status_code == 403
        assert "acme.example" not in refused.text
    other = await world.user("administrator", "demo")
    assert "acme.example" not in (await other.get(address)).text

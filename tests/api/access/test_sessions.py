"""Sessions over HTTP: everybody sees and ends their own, who manages users anyone's."""

from tests.api.conftest import ON_SQLITE, World
from tests.api.people import made_role, made_user, sign_in_as, user_id
from tests.api.scenarios import assert_problem
from tests.api.test_statement_counts import counted

SESSIONS, ME = "/api/v1/sessions", "/api/v1/auth/me"


async def test_one_sees_and_ends_one_s_own(world: World) -> None:
    here = await world.user("member")
    there = await sign_in_as(world, "member@acme.example")
    sessions = (await here.get(SESSIONS)).json()["data"]
    assert [one["current"] for one in sessions] == [False, True]
    assert sessions[0]["address"] == "203.0.113.7"
    assert "hash" not in (await here.get(SESSIONS)).text.lower()
    assert (await there.get(ME)).status_code == 200
    assert (await here.delete(f"{SESSIONS}/{sessions[0]['id']}")).status_code == 204
    assert (await there.get(ME)).status_code == 401
    assert len((await here.get(SESSIONS)).json()["data"]) == 1


@ON_SQLITE
async def test_signing_out_everywhere_else_keeps_the_one_that_asks(world: World) -> None:
    here = await world.user("member")
    others = [await sign_in_as(world, "member@acme.example") for _ in range(2)]
    assert (await here.delete(SESSIONS)).status_code == 204
    assert [(await one.get(ME)).status_code for one in others] == [401, 401]
    assert (await here.get(ME)).status_code == 200


@ON_SQLITE
async def test_anyone_s_are_for_who_manages_users(world: World) -> None:
    member, viewer, administrator = await world.user("member"), await world.user("viewer"), await world.user()
    whose = await user_id(world, "member")
    session = (await administrator.get(f"{SESSIONS}?user={whose}")).json()["data"][0]["id"]
    assert (await viewer.get(f"{SESSIONS}?user={whose}")).status_code == 403
    assert (await viewer.delete(f"{SESSIONS}?user={whose}")).status_code == 403
    assert (await viewer.delete(f"{SESSIONS}/{session}")).status_code == 404
    assert (await member.get(ME)).status_code == 200
    assert (await administrator.delete(f"{SESSIONS}/{session}")).status_code == 204
    assert (await member.get(ME)).status_code == 401
    again = await sign_in_as(world, "member@acme.example")
    assert (await administrator.delete(f"{SESSIONS}?user={whose}")).status_code == 204
    assert (await again.get(ME)).status_code == 401
    await made_role(world, "staffing", "users:manage")
    clerk = await made_user(world, "clerk", "staffing")
    boss = await user_id(world, "administrator")
    assert_problem(await clerk.delete(f"{SESSIONS}?user={boss}"), "beyond-own-rights")


@ON_SQLITE
async def test_another_tenant_s_sessions_are_not_there(world: World) -> None:
    await world.user("member", "demo")
    demo, acme = await world.user("administrator", "demo"), await world.user()
    theirs = (await demo.get(SESSIONS)).json()["data"][0]["id"]
    assert (await acme.delete(f"{SESSIONS}/{theirs}")).status_code == 404
    assert (await demo.get(ME)).status_code == 200


@ON_SQLITE
async def test_what_is_refused_costs_the_others_nothing(world: World) -> None:
    viewer, member = await world.user("viewer"), await world.user("member")
    await member.get(ME)
    nowhere = "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"
    assert (await viewer.delete(f"{SESSIONS}/{nowhere}")).status_code == 404
    async with counted(world) as counts:
        assert (await member.get(ME)).status_code == 200
    assert counts == {"tenant": 0, "central": 0}

"""Equal requests, and between two of them something that changes the response."""

from piccolo_engines.mysql import MySQLEngine
from piccolo_engines.mysql.processes import process_list
from tests.api.conftest import ON_MARIADB, World
from tests.api.people import made_role, made_user, role_id, user_id
from tests.api.scenarios import assert_problem
from tests.support.servers import ServerAddress
from tests.support.waiting import until

ACCOUNTS = "/api/v1/data/accounts"


async def test_what_was_allowed_is_refused_from_the_next_equal_request_on(world: World) -> None:
    boss, operator = await world.user(), world.operator()
    role = (await made_role(world, "reading", "accounts:read"))["id"]
    clients = {name: await made_user(world, name, "reading") for name in ("ann", "ben", "cat", "dan")}
    users = {name: await user_id(world, name) for name in clients}

    async def statuses(*names: str) -> list[int]:
        found = [[(await clients[name].get(ACCOUNTS)).status_code for _ in range(3)] for name in names]
        assert all(len(set(one)) == 1 for one in found)
        return [one[0] for one in found]

    assert await statuses(*clients) == [200] * 4
    (session,) = (await boss.get(f"/api/v1/sessions?user={users['ann']}")).json()["data"]
    assert (await boss.delete(f"/api/v1/sessions/{session['id']}")).status_code == 204
    assert await statuses("ann", "ben") == [401, 200]
    assert (await boss.post(f"/api/v1/users/{users['ben']}/deactivate")).status_code == 200
    assert await statuses("ben", "cat") == [401, 200]
    viewer = await role_id(world, "viewer")
    assert (await boss.put(f"/api/v1/users/{users['cat']}/roles", json={"roles": []})).status_code == 200
    assert await statuses("cat", "dan") == [403, 200]
    assert (await boss.put(f"/api/v1/roles/{role}/permissions", json={"permissions": []})).status_code == 200
    assert await statuses("dan") == [403]
    assert (
        await boss.put(f"/api/v1/users/{users['dan']}/roles", json={"roles": [viewer]})
    ).status_code == 200
    assert await statuses("dan") == [200]
    acme = f"/setup/tenants/{await world.tenant_id('acme')}"
    assert (await operator.post(f"{acme}/suspend")).status_code == 200
    assert_problem(await clients["dan"].get(ACCOUNTS), "tenant-suspended")
    assert (await operator.post(f"{acme}/resume")).status_code == 200
    assert await statuses("dan", "ann") == [200, 401]


async def test_a_token_is_known_to_its_own_tenant_and_to_the_letter(world: World) -> None:
    token = await world.sign_in("viewer")
    await world.user("viewer", "demo")
    own = world.client(token=token)
    assert [(await own.get(ACCOUNTS)).status_code for _ in range(2)] == [200, 200]
    for forged in (token[:-1], f"{token}A", f"{token[:-6]}AAAAAA", token.upper()):
        assert (await world.client(token=forged).get(ACCOUNTS)).status_code == 401
    for _ in range(2):
        assert (await world.client("demo.localhost", token).get(ACCOUNTS)).status_code == 401
    assert (await own.get(ACCOUNTS)).status_code == 200


@ON_MARIADB
async def test_a_server_that_killed_the_idle_connections_gets_the_request_all_the_same(
    world: World, mariadb: ServerAddress
) -> None:
    client, database = await world.user(), (await world.tenant("acme")).db_name
    root = MySQLEngine(mariadb.config)

    async def connections() -> list[int]:
        return [one.id for one in await process_list(root) if one.database == database]

    async def are_gone() -> bool:
        return not await connections()

    for request in (client.get(ACCOUNTS), client.post(ACCOUNTS, json={"name": "Once"}), client.get(ACCOUNTS)):
        killed = await connections()
        assert killed
        for one in killed:
            await root.run_ddl(f"KILL {one}")
        await until(are_gone)
        answer = await request
        assert answer.status_code in (200, 201), answer.text
    assert len(answer.json()["data"]) == 1

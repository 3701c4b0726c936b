"""Records over HTTP: many at once, by a unique field, and what became of them."""

import pytest

from tests.api.conftest import World
from tests.api.records.test_records import ACCOUNTS, NOWHERE, READERS, WRITERS, make
from tests.api.scenarios import Callers, Scenario, assert_problem, check, table


@table(
    Scenario(
        name="history",
        method="GET",
        path=f"{ACCOUNTS}/{{account}}/history?limit=5",
        statuses=READERS,
        shows=('"from":"Globex","to":"Initech"', '"action":"create"'),
        hides=("Demo's own",),
    ),
)
async def test_history(world: World, scenario: Scenario, callers: Callers) -> None:
    record, client = await make(world), await world.user()
    await client.patch(f"{ACCOUNTS}/{record['id']}", json={"name": "Initech"})
    await check(world, scenario, callers, account=record["id"])


@table(
    Scenario(
        name="trash",
        method="GET",
        path=f"{ACCOUNTS}/trash?sort=-deleted_at&count=exact",
        statuses={**READERS, "viewer": 403, "member": 403},
        shows=("Initech", '"deleted_at":"2', '"count":{"value":1'),
        hides=("Globex", "Demo's own"),
    ),
)
async def test_trash(world: World, scenario: Scenario, callers: Callers) -> None:
    client = await world.user()
    await make(world)
    gone = await make(world, name="Initech")
    await client.delete(f"{ACCOUNTS}/{gone['id']}")
    await check(world, scenario, callers)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{ACCOUNTS}/{NOWHERE}/history", 404),
        (f"{ACCOUNTS}/nonsense/history", 404),
        (f"{ACCOUNTS}/{NOWHERE}/history?limit=0", 400),
        (f"{ACCOUNTS}/{NOWHERE}/history?limt=1", 400),
        (f"{ACCOUNTS}/{NOWHERE}/history?cursor=AAAA", 400),
    ],
)
async def test_what_cannot_be_told(world: World, path: str, status: int) -> None:
    answer = await (await world.user()).get(path)
    assert answer.status_code == status
    assert_problem(answer)


@table(
    Scenario(
        name="bulk create",
        method="POST",
        path=f"{ACCOUNTS}/bulk",
        body={"op": "create", "records": [{"name": "Initech"}, {"name": "Hooli", "industry": "nonsense"}]},
        statuses=WRITERS,
        shows=('"ok":1,"failed":1', '"status":201,"version":1', '"status":422,"errors"', '"id":null'),
    ),
    Scenario(
        name="bulk update",
        method="POST",
        path=f"{ACCOUNTS}/bulk",
        body={"op": "update", "records": [{"id": NOWHERE, "name": "x"}]},
        statuses=WRITERS,
        shows=(f'"results":[{{"id":"{NOWHERE}","status":404,"errors":[{{"field":"id"',),
    ),
    Scenario(
        name="bulk delete",
        method="POST",
        path=f"{ACCOUNTS}/bulk",
        body={"op": "delete", "records": [{"id": NOWHERE}]},
        statuses={**WRITERS, "member": 403},
        shows=('"ok":0,"failed":1',),
    ),
    Scenario(
        name="bulk, all or nothing",
        method="POST",
        path=f"{ACCOUNTS}/bulk",
        body={"op": "create", "atomic": True, "records": [{"name": "Initech"}, {}]},
        statuses={**WRITERS, **dict.fromkeys(("member", "manager", "administrator"), 422)},
    ),
    Scenario(
        name="put by what is not unique",
        method="PUT",
        path=f"{ACCOUNTS}/by/name/Globex",
        body={"industry": "finance"},
        statuses={**WRITERS, **dict.fromkeys(("member", "manager", "administrator"), 400)},
    ),
)
async def test_writing_many(world: World, scenario: Scenario, callers: Callers) -> None:
    await check(world, scenario, callers)


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({"op": "destroy", "records": [{}]}, ["op"]),
        ({"op": "create", "records": []}, ["records"]),
        ({"op": "create", "records": [{}] * 1_001}, ["records"]),
        ({"op": "create", "records": [{}, 5]}, ["records[1]"]),
        ({"op": "create", "record": [{}]}, ["record", "records"]),
        ({"op": "create", "atomic": True, "records": [{"name": "x"}, {"nmae": "y"}]}, None),
    ],
)
async def test_faults_of_a_bulk(world: World, body: object, fields: list[str] | None) -> None:
    answer = await (await world.user()).post(f"{ACCOUNTS}/bulk", json=body)
    assert answer.status_code == 422
    problem = assert_problem(answer)
    found = [one["field"] for one in problem["errors"]]
    assert found == (fields or ["records[1].nmae", "records[1].name"])
    if fields is None:
        assert (await (await world.user()).get(ACCOUNTS)).json()["data"] == []


async def test_if_none_match_takes_nothing_but_a_star(world: World) -> None:
    headers = {"If-None-Match": '"7"'}
    answer = await (await world.user()).put(f"{ACCOUNTS}/by/name/x", json={}, headers=headers)
    assert_problem(answer, "invalid-if-none-match")

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
        name="bulk update of what matches",
        method="POST",
        path=f"{ACCOUNTS}/bulk",
        body={"op": "update", "filter": {"name": "Globex"}, "values": {"industry": "finance"}},
        statuses=WRITERS,
        shows=('"ok":0,"failed":0,"results":[],"matched":0,"skipped":0,"unfinished":0',),
    ),
    Scenario(
        name="bulk destruction of what is in the trash",
        method="POST",
        path=f"{ACCOUNTS}/bulk",
        body={"op": "destroy", "filter": {}},
        statuses={**WRITERS, "member": 403},
        shows=('"matched":0',),
    ),
    Scenario(
        name="how many a bulk would change",
        method="POST",
        path=f"{ACCOUNTS}/bulk?dryRun=true",
        body={"op": "update", "filter": {}, "values": {"industry": "finance"}},
        statuses=WRITERS,
        shows=('"matched":0,"capped":false',),
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
        ({"op": "archive", "records": [{}]}, ["op"]),
        ({"op": "create", "filter": {}}, ["filter"]),
        ({"op": "delete", "filter": {}, "records": [{}]}, ["filter"]),
        ({"op": "delete", "filter": {}, "values": {"name": "x"}, "atomic": True}, ["atomic", "values"]),
        ({"op": "update", "filter": {}}, ["values"]),
        ({"op": "update", "filter": {}, "values": {"nmae": "x"}}, ["values.nmae"]),
        ({"op": "update", "filter": {}, "values": {"name": "x"}, "expected": -1}, ["expected"]),
        ({"op": "delete", "records": [{}], "expected": 1, "search": "x"}, ["search", "expected"]),
        ({"op": "create", "records": []}, ["records"]),
        ({"op": "create", "records": [{}] * 1_001}, ["records"]),
        ({"op": "create", "records": [{}, 5]}, ["records[1]"]),
        ({"op": "create", "record": [{}]}, ["record"]),
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


async def test_all_that_match_are_changed_and_those_of_another_tenant_are_not(world: World) -> None:
    client = await world.user()
    for name in ("Globex", "Initech", "Hooli"):
        await make(world, name=name)
    await make(world, "demo", name="Demo's own")
    asked = {"op": "update", "filter": {"name": {"ne": "Hooli"}}, "values": {"industry": "finance"}}
    found = await client.post(f"{ACCOUNTS}/bulk?dryRun=true", json=asked)
    assert found.json() == {"ok": 0, "failed": 0, "results": [], "matched": 2, "capped": False}
    refused = await client.post(f"{ACCOUNTS}/bulk", json={**asked, "expected": 3})
    assert refused.status_code == 409
    assert "2 records match" in assert_problem(refused, "other-number")["detail"]
    done = await client.post(
        f"{ACCOUNTS}/bulk",
        json={**asked, "expected": 2},
        headers={"Idempotency-Key": "a-key-of-many-letters"},
    )
    assert done.status_code == 200, done.text
    counts = {"ok": 2, "failed": 0, "matched": 2, "skipped": 0, "unfinished": 0, "resultsLeftOut": 0}
    assert done.json() == {"results": [], **counts}
    listed = (await client.get(f"{ACCOUNTS}?filter[industry]=finance&sort=name")).json()["data"]
    assert [row["name"] for row in listed] == ["Globex", "Initech"]
    assert (await client.post(f"{ACCOUNTS}/bulk", json={"op": "delete", "filter": {}})).json()["ok"] == 3
    theirs = await world.user(slug="demo")
    assert [row["name"] for row in (await theirs.get(ACCOUNTS)).json()["data"]] == ["Demo's own"]
    unknown = await client.post(f"{ACCOUNTS}/bulk", json={"op": "delete", "filter": {"nmae": "x"}})
    assert_problem(unknown, "invalid-query")
    not_by_name = {"op": "delete", "records": [{"id": NOWHERE}]}
    dry = await client.post(f"{ACCOUNTS}/bulk?dryRun=true", json=not_by_name)
    assert [one["field"] for one in assert_problem(dry)["errors"]] == ["filter"]


async def test_a_deletion_of_all_that_match_is_undone_by_its_moment(world: World) -> None:
    client = await world.user()
    for name in ("Globex", "Initech", "Hooli"):
        await make(world, name=name)
    await client.post(f"{ACCOUNTS}/bulk", json={"op": "delete", "filter": {"name": "Hooli"}})
    done = (await client.post(f"{ACCOUNTS}/bulk", json={"op": "delete", "filter": {}})).json()
    assert (done["ok"], "deletedAt" in done) == (2, True)
    these = {"deleted_at": done["deletedAt"], "updated_by": "$me"}
    back = await client.post(f"{ACCOUNTS}/bulk", json={"op": "restore", "filter": these})
    assert (back.json()["ok"], "deletedAt" in back.json()) == (2, False)
    listed = (await client.get(f"{ACCOUNTS}?sort=name")).json()["data"]
    assert [row["name"] for row in listed] == ["Globex", "Initech"]


async def test_values_are_checked_when_what_matches_is_counted(world: World) -> None:
    client = await world.user()
    for values, fields in (({"nmae": "x"}, ["values.nmae"]), ({}, ["values"])):
        body = {"op": "update", "filter": {}, "values": values}
        dry = await client.post(f"{ACCOUNTS}/bulk?dryRun=true", json=body)
        assert [one["field"] for one in assert_problem(dry)["errors"]] == fields


async def test_if_none_match_takes_nothing_but_a_star(world: World) -> None:
    headers = {"If-None-Match": '"7"'}
    answer = await (await world.user()).put(f"{ACCOUNTS}/by/name/x", json={}, headers=headers)
    assert_problem(answer, "invalid-if-none-match")

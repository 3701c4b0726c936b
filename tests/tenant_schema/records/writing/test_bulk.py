"""Many records at once: each on its own or all or nothing, in few statements, on every kind of database."""

from dataclasses import replace
from typing import Any, Literal

import pytest

from piccolo_engines.columns import new_id
from piccolo_engines.errors import Deadlock
from tenant_schema.records.errors import BulkRefused
from tenant_schema.records.history.write import keep
from tenant_schema.records.query.model import Condition
from tenant_schema.records.record import Record
from tenant_schema.records.writing import bulk_update, delete
from tenant_schema.records.writing.bulk import Item
from tenant_schema.users.errors import PermissionDenied
from tests.tenant_schema.records.conftest import Counting
from tests.tenant_schema.records.models import Caller


def said(items: Any) -> list[tuple[int, list[tuple[str, str]]]]:
    return [(item.status, [(one.field, one.code) for one in item.problems]) for item in items]


def record(item: Item) -> Record:
    return Record({"id": str(item.id)}, item.version or 0)


async def count(caller: Caller) -> int:
    return len((await caller.page(("limit", "200"))).data)


async def test_each_record_is_made_on_its_own(anywhere: Caller) -> None:
    await anywhere.create(name="there", code="taken")
    nowhere = str(new_id())
    found = await anywhere.bulk(
        "create",
        {"name": "a", "code": "a"},
        {"name": "b", "code": "taken"},
        {"nmae": "c"},
        {"name": "d", "parent": nowhere},
        {"name": "e", "code": "a"},
        {"name": "f", "price": "1.50", "colors": ["red"], "extra": {"a": 1}, "manager": None},
        [],
    )
    assert said(found) == [
        (201, []),
        (409, [("code", "unique")]),
        (422, [("nmae", "unknown-field"), ("name", "required")]),
        (422, [("parent", "reference-not-found")]),
        (409, [("code", "unique")]),
        (201, []),
        (422, [("", "wrong-type")]),
    ]
    assert [item.id is None for item in found] == [False, True, True, True, True, False, True]
    made = await anywhere.read(record(found[5]))
    assert (made.data["price"], made.data["colors"], made.data["extra"]) == ("1.50", ["red"], {"a": 1})
    assert (made.data["owner"], made.data["color"]) == (str(anywhere.access.user_id), "red")
    assert sorted(await anywhere.names()) == ["a", "f", "there"]


async def test_all_or_nothing(anywhere: Caller) -> None:
    await anywhere.create(name="there", code="taken")
    bodies = [{"name": "a"}, {"name": "b", "code": "taken"}]
    with pytest.raises(BulkRefused) as caught:
        await anywhere.bulk("create", *bodies, atomic=True)
    assert [(one.field, one.code) for one in caught.value.problems] == [("records[1].code", "unique")]
    with pytest.raises(BulkRefused) as caught:
        await anywhere.bulk("create", {"name": "a"}, {"count": "x"}, atomic=True)
    assert [one.field for one in caught.value.problems] == ["records[1].count", "records[1].name"]
    assert await count(anywhere) == 1
    assert said(await anywhere.bulk("create", {"name": "a"}, {"name": "b"}, atomic=True)) == [(201, [])] * 2


async def test_a_thousand_take_a_few_statements(anywhere: Caller, sent_anywhere: Counting) -> None:
    bodies = [{"name": str(number), "code": f"c{number}"} for number in range(1_000)]
    with sent_anywhere() as sent:
        made = await anywhere.bulk("create", *bodies)
    assert len(without_savepoints(sent)) == 1
    assert {item.status for item in made} == {201}

    changes = [{"id": str(item.id), "count": place, "name": "y"} for place, item in enumerate(made)]
    with sent_anywhere() as sent:
        changed = await anywhere.bulk("update", *changes)
    assert {(item.status, item.version) for item in changed} == {(200, 2)}
    assert len(without_savepoints(sent)) == 3  # lock, change, keep
    last = await anywhere.read(record(made[-1]))
    assert (last.data["count"], last.data["name"], last.version) == (999, "y", 2)
    assert [one["field"] for one in (await anywhere.history(last)).data[0]["changes"]] == ["count", "name"]

    with sent_anywhere() as sent:
        gone = await anywhere.bulk("delete", *[{"id": str(item.id)} for item in made])
    assert {item.status for item in gone} == {204}
    assert len(without_savepoints(sent)) == 3 + 2 * 2  # two lookups lead to gadgets: 500 ids each time
    assert await count(anywhere) == 0


def without_savepoints(sent: list[str]) -> list[str]:
    return [one for one in sent if "SAVEPOINT" not in one]


async def test_conflicts_among_a_thousand_are_found_in_a_few_statements(
    caller: Caller, counting: Counting
) -> None:
    await caller.bulk("create", *[{"name": "x", "code": f"c{number}"} for number in range(0, 1_000, 2)])
    with counting() as sent:
        made = await caller.bulk("create", *[{"name": "y", "code": f"c{number}"} for number in range(1_000)])
    assert [item.status for item in made] == [409, 201] * 500
    assert len(sent) < 10


async def test_each_record_is_changed_on_its_own(anywhere: Caller) -> None:
    await anywhere.create(name="there", code="taken")
    a, b, c, d = [await anywhere.create(name=name, code=name) for name in "abcd"]
    await anywhere.delete(d)
    found = await anywhere.bulk(
        "update",
        {"id": a.data["id"], "name": "A", "version": 1},
        {"id": b.data["id"], "code": "taken", "name": "B"},
        {"id": c.data["id"], "version": 7, "name": "C"},
        {"id": d.data["id"], "name": "D"},
        {"id": str(new_id()), "name": "nobody"},
        {"id": a.data["id"], "name": "again"},
        {"name": "no id"},
        {"id": "nonsense"},
        {"id": c.data["id"], "version": "x"},
        {"id": b.data["id"], "created_by": None},
    )
    assert [(status, [code for _, code in problems]) for status, problems in said(found)] == [
        (200, []),
        (409, ["unique"]),
        (412, ["version-mismatch"]),
        (404, ["record-not-found"]),
        (404, ["record-not-found"]),
        (422, ["duplicate"]),
        (422, ["not-an-id"]),
        (422, ["not-an-id"]),
        (422, ["wrong-type", "duplicate"]),
        (422, ["duplicate"]),
    ]
    assert sorted(await anywhere.names()) == ["A", "b", "c", "there"]


async def test_a_refused_change_leaves_no_history(anywhere: Caller) -> None:
    await anywhere.create(name="there", code="taken")
    a, b = [await anywhere.create(name=name, code=name) for name in "ab"]
    await anywhere.bulk("update", {"id": a.data["id"], "code": "free"}, {"id": b.data["id"], "code": "taken"})
    assert len((await anywhere.history(a)).data) == 2
    assert len((await anywhere.history(b)).data) == 1
    with pytest.raises(BulkRefused):
        await anywhere.bulk(
            "update", {"id": a.data["id"], "name": "y"}, {"id": b.data["id"], "code": "free"}, atomic=True
        )
    assert len((await anywhere.history(a)).data) == 2


async def test_values_of_every_type_are_changed(anywhere: Caller) -> None:
    values = [
        {"count": 5, "weight": "1.5", "active": True, "born": "2026-01-02", "opens": "09:30:00"},
        {"count": None, "weight": "-2", "active": False, "born": None, "opens": "10:00:00.5"},
    ]
    more = [
        {
            "seen": "2026-01-02T03:04:05.678Z",
            "color": "blue",
            "colors": ["red", "blue"],
            "extra": [1, {"a": 2}],
        },
        {"seen": None, "color": None, "colors": ["green"], "extra": {"ä": "'\"\\%"}},
    ]
    made = [await anywhere.create(name="x") for _ in values]
    me = str(anywhere.access.user_id)
    bodies = [
        {"id": one.data["id"], "manager": manager, **first, **second}
        for one, manager, first, second in zip(made, (me, None), values, more, strict=True)
    ]
    await anywhere.update(made[1], {"manager": me})
    found = await anywhere.bulk("update", *bodies)
    assert [item.status for item in found] == [200, 200]
    expected = [
        await anywhere.create(name="x", **{k: v for k, v in one.items() if k != "id"}) for one in bodies
    ]
    for one, other in zip(made, expected, strict=True):
        names = values[0].keys() | more[0].keys() | {"manager"}
        assert pick(await anywhere.read(one), names) == pick(other, names)


def pick(one: Record, names: Any) -> dict[str, Any]:
    return {name: one.data[name] for name in names}


async def test_what_changes_nothing_keeps_its_version(caller: Caller, counting: Counting) -> None:
    made = await caller.create(name="x")
    with counting() as sent:
        found = await caller.bulk("update", {"id": made.data["id"], "name": "x"})
    assert [(item.status, item.version) for item in found] == [(200, 1)]
    assert len(sent) == 1


async def test_each_record_is_deleted_on_its_own(anywhere: Caller) -> None:
    a, b = [await anywhere.create(name=name) for name in "ab"]
    found = await anywhere.bulk(
        "delete",
        {"id": a.data["id"]},
        {"id": b.data["id"], "version": 9},
        {"id": str(new_id())},
        {"id": b.data["id"], "name": "x"},
    )
    assert [item.status for item in found] == [204, 412, 404, 422]
    assert await anywhere.names() == ["b"]
    assert (await anywhere.restore(a)).version == 3
    with pytest.raises(BulkRefused):
        await anywhere.bulk("delete", {"id": a.data["id"]}, {"id": str(new_id())}, atomic=True)
    assert sorted(await anywhere.names()) == ["a", "b"]


async def test_rules_hold_record_by_record(caller: Caller, with_rights: Any) -> None:
    mine, seen, hidden = [await caller.create(name=name, count=1) for name in ("mine", "seen", "hidden")]

    rule = Condition("name", "eq", "mine")
    with_rights(read=Condition("name", "ne", "hidden"), update=rule, delete=rule)
    ids = [{"id": one.data["id"]} for one in (mine, seen, hidden)]
    changed = await caller.bulk("update", *[one | {"count": 2} for one in ids])
    assert [item.status for item in changed] == [200, 403, 404]
    assert [item.status for item in await caller.bulk("delete", *ids)] == [204, 403, 404]


@pytest.mark.parametrize("op", ["create", "update", "delete"])
async def test_it_takes_the_permission_for_what_is_done(caller: Caller, op: Any) -> None:
    held = {"gadgets:create", "gadgets:update", "gadgets:delete", "gadgets:read"} - {f"gadgets:{op}"}
    access = replace(caller.access, permissions=frozenset(held))
    with pytest.raises(PermissionDenied):
        await replace(caller, access=access).bulk(op, {"id": str(new_id())})


@pytest.mark.parametrize("op", ["update", "delete"])
async def test_a_deadlock_is_tried_again_with_the_versions_that_were_asked_for(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, op: Literal["update", "delete"]
) -> None:
    one, two = await caller.create(name="one"), await caller.create(name="two")
    attempts = 0

    async def refused_once(*arguments: Any) -> None:
        nonlocal attempts
        attempts += 1
        if attempts == 1:
            raise Deadlock
        await keep(*arguments)

    monkeypatch.setattr(bulk_update, "keep", refused_once)
    monkeypatch.setattr(delete, "keep", refused_once)
    change = {"notes": "x"} if op == "update" else {}
    found = await caller.bulk(
        op, {"id": one.data["id"], **change}, {"id": two.data["id"], "version": 1, **change}
    )
    assert attempts == 2
    assert [(item.status, item.version) for item in found] == [(200 if op == "update" else 204, 2)] * 2

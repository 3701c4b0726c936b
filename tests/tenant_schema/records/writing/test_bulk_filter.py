"""The same done to all records that match: only to those that the caller may do it to, in portions that are
done as a whole, on every kind of database.
"""

import asyncio
from collections.abc import Mapping, Sequence
from contextvars import copy_context
from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from piccolo_engines.columns import new_id
from piccolo_engines.errors import ConnectionLost
from tenant_schema.records.access.target import Target
from tenant_schema.records.errors import InvalidQuery, OtherNumber, ValidationFailed
from tenant_schema.records.record import Record
from tenant_schema.records.writing import bulk_filter
from tenant_schema.records.writing.bulk import Item
from tenant_schema.records.writing.bulk_filter import Doing, Done
from tenant_schema.users.errors import PermissionDenied
from tenant_schema.users.rights.permissions import Grants, RoleGrants
from tests.support.servers import KINDS
from tests.tenant_schema.records.family import Family
from tests.tenant_schema.records.models import Caller

LOW = {"count": {"lt": 3}}


def as_role(caller: Caller, *permissions: str, **limits: Any) -> Caller:
    role = RoleGrants(new_id(), "some", frozenset(permissions or {"*:*"}), **limits)
    access = replace(caller.access, permissions=role.permissions, grants=Grants((role,), role.permissions))
    return replace(caller, access=access)


async def bulk(
    caller: Caller,
    op: Doing,
    wanted: Mapping[str, Any],
    expected: int | None = None,
    **values: Any,
) -> Done:
    document = {"filter": wanted}
    return await caller.service.bulk_matching(
        caller.scope, caller.access, caller.object_name, op, document, values, expected
    )


async def matching(caller: Caller, op: Doing, wanted: Mapping[str, Any]) -> tuple[int, bool]:
    found = await caller.service.count_matching(
        caller.scope, caller.access, caller.object_name, op, {"filter": wanted}, {}
    )
    return found.value, found.capped


async def named(caller: Caller, *names: str) -> list[Record]:
    return [await caller.create(name=name, count=number) for number, name in enumerate(names)]


async def notes(caller: Caller) -> list[str | None]:
    return [row["notes"] for row in (await caller.page(("sort", "name"), ("limit", "200"))).data]


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Portions of two records."""
    monkeypatch.setattr(bulk_filter, "PORTION", 2)
    monkeypatch.setattr(bulk_filter, "_PAGE", 3)


@pytest.mark.usefixtures("small")
async def test_an_update_changes_what_matches_and_is_kept_in_histories(anywhere: Caller) -> None:
    made = await named(anywhere, *"abcdefgh")
    await anywhere.update(made[1], {"notes": "new"})
    assert await matching(anywhere, "update", {"count": {"lt": 6}}) == (6, False)
    done = await bulk(anywhere, "update", {"count": {"lt": 6}}, expected=6, notes="new", count=9)
    assert (done.matched, done.ok, done.failures, done.skipped, done.unfinished) == (6, 6, 0, 0, 0)
    assert await notes(anywhere) == ["new"] * 6 + [None] * 2
    assert [row["version"] for row in (await anywhere.page(("sort", "name"))).data] == [
        2,
        3,
        2,
        2,
        2,
        2,
        1,
        1,
    ]
    changes = (await anywhere.history(made[0])).data[0]["changes"]
    assert {one["field"]: (one["from"], one["to"]) for one in changes} == {
        "notes": (None, "new"),
        "count": (0, 9),
    }
    again = await bulk(anywhere, "update", {"count": 9}, notes="new")
    assert again.ok == 6
    assert (await anywhere.read(made[0])).version == 2, "what stays the same stays at its version"


async def test_only_records_that_rules_let_pass_are_counted_and_changed(anywhere: Caller) -> None:
    made = await named(anywhere, *"abcde")
    await anywhere.update(made[0], {"parent": made[4].data["id"]})
    rules = {"read": {"name": {"ne": "b"}}, "update": {"count": {"lt": 4}}, "delete": {"parent.name": "e"}}
    ada = as_role(anywhere, rules={"gadgets": rules})
    assert await matching(ada, "update", {}) == (3, False)
    assert await matching(ada, "delete", {}) == (1, False)
    assert (await bulk(ada, "update", {}, notes="x")).ok == 3
    assert await notes(anywhere) == ["x", None, "x", "x", None]
    assert (await bulk(ada, "delete", {})).ok == 1
    assert await anywhere.names(("sort", "name")) == ["b", "c", "d", "e"]
    assert (await bulk(ada, "destroy", {})).matched == 1
    assert (await anywhere.trash()).data == []


@pytest.mark.usefixtures("small")
async def test_the_trash_is_restored_and_emptied(anywhere: Caller) -> None:
    made = await named(anywhere, *"abcdef")
    assert (await bulk(anywhere, "delete", {"count": {"gte": 1}})).ok == 5
    assert await anywhere.names() == ["a"]
    assert (await anywhere.history(made[2])).data[0]["action"] == "delete"
    assert await matching(anywhere, "restore", {}) == (5, False)
    assert (await bulk(anywhere, "restore", {"deleted_at": {"gt": "$yesterday"}, "count": {"lt": 3}})).ok == 2
    assert sorted(await anywhere.names()) == ["a", "b", "c"]
    assert (await bulk(anywhere, "destroy", {})).ok == 3
    assert (await anywhere.trash()).data == []
    assert sorted(await anywhere.names()) == ["a", "b", "c"], "what is in use stays"
    assert [entry["action"] for entry in (await anywhere.history(made[5])).data] == ["destroy"]


@pytest.mark.usefixtures("small")
async def test_what_a_deletion_moved_to_the_trash_is_found_there_and_nothing_else(anywhere: Caller) -> None:
    made = await named(anywhere, *"abcdefg")
    await anywhere.delete(made[0])
    done = await bulk(anywhere, "delete", {"count": {"lt": 6}})
    assert (done.ok, done.deleted_at is not None) == (5, True)
    assert done.deleted_at is not None
    await bulk(anywhere, "restore", {"name": "c"})
    await bulk(anywhere, "delete", {"name": "c"})
    these = {"deleted_at": done.deleted_at.isoformat(), "updated_by": "$me"}
    assert await matching(anywhere, "restore", these) == (4, False)
    assert (await bulk(anywhere, "restore", these)).ok == 4
    assert sorted(await anywhere.names()) == ["b", "d", "e", "f", "g"]
    assert sorted(row["name"] for row in (await anywhere.trash()).data) == ["a", "c"]
    assert (await bulk(anywhere, "delete", {"name": "none"})).deleted_at is None
    assert (await bulk(anywhere, "update", {}, notes="x")).deleted_at is None


async def test_the_values_of_a_change_are_checked_when_it_is_only_counted(caller: Caller) -> None:
    await named(caller, "a")
    target, query = await bulk_filter.found_by(
        caller.service.targets, caller.scope, caller.access, caller.object_name, "update", {"filter": {}}
    )
    assert (await bulk_filter.count_matching(target, "update", query, {"notes": "x"})).value == 1
    with pytest.raises(ValidationFailed) as caught:
        await bulk_filter.count_matching(target, "update", query, {"nmae": "x"})
    assert [one.field for one in caught.value.problems] == ["values.nmae"]


async def interrupted(
    anywhere: Caller, monkeypatch: pytest.MonkeyPatch, changes: Mapping[str, Any], times: int
) -> tuple[Done, Record, int]:
    """Set notes of all records; others change the first of them ``times`` times after it was found."""
    made = await named(anywhere, *"abc")
    outside, tries = copy_context(), 0

    async def act(target: Target, items: Sequence[Item], now: datetime) -> None:
        nonlocal tries
        tries += 1
        if tries <= times:
            values = {name: value + tries for name, value in changes.items()}
            await asyncio.create_task(anywhere.update(made[0], values), context=outside)
        await bulk_filter.change_items(target, items, now)

    monkeypatch.setattr(bulk_filter, "_ACTS", {"update": act})
    return await bulk(anywhere, "update", {"count": {"lt": 9}}, notes="x"), made[0], tries


@pytest.mark.parametrize("any_database", KINDS, indirect=True)
async def test_records_that_others_change_in_between_are_changed_as_they_are_then(
    anywhere: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, first, tries = await interrupted(anywhere, monkeypatch, {"count": 1}, times=2)
    assert (done.matched, done.ok, done.failures, done.skipped, tries) == (3, 3, 0, 0, 3)
    found = await anywhere.read(first)
    assert (found.data["count"], found.data["notes"], found.version) == (3, "x", 4)


@pytest.mark.parametrize("any_database", KINDS, indirect=True)
async def test_records_that_no_longer_match_after_others_changed_them_are_skipped(
    anywhere: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, first, tries = await interrupted(anywhere, monkeypatch, {"count": 50}, times=1)
    assert (done.matched, done.ok, done.failures, done.skipped, tries) == (3, 2, 0, 1, 2)
    assert (await anywhere.read(first)).data["notes"] is None


@pytest.mark.parametrize("any_database", KINDS, indirect=True)
async def test_records_that_others_keep_changing_are_reported_without_a_version(
    anywhere: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    done, first, _ = await interrupted(anywhere, monkeypatch, {"count": 0}, times=99)
    assert (done.matched, done.ok, done.failures) == (3, 2, 1)
    (refused,) = done.failed
    assert (str(refused.id), refused.status) == (first.data["id"], 409)
    assert [one.code for one in refused.problems] == ["changed-meanwhile"]


@pytest.mark.usefixtures("small")
async def test_each_refusal_is_reported_and_the_others_are_done(anywhere: Caller) -> None:
    made = await named(anywhere, *"abcd")
    await anywhere.create(name="z", count=99, parent=made[1].data["id"])
    done = await bulk(anywhere, "delete", {"count": {"lt": 9}})
    assert (done.ok, done.failures) == (3, 1)
    (refused,) = done.failed
    assert str(refused.id) == made[1].data["id"]
    assert (refused.status, [one.code for one in refused.problems]) == (409, ["still-referenced"])
    assert sorted(await anywhere.names()) == ["b", "z"]
    done = await bulk(anywhere, "update", {}, code="same")
    assert (done.ok, done.failures) == (1, 1)
    assert [one.code for one in done.failed[0].problems] == ["unique"]
    assert (await bulk(anywhere, "delete", {})).ok == 2, "records that refer to one another go together"


async def test_another_number_than_expected_changes_nothing(anywhere: Caller) -> None:
    await named(anywhere, *"abc")
    with pytest.raises(OtherNumber) as caught:
        await bulk(anywhere, "update", {}, expected=2, notes="x")
    assert (caught.value.expected, caught.value.matched) == (2, 3)
    assert await notes(anywhere) == [None] * 3
    assert (await bulk(anywhere, "update", {"name": "none"}, expected=0, notes="x")).matched == 0


@pytest.mark.usefixtures("small")
async def test_more_than_a_request_may_change_is_refused(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bulk_filter, "MAX_MATCHED", 5)
    await named(caller, *"abcdef")
    assert await matching(caller, "delete", {}) == (5, True)
    with pytest.raises(InvalidQuery) as caught:
        await bulk(caller, "delete", {})
    assert [one.code for one in caught.value.problems] == ["too-many-matches"]
    assert len(await caller.names()) == 6
    assert (await bulk(caller, "delete", {"count": {"lt": 5}})).ok == 5


@pytest.mark.usefixtures("small")
async def test_what_portions_have_done_stays_when_the_database_fails(
    anywhere: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    await named(anywhere, *"abcdefg")
    tried: list[int] = []
    failing = {3}

    async def act(target: Target, items: Sequence[Item], now: datetime) -> None:
        tried.append(len(items))
        await bulk_filter.change_items(target, items, now)
        if len(tried) in failing:
            raise ConnectionLost("gone")

    monkeypatch.setattr(bulk_filter, "_ACTS", {"update": act})
    done = await bulk(anywhere, "update", {}, notes="x")
    assert (done.matched, done.ok, done.unfinished, tried) == (7, 4, 3, [2, 2, 2])
    assert await notes(anywhere) == ["x"] * 4 + [None] * 3
    tried.clear()
    failing = {1}
    with pytest.raises(ConnectionLost):
        await bulk(anywhere, "update", {}, notes="y")
    assert "y" not in await notes(anywhere)


@pytest.mark.usefixtures("small")
async def test_records_that_no_longer_match_when_it_is_their_turn_are_skipped(
    anywhere: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await named(anywhere, *"abcdef")

    async def act(target: Target, items: Sequence[Item], now: datetime) -> None:
        await bulk_filter.change_items(target, items, now)
        if any(str(item.id) == made[0].data["id"] for item in items):
            await anywhere.update(made[3], {"count": 99})
            await anywhere.delete(made[4])

    monkeypatch.setattr(bulk_filter, "_ACTS", {"update": act})
    done = await bulk(anywhere, "update", {"count": {"lt": 9}}, notes="x")
    assert (done.matched, done.ok, done.skipped, done.failures) == (6, 4, 2, 0)
    assert await notes(anywhere) == ["x", "x", "x", None, "x"]


async def test_it_takes_the_permission_to_read_and_to_do_it(caller: Caller) -> None:
    for op, held in (
        ("update", "delete"),
        ("delete", "update"),
        ("restore", "update"),
        ("destroy", "update"),
    ):
        for permissions in ({"gadgets:read", f"gadgets:{held}"}, {"gadgets:update", "gadgets:delete"}):
            less = as_role(caller, *permissions)
            with pytest.raises(PermissionDenied):
                await bulk(less, op, {}, notes="x")  # type: ignore[arg-type]  # one of them
            with pytest.raises(PermissionDenied):
                await matching(less, op, {})  # type: ignore[arg-type]  # one of them


async def test_hidden_fields_are_neither_asked_for_nor_written(caller: Caller) -> None:
    await named(caller, "a")
    hidden = as_role(
        caller, hidden={"gadgets": frozenset({"count"})}, locked={"gadgets": frozenset({"count", "notes"})}
    )
    with pytest.raises(InvalidQuery):
        await bulk(hidden, "update", LOW, name="x")
    with pytest.raises(InvalidQuery):
        await matching(hidden, "delete", {"deleted_at": {"null": True}})
    for values in ({"notes": "x"}, {"count": 1}, {"nmae": "x"}, {"version": 3}, {"name": None}):
        with pytest.raises(ValidationFailed) as caught:
            await bulk(hidden, "update", {}, **values)
        assert caught.value.problems[0].field == f"values.{next(iter(values))}"
    assert await caller.names() == ["a"]


async def test_named_records_are_restored_and_destroyed(anywhere: Caller) -> None:
    made = await named(anywhere, *"abc")
    ids = [record.data["id"] for record in made]
    await anywhere.delete(made[0])
    await anywhere.delete(made[1])
    back = await anywhere.bulk(
        "restore",
        {"id": ids[0], "version": 2},
        {"id": ids[1], "version": 9},
        {"id": ids[2]},
        {"id": str(new_id())},
    )
    assert [(item.status, item.version) for item in back] == [(200, 3), (412, 9), (200, 1), (404, None)]
    assert sorted(await anywhere.names()) == ["a", "c"]
    gone = await anywhere.bulk(
        "destroy", {"id": ids[0]}, {"id": ids[1], "name": "x"}, {"id": ids[2], "version": 7}
    )
    assert [item.status for item in gone] == [204, 422, 412]
    assert await anywhere.names() == ["c"]
    assert len((await anywhere.trash()).data) == 1
    gone = await anywhere.bulk("destroy", {"id": ids[1]}, {"id": ids[2]}, atomic=True)
    assert [item.status for item in gone] == [204, 204]
    assert (await anywhere.trash()).data == []
    with pytest.raises(PermissionDenied):
        await as_role(anywhere, "gadgets:read", "gadgets:update").bulk("destroy", {"id": ids[0]})


async def test_paths_and_searches_select_as_in_a_list(family: Family) -> None:
    firms = await family.fill("firms", [{"name": "Acme"}, {"name": "Bolt"}])
    await family.fill("staff", [{"name": f"p{n}", "firm": firms[n % 2]["id"]} for n in range(5)])
    await family.index("firms")
    staff, people = family.caller("staff"), ("sort", "name")
    assert (await bulk(staff, "update", {"firm.name": "Acme"}, pay="5")).ok == 3
    assert [row["pay"] for row in (await staff.page(people)).data] == ["5.000", None, "5.000", None, "5.000"]
    caller = family.caller("firms")
    document = {"filter": {}, "search": "bol"}
    asked = (caller.scope, caller.access, "firms", "update", document)
    assert (await caller.service.count_matching(*asked, {})).value == 1  # type: ignore[arg-type]
    assert (await caller.service.bulk_matching(*asked, {"name": "Nut"})).ok == 1  # type: ignore[arg-type]
    assert await caller.names(("search", "bolt")) == []
    assert await caller.names(("search", "nut")) == ["Nut"]

"""Records by a unique field: made when they are not there, changed when they are, by many at once."""

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from tenant_schema.records.errors import (
    AlreadyThere,
    InvalidQuery,
    NothingToMatch,
    UniqueConflict,
    ValidationFailed,
    VersionMismatch,
)
from tenant_schema.records.query.model import Condition
from tenant_schema.users.errors import PermissionDenied
from tests.tenant_schema.records.conftest import Counting
from tests.tenant_schema.records.models import Caller, id_of

KEY = ("code", "A-1")


async def test_it_makes_what_is_not_there_and_changes_what_is(anywhere: Caller) -> None:
    made, is_new = await anywhere.put(KEY, {"name": "x", "count": 1})
    assert (is_new, made.version, made.data["code"]) == (True, 1, "A-1")
    changed, is_new = await anywhere.put(KEY, {"count": 2, "code": "A-1"})
    assert (is_new, changed.version, changed.data["name"]) == (False, 2, "x")
    assert id_of(made) == id_of(changed)
    same, _ = await anywhere.put(KEY, {"count": 2})
    assert same.version == 2


async def test_many_at_once_make_one_record(anywhere: Caller) -> None:
    done = await asyncio.gather(*[anywhere.put(KEY, {"name": "x", "count": number}) for number in range(12)])
    assert len({id_of(record) for record, _ in done}) == 1
    assert [is_new for _, is_new in done].count(True) == 1
    assert {record.data["count"] for record, _ in done} == set(range(12))
    assert len((await anywhere.page()).data) == 1


async def test_what_it_costs(caller: Caller, counting: Counting) -> None:
    with counting() as sent:
        await caller.put(KEY, {"name": "x"})
    assert [one.split(" ", 1)[0] for one in sent] == ["SELECT", "INSERT"]
    with counting() as sent:
        await caller.put(KEY, {"name": "y"})
    assert [one.split(" ", 1)[0] for one in sent] == ["SELECT", "SELECT", "UPDATE", "INSERT"]


@pytest.mark.parametrize(
    ("name", "code", "near"),
    [
        ("name", "not-unique", "code"),
        ("cod", "unknown-field", "code"),
        ("nonsense", "unknown-field", "code"),
        ("id", "not-unique", "code"),
    ],
)
async def test_only_a_unique_field_names_a_record(caller: Caller, name: str, code: str, near: str) -> None:
    with pytest.raises(InvalidQuery) as caught:
        await caller.put((name, "x"), {"name": "x"})
    (problem,) = caught.value.problems
    assert (problem.field, problem.code, problem.did_you_mean) == (name, code, near)


async def test_the_body_may_not_say_otherwise_than_the_address(caller: Caller) -> None:
    for other in ("A-2", None, 5):
        with pytest.raises(ValidationFailed) as caught:
            await caller.put(KEY, {"name": "x", "code": other})
        assert caught.value.problems[0].code == "does-not-match"


async def test_preconditions(caller: Caller) -> None:
    with pytest.raises(NothingToMatch):
        await caller.put(KEY, {"name": "x"}, if_match=1)
    made, _ = await caller.put(KEY, {"name": "x"}, only_new=True)
    with pytest.raises(AlreadyThere) as there:
        await caller.put(KEY, {"name": "y"}, only_new=True)
    assert there.value.current == made
    with pytest.raises(VersionMismatch) as mismatch:
        await caller.put(KEY, {"name": "y"}, if_match=2)
    assert mismatch.value.current == made
    assert (await caller.put(KEY, {"name": "y"}, if_match=1))[0].version == 2


async def test_the_usual_faults_of_a_body(caller: Caller) -> None:
    with pytest.raises(ValidationFailed):
        await caller.put(KEY, {"count": 1})  # a new one needs its name
    await caller.put(KEY, {"name": "x"})
    with pytest.raises(ValidationFailed):
        await caller.put(KEY, {"count": "many"})


async def test_what_lies_in_the_trash_is_restored_and_changed(caller: Caller) -> None:
    made, _ = await caller.put(KEY, {"name": "x"})
    await caller.delete(made)
    found, is_new = await caller.put(KEY, {"name": "y"})
    assert (found.data["id"], found.data["name"], is_new) == (made.data["id"], "y", False)


async def test_what_is_out_of_sight_is_in_the_way_and_stays_so(caller: Caller, with_rights: Any) -> None:
    await caller.put(KEY, {"name": "hidden"})

    with_rights(read=Condition("name", "eq", "mine"))
    with pytest.raises(UniqueConflict):
        await caller.put(KEY, {"name": "mine"})


@pytest.mark.parametrize("missing", ["create", "update"])
async def test_it_takes_the_permissions_for_both(caller: Caller, missing: str) -> None:
    held = {"gadgets:create", "gadgets:update", "gadgets:read"} - {f"gadgets:{missing}"}
    access = replace(caller.access, permissions=frozenset(held))
    with pytest.raises(PermissionDenied):
        await replace(caller, access=access).put(KEY, {"name": "x"})

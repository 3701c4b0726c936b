"""A unique value that a record in the trash holds: reported as that, and restored by an upsert, on every
database.
"""

import io
from collections.abc import Callable
from dataclasses import replace

import pytest

from tenant_schema.records.csv.import_csv import ImportOptions
from tenant_schema.records.csv.import_report import ImportReport
from tenant_schema.records.errors import (
    ChangeDenied,
    NothingToMatch,
    UniqueConflict,
    ValidationFailed,
    VersionMismatch,
)
from tenant_schema.records.query.model import NOTHING, Condition
from tenant_schema.records.record import Record
from tests.tenant_schema.records.models import Caller

KEY = ("code", "K")


@pytest.fixture
async def trashed(anywhere: Caller) -> Record:
    made = await anywhere.create(name="old", code="K", count=1)
    await anywhere.delete(made)
    return made


def without_delete(caller: Caller) -> Caller:
    held = frozenset({f"gadgets:{action}" for action in ("create", "read", "update")})
    return replace(caller, access=replace(caller.access, permissions=held))


def blind(caller: Caller) -> Caller:
    held = frozenset({"gadgets:create", "gadgets:update", "gadgets:delete"})
    return replace(caller, access=replace(caller.access, permissions=held))


async def conflict(caller: Caller, other: Record) -> list[tuple[str, bool, str | None]]:
    """What the caller is told of a value that is taken, the same in every way of writing."""
    found = []
    with pytest.raises(UniqueConflict) as caught:
        await caller.create(name="new", code="K")
    found.append([(one.field, one.in_trash, one.record) for one in caught.value.problems])
    with pytest.raises(UniqueConflict) as caught:
        await caller.update(other, {"code": "K"})
    found.append([(one.field, one.in_trash, one.record) for one in caught.value.problems])
    change = {"id": other.data["id"], "code": "K"}
    for attempt in (caller.bulk("create", {"name": "new", "code": "K"}), caller.bulk("update", change)):
        items = await attempt
        assert [item.status for item in items] == [409]
        found.append([(one.field, one.in_trash, one.record) for one in items[0].problems])
    assert all(one == found[0] for one in found)
    return found[0]


async def test_it_is_named_to_those_who_may_restore_it(anywhere: Caller, trashed: Record) -> None:
    other = await anywhere.create(name="other")
    assert await conflict(anywhere, other) == [("code", True, trashed.data["id"])]
    with pytest.raises(UniqueConflict, match="trash"):
        await anywhere.create(name="new", code="K")


async def test_it_is_not_named_to_those_who_may_read_and_not_restore_it(
    anywhere: Caller, trashed: Record, with_rights: Callable[..., None]
) -> None:
    other = await anywhere.create(name="other")
    assert await conflict(without_delete(anywhere), other) == [("code", True, None)]
    with_rights(delete=NOTHING)
    assert await conflict(anywhere, other) == [("code", True, None)]


async def test_nothing_is_said_of_it_to_those_who_may_not_see_it(
    anywhere: Caller, trashed: Record, with_rights: Callable[..., None]
) -> None:
    other = await anywhere.create(name="other")
    with_rights(read=Condition("name", "ne", "old"))
    assert await conflict(anywhere, other) == [("code", False, None)]
    with pytest.raises(UniqueConflict) as caught:
        await blind(anywhere).create(name="new", code="K")
    assert [(one.in_trash, one.record) for one in caught.value.problems] == [(False, None)]


async def test_a_value_in_use_is_no_matter_of_the_trash(anywhere: Caller) -> None:
    await anywhere.create(name="a", code="K")
    other = await anywhere.create(name="other")
    assert await conflict(anywhere, other) == [("code", False, None)]


async def test_an_upsert_restores_and_changes_it(anywhere: Caller, trashed: Record) -> None:
    found, is_new = await anywhere.put(KEY, {"name": "new"})
    assert (is_new, found.data["id"], found.data["name"], found.data["count"]) == (
        False,
        trashed.data["id"],
        "new",
        1,
    )
    actions = [entry["action"] for entry in (await anywhere.history(found)).data]
    assert actions[:3] == ["update", "restore", "delete"]
    assert (await anywhere.trash()).data == []


async def test_an_upsert_that_is_refused_leaves_it_in_the_trash(
    anywhere: Caller, trashed: Record, with_rights: Callable[..., None]
) -> None:
    with pytest.raises(ValidationFailed):
        await anywhere.put(KEY, {"name": ""})
    with pytest.raises(VersionMismatch):
        await anywhere.put(KEY, {"name": "x"}, if_match=1)
    with pytest.raises(UniqueConflict):
        await anywhere.put(KEY, {"name": "x"}, only_new=True)
    with pytest.raises(UniqueConflict):
        await without_delete(anywhere).put(KEY, {"name": "x"})
    with pytest.raises(NothingToMatch):
        await without_delete(anywhere).put(KEY, {"name": "x"}, if_match=2)
    with_rights(update=NOTHING)
    with pytest.raises(ChangeDenied):
        await anywhere.put(KEY, {"name": "x"})
    with_rights(delete=NOTHING)
    with pytest.raises(UniqueConflict):
        await anywhere.put(KEY, {"name": "x"})
    with_rights()
    assert [row["version"] for row in (await anywhere.trash()).data] == [2]


async def test_an_upsert_with_its_version_restores_it(anywhere: Caller, trashed: Record) -> None:
    found, is_new = await anywhere.put(KEY, {"name": "new"}, if_match=2)
    assert (is_new, found.data["name"]) == (False, "new")


async def take_in(caller: Caller, text: str) -> ImportReport:
    return await caller.service.import_csv(
        caller.scope,
        caller.access,
        "gadgets",
        io.BytesIO(text.encode()),
        ImportOptions(good_lines=True, key="code"),
    )


async def test_csv_restores_and_changes_it(anywhere: Caller, trashed: Record) -> None:
    report = await take_in(anywhere, "code,name\nK,new\nL,other\n")
    assert (report.created, report.updated, report.failed) == (1, 1, 0)
    assert sorted(await anywhere.names()) == ["new", "other"]
    assert (await anywhere.trash()).data == []


async def test_csv_reports_it_to_those_who_may_not_restore_it(anywhere: Caller, trashed: Record) -> None:
    report = await take_in(without_delete(anywhere), "code,name\nK,new\nL,other\n")
    assert (report.created, report.updated, report.failed) == (1, 0, 1)
    assert [(one.line, one.problem.code, one.problem.in_trash) for one in report.errors] == [
        (2, "unique", True)
    ]

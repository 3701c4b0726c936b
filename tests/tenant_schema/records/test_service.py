"""The record service: permissions before all, versions, the trash, conflicts, and how many statements it
takes.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime

import msgspec
import pytest

from piccolo_conf import DB
from piccolo_engines.columns import new_id
from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.objects.errors import ObjectNotFound
from tenant_schema.objects.model.model import ObjectModel
from tenant_schema.records.errors import (
    InvalidQuery,
    RecordNotFound,
    StillReferenced,
    UniqueConflict,
    VersionMismatch,
)
from tenant_schema.records.reading.cursors import Cursors
from tenant_schema.records.record import Record
from tenant_schema.records.service import RecordService
from tenant_schema.users.errors import PermissionDenied
from tenant_schema.users.tables import User
from tests.support.record_tables import make_table
from tests.tenant_schema.records.conftest import Counting
from tests.tenant_schema.records.models import Caller, Models, id_of

ACTS: dict[str, tuple[str, Callable[[Caller, Record], Awaitable[object]]]] = {
    "page": ("read", lambda caller, _: caller.page()),
    "query": ("read", lambda caller, _: caller.query({})),
    "read": ("read", lambda caller, record: caller.read(record)),
    "create": ("create", lambda caller, _: caller.create(name="y")),
    "update": ("update", lambda caller, record: caller.update(record, {"name": "y"})),
    "delete": ("delete", lambda caller, record: caller.delete(record)),
    "destroy": ("delete", lambda caller, record: caller.delete(record, permanent=True)),
    "restore": ("delete", lambda caller, record: caller.restore(record)),
}  # fmt: skip


def with_permissions(caller: Caller, *permissions: str) -> Caller:
    return replace(caller, access=replace(caller.access, permissions=frozenset(permissions)))


@pytest.mark.parametrize("act", ACTS)
async def test_each_act_needs_its_permission_and_no_other(
    caller: Caller, counting: Counting, act: str
) -> None:
    needed, perform = ACTS[act]
    record = await caller.create(name="x")
    others = [f"gadgets:{other}" for other in {"create", "read", "update", "delete"} - {needed}]
    for permissions in ([], others, [f"things:{needed}"], ["objects:manage"]):
        with counting() as sent, pytest.raises(PermissionDenied):
            await perform(with_permissions(caller, *permissions), record)
        assert sent == []
    await perform(with_permissions(caller, f"gadgets:{needed}"), record)


async def test_who_may_do_nothing_learns_nothing_of_what_there_is(caller: Caller) -> None:
    stranger = replace(with_permissions(caller, "things:read"), object_name="nowhere")
    with pytest.raises(PermissionDenied):
        await stranger.page(("filter[nope]", "1"))
    with pytest.raises(ObjectNotFound):
        await replace(caller, object_name="nowhere").page()


async def test_who_may_write_and_not_read_sees_only_the_id_and_version(caller: Caller) -> None:
    writer = with_permissions(caller, "gadgets:create", "gadgets:update", "gadgets:delete")
    made = await writer.create(name="x")
    assert set(made.data) == {"id", "version"}
    assert (await writer.update(made, {"name": "y"})).data == made.data | {"version": 2}
    with pytest.raises(VersionMismatch) as caught:
        await writer.update(made, {"name": "z"}, if_match=1)
    assert caught.value.current == Record(made.data | {"version": 2}, 2)
    assert set((await writer.restore(made)).data) == {"id", "version"}


async def test_a_change_counts_the_version_and_says_who_and_when(
    gadgets: ObjectModel, caller: Caller
) -> None:
    times = iter(datetime(2026, 1, 1, hour, tzinfo=UTC) for hour in range(9))
    service = RecordService(Models(gadgets), Cursors(lambda _: [b"k" * 32]), clock=lambda: next(times))
    first = replace(caller, service=service)
    second = replace(first, access=replace(first.access, user_id=new_id()))
    await User(id=second.access.user_id, email="bob@acme.example").save()
    changed = await second.update(await first.create(name="x"), {"name": "y"})
    assert changed.version == changed.data["version"] == 2
    assert changed.data["created_by"] == str(first.access.user_id) == changed.data["owner"]
    assert changed.data["updated_by"] == str(second.access.user_id)
    assert changed.data["created_at"] == "2026-01-01T00:00:00Z"
    assert changed.data["updated_at"] == "2026-01-01T01:00:00Z"


async def test_a_change_that_changes_nothing_leaves_the_version(caller: Caller, counting: Counting) -> None:
    body = {
        "name": "x",
        "price": "1.50",
        "seen": "2026-01-01T00:00:00Z",
        "extra": {"a": 1},
        "colors": ["red"],
    }
    made = await caller.create(**body)
    with counting() as sent:
        assert await caller.update(made, body | {"price": 1.5, "seen": "2026-01-01T01:00:00+01:00"}) == made
        assert await caller.update(made, {}, if_match=1) == made
    assert len(sent) == 2


async def test_a_change_of_an_older_version_is_refused_with_the_record_as_it_is(caller: Caller) -> None:
    made = await caller.create(name="x")
    changed = await caller.update(made, {"name": "y"}, if_match=1)
    for act in (
        caller.update(made, {"name": "z"}, 1),
        caller.delete(made, 1),
        caller.delete(made, 1, permanent=True),
        caller.restore(made, 1),
    ):
        with pytest.raises(VersionMismatch) as caught:
            await act
        assert (caught.value.expected, caught.value.current) == (1, changed)
    assert await caller.read(made) == changed


async def test_of_many_changes_of_one_version_one_comes_through(caller: Caller) -> None:
    made = await caller.create(name="x")
    changes = [caller.update(made, {"name": str(number)}, if_match=1) for number in range(20)]
    outcomes = await asyncio.gather(*changes, return_exceptions=True)
    assert sum(isinstance(outcome, Record) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, VersionMismatch) for outcome in outcomes) == 19
    assert (await caller.read(made)).version == 2


async def test_changes_without_a_version_all_count(caller: Caller) -> None:
    made = await caller.create(name="x", count=0)
    await asyncio.gather(*[caller.update(made, {"count": number}) for number in range(1, 21)])
    assert (await caller.read(made)).version == 21


async def test_what_is_deleted_lies_in_the_trash_until_it_is_restored(caller: Caller) -> None:
    made = await caller.create(name="x")
    await caller.delete(made, if_match=1)
    for act in (caller.read(made), caller.update(made, {"name": "y"}), caller.delete(made)):
        with pytest.raises(RecordNotFound):
            await act
    assert (await caller.page()).data == []
    restored = await caller.restore(made, if_match=2)
    assert restored.version == 3
    assert restored.data["name"] == "x"
    assert await caller.read(made) == restored == await caller.restore(made)


@pytest.mark.parametrize("in_trash", [True, False])
async def test_what_is_destroyed_is_gone(caller: Caller, in_trash: bool) -> None:
    made = await caller.create(name="x")
    if in_trash:
        await caller.delete(made)
    await caller.delete(made, permanent=True)
    for act in (caller.read(made), caller.restore(made), caller.delete(made, permanent=True)):
        with pytest.raises(RecordNotFound):
            await act


async def test_what_others_refer_to_cannot_be_destroyed(caller: Caller) -> None:
    parent = await caller.create(name="parent")
    await caller.create(name="child", parent=parent.data["id"])
    with pytest.raises(StillReferenced) as caught:
        await caller.delete(parent, permanent=True)
    assert caught.value.record_id == id_of(parent)
    assert await caller.read(parent) == parent


async def test_a_value_that_is_taken_is_a_conflict_in_its_field(caller: Caller) -> None:
    taken = await caller.create(name="x", code="A1")
    other = await caller.create(name="y", code="A2")
    for act in (caller.create(name="z", code="A1"), caller.update(other, {"code": "A1"})):
        with pytest.raises(UniqueConflict) as caught:
            await act
        assert caught.value.fields == ("code",)
    await caller.delete(taken)
    with pytest.raises(UniqueConflict):
        await caller.create(name="z", code="A1")
    await caller.delete(taken, permanent=True)
    await caller.create(name="z", code="A1")


async def test_one_of_many_equal_unique_values_comes_through(caller: Caller) -> None:
    outcomes = await asyncio.gather(
        *[caller.create(name="x", code="A1") for _ in range(20)], return_exceptions=True
    )
    assert sum(isinstance(outcome, Record) for outcome in outcomes) == 1
    assert sum(isinstance(outcome, UniqueConflict) for outcome in outcomes) == 19


async def test_what_is_not_there_is_not_found(caller: Caller) -> None:
    nobody = Record({"id": str(new_id())}, 1)
    acts = (caller.read(nobody), caller.update(nobody, {}), caller.delete(nobody), caller.restore(nobody))
    for act in acts:
        with pytest.raises(RecordNotFound):
            await act


async def test_one_record_takes_no_filter(caller: Caller) -> None:
    with pytest.raises(InvalidQuery):
        await caller.read(await caller.create(name="x"), limit="1")


async def test_every_act_costs_the_statements_it_should(caller: Caller, counting: Counting) -> None:
    records = [await caller.create(name=str(number), count=number) for number in range(6)]
    first = await caller.page(("limit", "2"), ("sort", "-count"))
    acts: list[tuple[int, Callable[[], Awaitable[object]]]] = [
        (1, lambda: caller.read(records[0])),
        (1, lambda: caller.read(records[0], fields="name")),
        (1, lambda: caller.page()),
        (1, lambda: caller.page(("filter[count][gte]", "1"), ("sort", "-count"), ("limit", "2"))),
        (1, lambda: caller.page(("sort", "-count"), ("cursor", str(first.next)), ("limit", "2"))),
        (1, lambda: caller.create(name="y")),
        (3, lambda: caller.update(records[0], {"name": "y"})),
        (3 + 2, lambda: caller.delete(records[1])),
        (3, lambda: caller.restore(records[1])),
        (4 + 2, lambda: caller.delete(records[1], permanent=True)),
    ]
    # two lookups lead to gadgets by restrict, and each is asked for what is in the way
    for expected, act in acts:
        with counting() as sent:
            await act()
        assert len(sent) == expected, sent


async def test_writes_take_part_in_a_transaction_around_them(caller: Caller) -> None:
    made = await caller.create(name="x")

    async def fail_in_the_end() -> None:
        async with DB.transaction():
            await caller.update(made, {"name": "y"})
            await caller.create(name="z")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_in_the_end()
    assert await caller.names() == ["x"]


async def test_two_tenants_share_the_service_and_nothing_else(
    caller: Caller, bound: SQLiteEngine, gadgets: ObjectModel
) -> None:
    made = await caller.create(name="acme's")
    page = await caller.page(("limit", "1"))
    demo = replace(caller, scope=msgspec.structs.replace(caller.scope, id=new_id(), slug="demo"))
    engine = SQLiteEngine(bound.path.with_name("demo.sqlite"), synchronous="OFF")
    with DB.bind(engine):
        await make_table(gadgets)
        with pytest.raises(RecordNotFound):
            await demo.read(made)
        assert (await demo.page()).data == []
        await demo.create(name="demo's")
    await engine.close()
    assert await caller.names() == ["acme's"]
    assert page.next is None

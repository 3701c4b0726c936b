"""The trash as a list: what is in it and no more, with the time at which it came there."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tenant_schema.records.errors import InvalidQuery
from tenant_schema.records.query.model import Condition
from tenant_schema.users.errors import PermissionDenied
from tests.tenant_schema.records.conftest import Counting
from tests.tenant_schema.records.models import Caller


async def test_it_holds_what_was_deleted_and_is_not_restored(anywhere: Caller) -> None:
    kept, gone, back = [await anywhere.create(name=name) for name in ("kept", "gone", "back")]
    for record in (gone, back):
        await anywhere.delete(record)
    await anywhere.restore(back)
    (found,) = (await anywhere.trash()).data
    assert (found["name"], found["version"]) == ("gone", 2)
    assert found["deleted_at"] == found["updated_at"] > kept.data["created_at"]
    assert "deleted_at" not in (await anywhere.page()).data[0]


async def test_it_takes_all_that_a_list_takes(anywhere: Caller) -> None:
    for name in "abc":
        await anywhere.delete(await anywhere.create(name=name))
    first = await anywhere.trash(
        ("sort", "-deleted_at"), ("limit", "2"), ("fields", "name"), ("count", "exact")
    )
    assert [row["name"] for row in first.data] == ["c", "b"]
    assert first.count is not None
    assert first.count.value == 3
    second = await anywhere.trash(
        ("sort", "-deleted_at"), ("limit", "2"), ("fields", "name"), ("cursor", str(first.next))
    )
    assert [row["name"] for row in second.data] == ["a"]
    assert len((await anywhere.trash(("filter[deleted_at][gt]", "2020-01-01"))).data) == 3
    assert len((await anywhere.trash(("filter[name]", "b"))).data) == 1


async def test_the_time_of_deleting_is_no_field_of_what_is_in_use(caller: Caller) -> None:
    for pairs in (
        [("sort", "deleted_at")],
        [("filter[deleted_at][null]", "false")],
        [("fields", "deleted_at")],
    ):
        with pytest.raises(InvalidQuery):
            await caller.page(*pairs)


async def test_rules_hold_there_too(caller: Caller, with_rights: Callable[..., None]) -> None:
    for name in ("mine", "theirs"):
        await caller.delete(await caller.create(name=name))
    with_rights(read=Condition("name", "eq", "mine"))
    assert [row["name"] for row in (await caller.trash()).data] == ["mine"]


@pytest.mark.parametrize("missing", ["read", "delete"])
async def test_it_takes_both_permissions(caller: Caller, missing: str) -> None:
    held = {"gadgets:read", "gadgets:delete"} - {f"gadgets:{missing}"}
    access = replace(caller.access, permissions=frozenset(held))
    with pytest.raises(PermissionDenied):
        await replace(caller, access=access).trash()


async def test_it_costs_one_statement(caller: Caller, counting: Counting) -> None:
    with counting() as sent:
        await caller.trash()
    assert len(sent) == 1

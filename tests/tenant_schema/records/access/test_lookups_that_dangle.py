"""A lookup to a record that is not there for the caller is refused as one to a record that never was, in
every way of writing and on every database.
"""

import io
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from piccolo_engines.columns import utc_now
from tenant_schema.records.csv.import_csv import ImportOptions
from tenant_schema.records.errors import ValidationFailed
from tenant_schema.records.query.model import Condition
from tenant_schema.records.record import Record
from tests.tenant_schema.records.models import Caller

NOWHERE = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"
SEEN = Condition("name", "ne", "hidden")


async def refusal(attempt: Any) -> list[tuple[str, str, str]]:
    with pytest.raises(ValidationFailed) as caught:
        await attempt
    return [
        (one.field, one.code, one.message.replace(_id_in(one.message), "ID")) for one in caught.value.problems
    ]


def _id_in(message: str) -> str:
    return message.removesuffix(".").rpartition(" ")[2]


@pytest.fixture
async def unreachable(anywhere: Caller, with_rights: Callable[..., None]) -> dict[str, str]:
    """Ids that are no records for the caller, by why."""
    hidden = await anywhere.create(name="hidden")
    trashed = await anywhere.create(name="trashed")
    await anywhere.delete(trashed)
    with_rights(read=SEEN)
    return {"nowhere": NOWHERE, "hidden": hidden.data["id"], "trashed": trashed.data["id"]}


REFUSED = [("parent", "reference-not-found", "There is no gadgets record ID.")]


@pytest.mark.parametrize("why", ["nowhere", "hidden", "trashed"])
async def test_it_is_refused_alike_whatever_the_reason(
    anywhere: Caller, unreachable: dict[str, str], why: str
) -> None:
    parent = unreachable[why]
    assert await refusal(anywhere.create(name="x", parent=parent)) == REFUSED
    assert await refusal(anywhere.put(("code", "x"), {"name": "x", "parent": parent})) == REFUSED
    mine = await anywhere.create(name="mine")
    assert await refusal(anywhere.update(mine, {"parent": parent})) == REFUSED
    wrong = await refusal(anywhere.update(mine, {"parent": parent, "count": "many"}))
    assert sorted(one[:2] for one in wrong) == [
        ("count", "not-an-integer"),
        ("parent", "reference-not-found"),
    ]
    items = await anywhere.bulk("create", {"name": "a"}, {"name": "b", "parent": parent})
    assert [(item.status, [one.code for one in item.problems]) for item in items] == [
        (201, []),
        (422, ["reference-not-found"]),
    ]
    items = await anywhere.bulk("update", {"id": mine.data["id"], "parent": parent})
    assert [(item.status, [one.code for one in item.problems]) for item in items] == [
        (422, ["reference-not-found"])
    ]
    assert await anywhere.names(("filter[parent][null]", "false")) == []


@pytest.mark.parametrize("why", ["nowhere", "hidden", "trashed"])
@pytest.mark.parametrize("key", [None, "code"])
async def test_it_is_refused_in_csv(
    anywhere: Caller, unreachable: dict[str, str], why: str, key: str | None
) -> None:
    await anywhere.create(name="old", code="old")
    text = f"name,code,parent\nx,x,{unreachable[why]}\nold,old,{unreachable[why]}\n"
    options = ImportOptions(good_lines=True, key=key)
    report = await anywhere.service.import_csv(
        anywhere.scope, anywhere.access, "gadgets", io.BytesIO(text.encode()), options
    )
    assert (report.created, report.updated) == (0, 0)
    assert {(one.line, one.problem.field) for one in report.errors} >= {(2, "parent"), (3, "parent")}


async def test_a_record_of_an_object_that_may_not_be_read_is_not_there(anywhere: Caller) -> None:
    parent = await anywhere.create(name="parent")
    blind = replace(
        anywhere, access=replace(anywhere.access, permissions=frozenset({"gadgets:create", "gadgets:update"}))
    )
    assert await refusal(blind.create(name="x", parent=parent.data["id"])) == REFUSED
    assert await refusal(blind.create(name="x", parent=NOWHERE)) == REFUSED


async def test_a_lookup_that_stays_as_it_is_may_lead_to_what_is_not_there(
    anywhere: Caller, with_rights: Callable[..., None]
) -> None:
    hidden, trashed = await anywhere.create(name="hidden"), await anywhere.create(name="soon in the trash")
    children = [await anywhere.create(name="child", parent=parent.data["id"]) for parent in (hidden, trashed)]
    await clear_of(anywhere, trashed)
    with_rights(read=SEEN)
    for child in children:
        body = {"name": "changed", "parent": child.data["parent"]}
        changed = await anywhere.update(child, body)
        assert (changed.data["name"], changed.data["parent"]) == ("changed", child.data["parent"])
        items = await anywhere.bulk("update", {"id": child.data["id"], **body, "name": "again"})
        assert items[0].status == 200
        wrong = await refusal(anywhere.update(child, {**body, "count": "many"}))
        assert [one[0] for one in wrong] == ["count"]


async def clear_of(caller: Caller, record: Record) -> None:
    """Put the record into the trash, whatever refers to it."""
    model = await caller.service.catalog.get(caller.scope, "gadgets")
    columns = model.columns
    await model.table.update({columns["deleted_at"]: utc_now()}).where(
        columns["id"] == UUID(record.data["id"])
    )


async def test_lookups_to_many_records_cost_one_statement(
    anywhere: Caller, sent_anywhere: Callable[..., Any]
) -> None:
    parents = [await anywhere.create(name=f"{number}") for number in range(3)]
    await anywhere.bulk("create", {"name": "warm", "parent": parents[0].data["id"]})
    with sent_anywhere() as without:
        await anywhere.bulk("create", *[{"name": "child"} for _ in parents])
    with sent_anywhere() as sent:
        await anywhere.bulk("create", *[{"name": "child", "parent": one.data["id"]} for one in parents])
    assert len(sent) == len(without) + 1

"""The history of records: what is kept with each change, and who is told how much of it."""

from dataclasses import replace
from typing import Any

import pytest

from piccolo_engines.columns import new_id
from tenant_schema.objects.model.model import ObjectModel
from tenant_schema.records.errors import CursorInvalid, CursorMismatch, RecordNotFound
from tenant_schema.records.query.model import Condition
from tenant_schema.records.reading.cursors import Cursors
from tenant_schema.records.reading.pages import Page
from tenant_schema.records.record import Record
from tenant_schema.records.service import RecordService
from tenant_schema.users.errors import PermissionDenied
from tenant_schema.users.rights.permissions import Grants, RoleGrants
from tenant_schema.users.tables import User
from tests.tenant_schema.records.conftest import Counting
from tests.tenant_schema.records.family import Family
from tests.tenant_schema.records.models import Caller, Models, id_of


async def history(caller: Caller, record: Record, limit: int = 25, cursor: str | None = None) -> Page:
    return await caller.service.history(
        caller.scope, caller.access, caller.object_name, id_of(record), limit, cursor
    )


def changes(page: Page) -> list[tuple[str, dict[str, tuple[Any, Any]]]]:
    return [
        (entry["action"], {one["field"]: (one["from"], one["to"]) for one in entry["changes"]})
        for entry in page.data
    ]


async def test_it_tells_every_change_newest_first_in_the_api_s_own_form(caller: Caller) -> None:
    made = await caller.create(name="x", price="1.50", seen="2026-01-01T00:00:00Z", extra={"a": [1]})
    me = str(caller.access.user_id)
    await caller.update(made, {"name": "y", "price": 2, "seen": None, "extra": {"a": [2]}, "owner": None})
    await caller.delete(made)
    await caller.restore(made)
    found = await history(caller, made)
    assert changes(found) == [
        ("restore", {}),
        ("delete", {}),
        (
            "update",
            {
                "name": ("x", "y"),
                "price": ("1.50", "2.00"),
                "seen": ("2026-01-01T00:00:00Z", None),
                "extra": ({"a": [1]}, {"a": [2]}),
                "owner": (me, None),
            },
        ),
        ("create", {}),
    ]
    assert [entry["version"] for entry in found.data] == [4, 3, 2, 1]
    assert {entry["by"]["id"] for entry in found.data} == {me}
    assert found.data[-1]["at"] == made.data["created_at"]
    assert found.data[0]["at"] == (await caller.read(made)).data["updated_at"]


async def test_lookups_are_named_as_far_as_the_caller_may_read(family: Family) -> None:
    firms, staff = family.caller("firms"), family.caller("staff")
    one, two = await firms.create(name="one"), await firms.create(name="two")
    made = await staff.create(name="x", firm=one.data["id"])
    changes = {"firm": two.data["id"], "boss": made.data["id"], "owner": None, "pay": "1"}
    await staff.update(made, changes)

    async def named(caller: Caller) -> dict[str, tuple[Any, Any]]:
        changes = (await history(caller, made)).data[0]["changes"]
        assert all(("fromName" in one) == (one["field"] != "pay") for one in changes)
        return {one["field"]: (one["fromName"], one["toName"]) for one in changes if "fromName" in one}

    with family.counted() as sent:
        found = await named(staff)
    assert found == {"firm": ("one", "two"), "boss": (None, "x"), "owner": ("Ada", None)}
    assert len(sent) == 6, "three more: for firms, staff and users"
    assert (await history(staff, made)).data[0]["userName"] == "Ada"
    await firms.delete(one)
    assert (await named(staff))["firm"] == (None, "two")
    for limits in (
        {"rules": {"firms": {"read": {"name": "one"}}}},
        {"hidden": {"firms": frozenset({"name"})}},
        {"permissions": frozenset({"staff:read"})},
    ):
        role = RoleGrants(**{"id": new_id(), "name": "some", "permissions": frozenset({"*:*"}), **limits})  # type: ignore[arg-type]
        grants = Grants((role,), role.permissions)
        access = replace(staff.access, permissions=role.permissions, grants=grants)
        assert (await named(replace(staff, access=access)))["firm"] == (None, None)


async def test_names_of_users_are_those_of_today(caller: Caller) -> None:
    made = await caller.create(name="x")
    await User.update({User.name: "Ada Lovelace"}).where(User.id == caller.access.user_id)
    assert (await history(caller, made)).data[0]["by"]["name"] == "Ada Lovelace"


async def test_a_user_who_is_there_no_more_keeps_the_id_and_has_no_name(caller: Caller) -> None:
    made = await caller.create(name="x")
    other = replace(caller.access, user_id=new_id())
    await User(id=other.user_id, email="bob@acme.example").save()
    await replace(caller, access=other).update(made, {"name": "y"})
    await caller.delete(made)
    await User.delete().where(User.id == other.user_id)
    entry = (await history(caller, made)).data[1]
    assert entry["by"] == {"id": str(other.user_id), "name": None}


async def test_what_changes_nothing_leaves_no_trace(caller: Caller, counting: Counting) -> None:
    made = await caller.create(name="x")
    with counting() as sent:
        await caller.update(made, {"name": "x"})
    assert len(sent) == 1
    assert changes(await history(caller, made)) == [("create", {})]


async def test_a_change_costs_one_statement_more_than_without_a_history(
    caller: Caller, counting: Counting
) -> None:
    made = await caller.create(name="x")
    with counting() as sent:
        await caller.update(made, {"name": "y", "count": 5, "color": "blue"})
    assert [one.split(" ", 1)[0] for one in sent] == ["SELECT", "UPDATE", "INSERT"]
    assert "record_history" in sent[2]


async def test_a_field_without_history_is_left_out_and_costs_nothing(
    caller: Caller, gadgets: ObjectModel, counting: Counting
) -> None:
    caller = without_history(caller, gadgets, "count")
    made = await caller.create(name="x", count=1)
    with counting() as sent:
        await caller.update(made, {"count": 2})
    assert len(sent) == 2
    await caller.update(made, {"count": 3, "name": "y"})
    assert changes(await history(caller, made)) == [("update", {"name": ("x", "y")}), ("create", {})]


def without_history(caller: Caller, model: ObjectModel, *names: str) -> Caller:
    fields = {name: replace(one, history=name not in names) for name, one in model.fields.items()}
    return with_models(caller, replace(model, fields=fields))


def with_models(caller: Caller, model: ObjectModel) -> Caller:
    service = RecordService(Models(model), Cursors(lambda tenant_id: [tenant_id.bytes * 2]))
    return replace(caller, service=service, object_name=model.name)


async def test_it_goes_on_under_new_names_of_object_and_field(caller: Caller, gadgets: ObjectModel) -> None:
    made = await caller.create(name="x")
    await caller.update(made, {"name": "y"})
    fields = {("title" if name == "name" else name): one for name, one in gadgets.fields.items()}
    fields["title"] = replace(fields["title"], name="title")
    columns = {("title" if name == "name" else name): one for name, one in gadgets.columns.items()}
    caller = with_models(caller, replace(gadgets, name="gizmos", fields=fields, columns=columns))
    await caller.update(made, {"title": "z"})
    assert changes(await history(caller, made))[:2] == [
        ("update", {"title": ("y", "z")}),
        ("update", {"title": ("x", "y")}),
    ]


async def test_a_field_that_is_there_no_more_is_absent_and_a_new_one_of_its_name_starts_empty(
    caller: Caller, gadgets: ObjectModel
) -> None:
    made = await caller.create(name="x", code="old")
    await caller.update(made, {"code": "older"})
    fields = dict(gadgets.fields)
    fields["code"] = replace(fields["code"], id=new_id())
    caller = with_models(caller, replace(gadgets, fields=fields))
    assert changes(await history(caller, made)) == [("update", {}), ("create", {})]


async def test_fields_that_may_not_be_read_are_absent(
    caller: Caller, gadgets: ObjectModel, with_rights: Any
) -> None:
    made = await caller.create(name="x", code="hush")
    await caller.update(made, {"name": "y", "code": "secret"})
    hidden = {"code", "updated_by", "updated_at"}
    with_rights(readable={name: one for name, one in gadgets.fields.items() if name not in hidden})
    found = await history(caller, made)
    assert changes(found) == [("update", {"name": ("x", "y")}), ("create", {})]
    assert "secret" not in str(found.data)
    assert not {"by", "at"} & set(found.data[0])


async def test_a_record_that_a_rule_hides_has_no_history(caller: Caller, with_rights: Any) -> None:
    made = await caller.create(name="x")
    with_rights(read=Condition("name", "eq", "y"))
    with pytest.raises(RecordNotFound):
        await history(caller, made)


async def test_it_needs_the_permission_to_read(caller: Caller) -> None:
    made = await caller.create(name="x")
    access = replace(caller.access, permissions=frozenset({"gadgets:update", "gadgets:delete"}))
    with pytest.raises(PermissionDenied):
        await history(replace(caller, access=access), made)


async def test_destroying_leaves_that_it_happened_and_no_value(caller: Caller, with_rights: Any) -> None:
    made = await caller.create(name="very private")
    await caller.update(made, {"name": "still private"})
    await caller.delete(made, permanent=True)
    found = await history(caller, made)
    assert changes(found) == [("destroy", {})]
    assert found.data[0]["by"]["id"] == str(caller.access.user_id)
    with_rights(read=Condition("owner", "eq", caller.access.user_id))
    with pytest.raises(RecordNotFound):
        await history(caller, made)


async def test_pages_go_back_and_forth(caller: Caller) -> None:
    made = await caller.create(name="0")
    for number in range(1, 7):
        await caller.update(made, {"name": str(number)})
    pages, cursor = [], None
    while not pages or cursor:
        pages.append(await history(caller, made, 3, cursor))
        cursor = pages[-1].next
    assert [[entry["version"] for entry in page.data] for page in pages] == [[7, 6, 5], [4, 3, 2], [1]]
    assert pages[0].prev is None
    back = await history(caller, made, 3, pages[2].prev)
    assert back.data == pages[1].data
    first = await history(caller, made, 3, back.prev)
    assert (first.data, first.prev) == (pages[0].data, None)


async def test_a_page_costs_three_statements(caller: Caller, counting: Counting) -> None:
    made = await caller.create(name="0")
    for number in range(1, 7):
        await caller.update(made, {"name": str(number)})
    with counting() as sent:
        await history(caller, made)
    assert len(sent) == 3


async def test_a_cursor_is_good_for_its_record_alone(caller: Caller) -> None:
    made, other = await caller.create(name="x"), await caller.create(name="y")
    await caller.update(made, {"name": "z"})
    cursor = (await history(caller, made, 1)).next
    with pytest.raises(CursorMismatch):
        await history(caller, other, 1, cursor)
    with pytest.raises(CursorInvalid):
        await history(caller, made, 1, "nonsense")
    elsewhere = (await caller.page(("limit", "1"))).next
    with pytest.raises(CursorMismatch):
        await history(caller, made, 1, elsewhere)


async def test_a_record_that_never_was_has_none(caller: Caller) -> None:
    with pytest.raises(RecordNotFound):
        await history(caller, Record({"id": str(new_id())}, 1))

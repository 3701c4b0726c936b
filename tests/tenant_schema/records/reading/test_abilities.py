"""``include=can`` says what the caller may do with each record, and a request to do it agrees."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from piccolo_engines.columns import new_id
from tenant_schema.records.errors import ChangeDenied, InvalidQuery, StillReferenced
from tenant_schema.records.record import Record
from tenant_schema.users.errors import PermissionDenied
from tenant_schema.users.rights.permissions import Grants, RoleGrants
from tests.tenant_schema.records.conftest import Counting
from tests.tenant_schema.records.family import Family
from tests.tenant_schema.records.models import Caller
from tests.tenant_schema.records.sql.test_paths import crm

CAN = ("include", "can")
BY_NAME = ("sort", "name")


def with_role(caller: Caller, *permissions: str, rules: Mapping[str, Any] | None = None) -> Caller:
    role = RoleGrants(new_id(), "some", frozenset(permissions), rules={caller.object_name: rules or {}})
    access = replace(caller.access, permissions=role.permissions, grants=Grants((role,), role.permissions))
    return replace(caller, access=access)


async def may(caller: Caller, record: Record, what: str) -> bool:
    """Whether a request to do it is permitted."""
    acts = {
        "update": lambda: caller.update(record, {"notes": "x"}),
        "delete": lambda: caller.delete(record),
        "restore": lambda: caller.restore(record),
        "destroy": lambda: caller.delete(record, permanent=True),
    }
    try:
        await acts[what]()
    except (ChangeDenied, PermissionDenied):
        return False
    except StillReferenced:
        return True
    return True


RULES = [
    {},
    {"update": {"owner": "$me"}},
    {"update": {"count": {"lt": 2}}, "delete": {"not": {"name": "b"}}},
    {"update": {"parent.name": "a"}, "delete": {"count": {"gte": 100}}},
    {"read": {"count": {"gt": 0}}, "delete": {"or": [{"name": "b"}, {"manager.name": "Ada"}]}},
]
PERMISSIONS = [("*:*",), ("gadgets:read", "gadgets:update"), ("gadgets:read", "gadgets:delete"), ("*:read",)]


@pytest.mark.parametrize("rules", RULES)
async def test_lists_and_records_say_what_requests_find(
    anywhere: Caller, rules: dict[str, Any], sent_anywhere: Counting
) -> None:
    first = await anywhere.create(name="a", count=0)
    await anywhere.create(name="b", count=1, parent=first.data["id"])
    last = await anywhere.create(name="c", count=2, parent=first.data["id"])
    await anywhere.update(last, {"owner": None})
    for permissions in PERMISSIONS:
        ada = with_role(anywhere, *permissions, rules=rules)
        for turn in range(2):
            with sent_anywhere() as sent:
                page = await ada.page(CAN, BY_NAME)
            assert len(sent) == 1, turn
        assert page.can is not None
        assert (await ada.query({"include": ["can"], "sort": ["-name"]})).can == [*reversed(page.can)]
        for row, can in zip(page.data, page.can, strict=True):
            record = Record(row, row["version"])
            assert (await ada.read(record, include="can")).can == can
            assert set(can) == {"update", "delete"}
            for what in can:
                assert await may(ada, record, what) == can[what], (row["name"], what)
            if can["delete"]:
                await anywhere.restore(record)


async def test_the_trash_says_what_may_be_restored_and_destroyed(anywhere: Caller) -> None:
    for name in "abc":
        await anywhere.delete(await anywhere.create(name=name))
    ada = with_role(anywhere, "*:*", rules={"delete": {"name": {"in": ["a", "c"]}}})
    page = await ada.trash(CAN, BY_NAME, ("limit", "2"))
    assert page.can == [{"restore": True, "destroy": True}, {"restore": False, "destroy": False}]
    rest = await ada.trash(CAN, BY_NAME, ("limit", "2"), ("cursor", str(page.next)))
    assert rest.can == [{"restore": True, "destroy": True}]
    back = await ada.trash(CAN, BY_NAME, ("limit", "2"), ("cursor", str(rest.prev)))
    assert back.can == page.can


async def test_a_cursor_goes_with_and_without_it_and_both_ways(anywhere: Caller) -> None:
    for number in range(5):
        await anywhere.create(name="x", count=number % 2 or None)
    ada = with_role(anywhere, "*:*", rules={"update": {"count": 1}})
    for sort in ("count", "-count"):
        pairs = [("sort", sort), ("limit", "2")]
        cursor: str | None = None
        for _ in range(3):
            page = await ada.page(*pairs, CAN, *([("cursor", cursor)] if cursor else []))
            assert page.can == [{"update": row["count"] == 1, "delete": True} for row in page.data]
            assert (await ada.page(*pairs, *([("cursor", cursor)] if cursor else []))).can is None
            cursor = page.next


async def test_a_rule_beyond_a_lookup_beside_a_filter_beyond_it(family: Family) -> None:
    await crm(family)
    staff = family.caller("staff")
    ada = with_role(staff, "*:*", rules={"update": {"firm.name": "Acme"}})
    page = await ada.page(CAN, ("filter[firm.name][null]", "false"), ("fields", "name,firm.name"))
    assert page.can is not None
    assert page.data
    for row, can in zip(page.data, page.can, strict=True):
        assert can == {"update": row["firm"]["name"] == "Acme", "delete": True}


async def test_callers_who_share_a_plan_have_their_own_permissions(caller: Caller) -> None:
    """As a program with fewer permissions than its user's roles give."""
    ada = with_role(caller, "*:*", rules={"update": {"owner": "$me"}})
    await ada.create(name="x")
    assert (await ada.page(CAN)).can == [{"update": True, "delete": True}]
    less = replace(ada, access=replace(ada.access, permissions=frozenset({"gadgets:read"})))
    assert (await less.page(CAN)).can == [{"update": False, "delete": False}]
    somebody = replace(ada, access=replace(ada.access, user_id=new_id()))
    assert (await somebody.page(CAN)).can == [{"update": False, "delete": True}]


async def test_unknown_additions_are_refused(caller: Caller) -> None:
    for asked in ([("include", "cant")], [("include", "can"), ("include", "can")], [("include", "")]):
        with pytest.raises(InvalidQuery):
            await caller.page(*asked)
    for document in ({"include": ["can", "x"]}, {"include": 5}):
        with pytest.raises(InvalidQuery):
            await caller.query(document)
    assert (await caller.query({"include": "can"})).can == []

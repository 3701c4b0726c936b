"""Plans of reads are kept as long as nothing changes what they mean, and no longer."""

import gc
import weakref
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import msgspec
import pytest

from piccolo_engines.columns import new_id
from tenant_schema.objects.definitions.checks import object_rows
from tenant_schema.objects.model.model import ObjectModel, object_model
from tenant_schema.records import service as record_service
from tenant_schema.records.access.target import Target
from tenant_schema.records.errors import CursorMismatch, InvalidQuery, RecordNotFound
from tenant_schema.records.query.model import Query
from tenant_schema.records.reading.cursors import Cursors
from tenant_schema.records.reading.kept_plans import KeptPlans
from tenant_schema.records.reading.plans import RecordPlan, plan_record
from tenant_schema.records.service import RecordService
from tenant_schema.records.sql.dialects.registry import mysql_dialect
from tenant_schema.users.errors import PermissionDenied
from tenant_schema.users.rights.permissions import Grants, RoleGrants
from tenant_schema.users.tables import User
from tests.support.record_tables import make_table
from tests.tenant_schema.records.conftest import Counting
from tests.tenant_schema.records.models import GADGETS, Caller, Models

PARSERS = ("parse_query", "parse_json_query", "parse_fields")


def grants(*permissions: str, **restrictions: Any) -> Grants:
    role = RoleGrants(new_id(), "some", frozenset(permissions or ["*:*"]), **restrictions)
    return Grants((role,), role.permissions)


def as_role(caller: Caller, role: Grants, **changes: Any) -> Caller:
    """The caller, or somebody else, with this role."""
    access = replace(caller.access, permissions=role.permissions, grants=role, **changes)
    return replace(caller, access=access)


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The parsers that were called."""
    called: list[str] = []

    def noting(name: str) -> Callable[..., Any]:
        original = getattr(record_service, name)

        def parse(*arguments: Any) -> Any:
            called.append(name)
            return original(*arguments)

        return parse

    for name in PARSERS:
        monkeypatch.setattr(record_service, name, noting(name))
    return called


async def somebody(caller: Caller, role: Grants) -> Caller:
    """Another user with the role."""
    user_id = new_id()
    await User(id=user_id, email=f"{user_id}@acme.example").save()
    return as_role(caller, role, user_id=user_id)


async def test_an_equal_request_is_not_parsed_again(
    caller: Caller, parsed: list[str], counting: Counting
) -> None:
    ada = as_role(caller, grants())
    made = await ada.create(name="x", count=3)
    pairs, document = (("filter[count][gte]", "2"), ("sort", "-count")), {"filter": {"count": {"gte": 2}}}
    for turn in range(3):
        with counting() as sent:
            assert [row["id"] for row in (await ada.page(*pairs)).data] == [made.data["id"]]
            assert [row["id"] for row in (await ada.query(document)).data] == [made.data["id"]]
            assert (await ada.read(made, fields="count")).data["count"] == 3
            assert (await ada.read(made)).data == made.data
            assert (await ada.trash(*pairs)).data == []
        assert len(sent) == 5, turn
        assert sorted(parsed) == sorted(["parse_query"] * 2 + ["parse_json_query"] + ["parse_fields"] * 2)
    await ada.page(*pairs[:1])
    await ada.query({"filter": {"count": {"gte": 2.0}}})  # 2.0 is not 2
    assert len(parsed) == 7


async def test_callers_with_the_same_roles_share_plans_but_not_themselves(
    caller: Caller, parsed: list[str]
) -> None:
    role = grants(rules={"gadgets": {"read": {"or": [{"owner": "$me"}, {"name": "all"}]}}})
    ada = as_role(caller, role)
    bob = await somebody(caller, role)
    hers = [await ada.create(name=name) for name in ("a1", "a2", "a3")]
    his = [await bob.create(name=name) for name in ("b1", "b2", "b3")]
    await ada.create(name="all")
    parsed.clear()
    own, limit = ("filter[owner]", "$me"), ("limit", "2")
    first = await ada.page(own, limit)
    assert [row["name"] for row in first.data] == ["a1", "a2"]
    other = await bob.page(own, limit)
    assert [row["name"] for row in other.data] == ["b1", "b2"]
    assert parsed == ["parse_query"]
    assert first.next is not None
    assert [row["name"] for row in (await ada.page(own, limit, ("cursor", first.next))).data] == ["a3", "all"]
    with pytest.raises(CursorMismatch):
        await bob.page(own, limit, ("cursor", first.next))
    assert (await ada.read(hers[0])).data == hers[0].data
    assert (await bob.read(his[0])).data == his[0].data
    with pytest.raises(RecordNotFound):
        await bob.read(hers[0])


async def test_an_id_that_is_written_out_stays_in_the_plan(caller: Caller) -> None:
    """It is equal to that of one caller, and does not become that of another."""
    role = grants()
    ada, bob = as_role(caller, role), await somebody(caller, role)
    await ada.create(name="a")
    await bob.create(name="b")
    for one in (ada, bob):
        assert await one.names(("filter[owner]", str(ada.access.user_id))) == ["a"]


async def test_roles_that_change_take_effect_with_the_next_request(caller: Caller) -> None:
    """A change of roles makes other grants (the access cache is dropped): no plan of before is found."""
    ada = as_role(caller, grants())
    made = await ada.create(name="x", price="5")
    pairs = (("filter[price]", "5"),)
    for _ in range(2):
        assert (await ada.page(*pairs)).data == [made.data]
        assert (await ada.read(made)).data == made.data
    blind = as_role(caller, grants(hidden={"gadgets": frozenset({"price"})}))
    assert "price" not in (await blind.read(made)).data
    with pytest.raises(InvalidQuery):
        await blind.page(*pairs)
    ruled = as_role(caller, grants(rules={"gadgets": {"read": {"name": "y"}}}))
    assert (await ruled.page(*pairs)).data == []
    with pytest.raises(RecordNotFound):
        await ruled.read(made)
    for _ in range(2):
        with pytest.raises(PermissionDenied):
            await as_role(caller, grants("gadgets:create")).page(*pairs)
    less = replace(ada, access=replace(ada.access, permissions=frozenset()))  # the same grants
    with pytest.raises(PermissionDenied):
        await less.read(made)


async def test_plans_keep_no_table_class_alive(caller: Caller) -> None:
    """Once definitions have changed and the caller was here again, what was made of the old ones is gone."""

    async def define() -> dict[str, ObjectModel]:
        fields = tuple([one for one in GADGETS.fields if one.type != "lookup"])
        model = object_model(*object_rows(replace(GADGETS, fields=fields)))
        await make_table(model)
        return {"gadgets": model}

    models = Models()
    service = RecordService(models, caller.service._cursors)  # type: ignore[arg-type]
    ada = replace(as_role(caller, grants()), service=service)
    models.models = await define()
    old = weakref.ref(models.models["gadgets"].table)
    assert (await ada.page(("sort", "name"))).data == []
    models.models = await define()
    assert (await ada.page()).data == []
    gc.collect()
    assert old() is None
    assert len(service._kept) == 2, "what is left of the plan does not hold it"


async def test_what_is_long_or_used_once_is_not_kept(caller: Caller) -> None:
    ada = as_role(caller, grants())
    kept = ada.service._kept
    for name in "abc":
        await ada.create(name=name)
    first = await ada.page(("limit", "1"))
    assert len(kept) == 1
    assert first.next is not None
    await ada.page(("limit", "1"), ("cursor", first.next))
    await ada.page(("filter[name]", "x" * 2_000), ("filter[notes]", "y" * 100))
    await ada.query({"filter": {"name": {"in": ["x" * 1_000, "y" * 1_000, "z" * 1_000]}}})
    assert len(kept) == 1
    with pytest.raises(InvalidQuery):
        await ada.query({"filter": {"name": "\ud800"}})
    assert len(kept) == 1
    await caller.page(("limit", "1"))  # without grants, whose view is made for each request
    assert len(kept) == 1


async def test_the_number_of_plans_is_bounded(caller: Caller) -> None:
    ada = as_role(caller, grants())
    target = await ada.service.targets.open(ada.scope, ada.access, "gadgets", "read")
    made, plans = plan_record(target, Query(("id",))), KeptPlans(2)
    built: list[str] = []
    for request in ("a", "b", "a", "c", "a", "b"):

        def build(request: str = request) -> RecordPlan:
            built.append(request)
            return made

        assert plans.plan(target, "record", request, build) is made
    assert (built, len(plans)) == (["a", "b", "c", "b"], 2)


async def test_days_are_those_of_the_time_zone_that_is_named(caller: Caller) -> None:
    ada = as_role(caller, grants())
    await ada.create(name="late", seen="2026-03-02T22:30:00Z")
    for _ in range(2):
        for zone, found in (("UTC", ["late"]), ("Europe/Berlin", ["late"]), ("Asia/Tokyo", [])):
            assert await ada.names(("filter[seen]", "2026-03-02"), ("timeZone", zone)) == found


ME, HER = "$me", "her id"
"""The caller, and the id of one of them as a client writes it."""
SEVERAL: list[dict[str, Any]] = [
    {"filter": {"owner": {"in": [ME, HER]}}},
    {"filter": {"owner": {"in": [HER, HER]}}},
    {"filter": {"owner": {"nin": [HER, ME]}}},
    {"filter": {"owner": {"ne": ME}}},
    {"filter": {"not": {"or": [{"owner": ME}, {"created_by": HER}]}}, "count": "exact"},
    {"filter": {"parent.owner": ME}, "fields": ["name", "parent.name"], "sort": ["-parent.name"]},
    {"filter": {"name": ME}},
    *({"filter": {"count": {"gte": value}}} for value in (1, 1.0, "1", "1.0", True, "true", None)),
    *({"filter": {"weight": value}} for value in (1, 1.0, "1", "1.000", 1.5, "1.5", -0.0, "-0")),
    *({"filter": {"active": value}} for value in (True, "true", 1, "1", False, None)),
    *({"filter": {"name": value}} for value in ("1", 1, "", " ", None)),
    {"filter": {"seen": "2026-03-02"}, "timeZone": "Asia/Tokyo"},
    {"filter": {"seen": "2026-03-02"}},
    {"sort": ["-weight", "name"], "limit": 2, "expand": {"owner": {}, "parent": {"fields": ["name"]}}},
    {"sort": ["weight", "name"], "limit": 2, "expand": ["parent"]},
    {"limit": 2},
    {"limit": "2"},
]


async def responses(
    caller: Caller, documents: list[dict[str, Any]], service: RecordService | None
) -> list[Any]:
    """Return the bytes of each query and of the page after it: by this service, or each by one that has no
    plans yet.
    """

    async def once(document: dict[str, Any]) -> Any:
        fresh = RecordService(caller.service.catalog, Cursors(lambda tenant_id: [tenant_id.bytes * 2]))
        try:
            page = await replace(caller, service=service or fresh).query(document)
        except InvalidQuery as error:
            return error.problems
        following = await once(document | {"cursor": page.next}) if page.next else None
        return msgspec.json.encode(page), following

    return [await once(document) for document in documents]


async def test_kept_plans_give_the_same_as_new_ones(caller: Caller) -> None:
    """For queries that are nearly equal, in any order, and callers with the same roles."""
    role = grants(rules={"gadgets": {"read": {"or": [{"owner": {"in": [ME]}}, {"count": {"lt": 3}}]}}})
    ada = as_role(caller, role)
    bob = await somebody(caller, role)
    first = await ada.create(name="first", count=0)
    for count, one in enumerate((ada, bob) * 3):
        await one.create(name=f"{count}", count=count, weight=f"{count / 2}", parent=first.data["id"])
    documents: list[dict[str, Any]] = msgspec.json.decode(
        msgspec.json.encode(SEVERAL).replace(HER.encode(), str(ada.access.user_id).encode())
    )
    cold = {one: await responses(one, documents, None) for one in (ada, bob)}
    assert cold[ada] != cold[bob]
    for one in (ada, bob, bob, ada):
        assert await responses(one, documents, caller.service) == cold[one]
        back = await responses(one, documents[::-1], caller.service)
        assert back[::-1] == cold[one]


async def test_a_plan_for_another_kind_of_database_is_not_used(caller: Caller) -> None:
    """A tenant that was moved has the same definitions."""
    plans, caller = KeptPlans(), as_role(caller, grants())
    target = await caller.service.targets.open(caller.scope, caller.access, "gadgets", "read")
    moved = msgspec.structs.replace(target)
    moved.__dict__["dialect"] = mysql_dialect()
    query = Query(fields=("id", "name"))

    def plan(one: Target) -> RecordPlan:
        return plans.plan(one, "record", "query", lambda: plan_record(one, query))

    first = plan(target)
    assert plan(target) is first
    assert plan(moved).reading.dialect is mysql_dialect()

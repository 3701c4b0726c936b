"""What roles keep back: fields and records, for reading and for each kind of change."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from piccolo_engines.columns import new_id
from tenant_schema.objects.model.model import ObjectModel
from tenant_schema.records.access.rights import rights_of
from tenant_schema.records.access.schema_view import SchemaView
from tenant_schema.records.errors import (
    ChangeDenied,
    InvalidQuery,
    RecordNotFound,
    ValidationFailed,
    VersionMismatch,
)
from tenant_schema.records.query.model import ALL, NOTHING, Or
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access, Grants, RoleGrants
from tests.tenant_schema.records.conftest import Counting
from tests.tenant_schema.records.models import Caller

EVERYTHING = frozenset({"*:*"})
READ = frozenset({"gadgets:read"})
MINE: Mapping[str, object] = {"owner": {"eq": "$me"}}
RED: Mapping[str, object] = {"color": "red"}


def role(
    permissions: frozenset[str] = EVERYTHING,
    *,
    hidden: tuple[str, ...] = (),
    locked: tuple[str, ...] = (),
    **rules: Mapping[str, object],
) -> RoleGrants:
    return RoleGrants(
        new_id(),
        "some role",
        permissions,
        hidden={"gadgets": frozenset(hidden)},
        locked={"gadgets": frozenset((*hidden, *locked))},
        rules={"gadgets": rules},
    )


def with_roles(access: Access, *roles: RoleGrants) -> Access:
    permissions = frozenset().union(*(one.permissions for one in roles))
    return replace(access, permissions=permissions, grants=Grants(roles, permissions))


def acting(caller: Caller, *roles: RoleGrants) -> Caller:
    return replace(caller, access=with_roles(caller.access, *roles))


async def rights(scope: TenantScope, access: Access, model: ObjectModel, *roles: RoleGrants):
    return rights_of(with_roles(access, *roles), model, {model.name: model})


async def test_without_restrictions_everything_is_open(scope, access, gadgets) -> None:
    found = await rights(scope, access, gadgets, role())
    assert found.readable is found.creatable is found.writable is gadgets.fields
    assert found.read == found.update == found.delete == ALL


@pytest.mark.parametrize("action", ["read", "update", "delete"])
async def test_a_rule_counts_until_another_role_has_none(scope, access, gadgets, action: str) -> None:
    mine, red = role(**{action: MINE}), role(**{action: RED})
    free, elsewhere = role(), role(frozenset({"things:*"}))
    assert getattr(await rights(scope, access, gadgets, mine, elsewhere), action) != ALL
    both = getattr(await rights(scope, access, gadgets, mine, red), action)
    assert isinstance(both, Or)
    assert len(both.terms) == 2
    assert getattr(await rights(scope, access, gadgets, mine, free), action) == ALL


async def test_a_field_is_closed_when_every_role_that_counts_keeps_it_back(scope, access, gadgets) -> None:
    both = await rights(scope, access, gadgets, role(hidden=("notes", "price")), role(hidden=("price",)))
    assert set(gadgets.fields) - set(both.readable) == {"price"}
    assert set(gadgets.fields) - set(both.writable) == {"price"}
    reader, writer = role(READ, hidden=("price",)), role(frozenset({"gadgets:update"}))
    split = await rights(scope, access, gadgets, reader, writer)
    assert "price" not in split.readable
    assert "price" in split.writable
    assert not [name for name, field in split.creatable.items() if not field.read_only]


async def test_the_id_and_the_version_cannot_be_hidden(scope, access, gadgets) -> None:
    found = await rights(scope, access, gadgets, role(hidden=tuple(gadgets.fields)))
    assert tuple(found.readable) == ("id", "version")


async def test_a_rule_that_fits_no_longer_lets_nothing_pass(scope, access, gadgets, caplog) -> None:
    stale = role(read={"dropped": "x"})
    assert (await rights(scope, access, gadgets, stale)).read == NOTHING
    assert "lets nothing pass" in caplog.text
    both = (await rights(scope, access, gadgets, stale, role(read=RED))).read
    assert isinstance(both, Or)
    assert NOTHING in both.terms


async def test_rights_are_worked_out_once_for_a_definition(scope, access, gadgets, things) -> None:
    who = with_roles(access, role(read=MINE))
    objects = {"gadgets": gadgets}
    first = SchemaView.of(who, objects).view("gadgets").rights
    assert SchemaView.of(replace(who, user_id=new_id()), objects).view("gadgets").rights is first
    changed = {"gadgets": replace(gadgets, label="Other")}
    assert SchemaView.of(who, changed).view("gadgets").rights is not first


async def test_what_a_rule_hides_is_not_there(caller: Caller) -> None:
    red, blue = await caller.create(name="red", color="red"), await caller.create(name="blue", color="blue")
    limited = acting(caller, role(read=RED))
    assert await limited.names() == ["red"]
    assert (await limited.read(red)).data["name"] == "red"
    for act in (
        limited.read(blue),
        limited.update(blue, {"name": "x"}),
        limited.delete(blue),
        limited.delete(blue, permanent=True),
        limited.restore(blue),
    ):
        with pytest.raises(RecordNotFound):
            await act
    assert await caller.names() == ["red", "blue"]


async def test_what_may_be_read_and_not_changed_says_so(caller: Caller) -> None:
    red, blue = await caller.create(name="red", color="red"), await caller.create(name="blue", color="blue")
    limited = acting(caller, role(update=RED, delete=RED))
    for act in (
        limited.update(blue, {"name": "x"}),
        limited.update(blue, {"name": "x"}, if_match=9),
        limited.delete(blue),
        limited.restore(blue),
        limited.delete(blue, permanent=True),
    ):
        with pytest.raises(ChangeDenied):
            await act
    with pytest.raises(VersionMismatch):
        await limited.update(red, {"name": "x"}, if_match=9)
    await limited.update(red, {"name": "x"})
    await limited.delete(red)
    assert await caller.names() == ["blue"]


async def test_who_may_not_read_is_not_told_what_is_there(caller: Caller) -> None:
    blue = await caller.create(name="blue", color="blue")
    blind = acting(caller, role(frozenset({"gadgets:update"}), update=RED))
    with pytest.raises(RecordNotFound):
        await blind.update(blue, {"name": "x"})


async def test_a_change_costs_the_same_with_a_rule(caller: Caller, counting: Counting) -> None:
    mine = await caller.create(name="mine")
    limited = acting(caller, role(read=MINE, update=MINE))
    with counting() as sent:
        await limited.update(mine, {"name": "x"})
        await limited.page()
        await limited.read(mine)
    assert len(sent) == 3 + 1 + 1


async def test_a_record_that_leaves_one_s_sight_is_told_by_its_id(caller: Caller) -> None:
    limited = acting(caller, role(read=RED))
    red = await limited.create(name="x", color="red")
    assert red.data["name"] == "x"
    gone = await limited.update(red, {"color": "blue"})
    assert gone.data == {"id": red.data["id"], "version": 2}
    made_elsewhere = await limited.create(name="y", color="blue")
    assert set(made_elsewhere.data) == {"id", "version"}
    assert await limited.names() == []


async def test_a_hidden_field_is_no_field(caller: Caller) -> None:
    made = await caller.create(name="x", price="3.50")
    limited = acting(caller, role(hidden=("price",)))
    assert "price" not in (await limited.read(made)).data
    assert "price" not in (await limited.update(made, {"name": "y"})).data
    assert "price" not in (await limited.create(name="z")).data
    with pytest.raises(VersionMismatch) as caught:
        await limited.update(made, {"name": "z"}, if_match=1)
    assert "price" not in caught.value.current.data
    for query in ({"filter": {"price": "3.50"}}, {"sort": ["price"]}, {"fields": ["price"]}):
        with pytest.raises(InvalidQuery) as refused:
            await limited.query(query)
        assert [problem.code for problem in refused.value.problems] == ["unknown-field"]
    with pytest.raises(InvalidQuery) as refused:
        await limited.page(("filter[pric]", "1"))
    assert refused.value.problems[0].did_you_mean != "price"


async def test_a_field_that_may_not_be_set_is_refused_by_name_only_to_who_may_read_it(caller: Caller) -> None:
    made = await caller.create(name="x")
    for limited, code in (
        (acting(caller, role(locked=("price",))), "not-allowed"),
        (acting(caller, role(hidden=("price",))), "unknown-field"),
    ):
        for act in (limited.update(made, {"price": "1"}), limited.create(name="y", price="1")):
            with pytest.raises(ValidationFailed) as refused:
                await act
            assert [(problem.field, problem.code) for problem in refused.value.problems] == [("price", code)]


async def test_a_required_field_that_one_may_not_set_is_not_named(caller: Caller) -> None:
    limited = acting(caller, role(hidden=("name",)))
    with pytest.raises(ValidationFailed) as refused:
        await limited.create(price="1")
    assert [(problem.field, problem.code) for problem in refused.value.problems] == [("", "not-allowed")]
    assert "ame" not in refused.value.problems[0].message


async def test_who_may_not_set_the_owner_becomes_it(caller: Caller) -> None:
    limited = acting(caller, role(locked=("owner",)))
    made = await limited.create(name="x")
    assert made.data["owner"] == str(caller.access.user_id)
    with pytest.raises(ValidationFailed):
        await limited.create(name="y", owner=str(new_id()))

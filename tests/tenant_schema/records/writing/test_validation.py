"""Bodies: what they set, what is set for them, and everything that is refused at once."""

from typing import Any

import pytest

from piccolo_engines.columns import new_id
from tenant_schema.records.errors import ValidationFailed
from tests.tenant_schema.records.models import Caller

Problems = list[tuple[str, str, str | None]]


def problems_of(error: ValidationFailed) -> Problems:
    return [(problem.field, problem.code, problem.did_you_mean) for problem in error.problems]


async def refused(caller: Caller, **body: Any) -> Problems:
    with pytest.raises(ValidationFailed) as caught:
        await caller.create(**body)
    assert (await caller.page()).data == []
    return problems_of(caught.value)


async def test_the_system_sets_its_own_fields(caller: Caller) -> None:
    found = (await caller.create(name="x")).data
    me = str(caller.access.user_id)
    assert (found["version"], found["created_by"], found["updated_by"], found["owner"]) == (1, me, me, me)
    assert found["created_at"] == found["updated_at"]


async def test_a_default_stands_in_for_what_is_missing_and_not_for_null(caller: Caller) -> None:
    assert (await caller.create(name="x")).data["color"] == "red"
    assert (await caller.create(name="x", color=None)).data["color"] is None


async def test_the_owner_may_be_given_or_nobody(caller: Caller) -> None:
    assert (await caller.create(name="x", owner=None)).data["owner"] is None
    me = str(caller.access.user_id)
    assert (await caller.create(name="x", owner=me)).data["owner"] == me


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({}, ("name", "required", None)),
        ({"name": None}, ("name", "required", None)),
        ({"name": ""}, ("name", "required", None)),
        ({"name": 5}, ("name", "not-text", None)),
        ({"name": "x", "nmae": "y"}, ("nmae", "unknown-field", "name")),
        ({"name": "x", "deleted_at": None}, ("deleted_at", "unknown-field", "updated_at")),
        ({"name": "x", "id": str(new_id())}, ("id", "read-only", None)),
        ({"name": "x", "version": 1}, ("version", "read-only", None)),
        ({"name": "x", "created_at": "2026-01-01T00:00:00Z"}, ("created_at", "read-only", None)),
        ({"name": "x", "updated_by": None}, ("updated_by", "read-only", None)),
        ({"name": "x", "count": "5"}, ("count", "not-an-integer", None)),
        ({"name": "x", "color": "rde"}, ("color", "not-an-option", "red")),
        ({"name": "x", "owner": "me"}, ("owner", "not-an-id", None)),
    ],
)
async def test_what_is_wrong_is_said(
    caller: Caller, body: dict[str, Any], problem: tuple[str, str, str | None]
) -> None:
    assert await refused(caller, **body) == [problem]


async def test_everything_wrong_is_said_at_once(caller: Caller) -> None:
    nobody = str(new_id())
    found = await refused(
        caller, count="many", price="1.001", cuont=1, version=3, owner=nobody, parent=nobody
    )
    assert sorted(found, key=str) == [
        ("count", "not-an-integer", None),
        ("cuont", "unknown-field", "count"),
        ("name", "required", None),
        ("owner", "reference-not-found", None),
        ("parent", "reference-not-found", None),
        ("price", "too-many-decimals", None),
        ("version", "read-only", None),
    ]


@pytest.mark.parametrize("field", ["owner", "manager", "parent"])
async def test_a_lookup_that_leads_nowhere_is_a_problem_of_its_field(caller: Caller, field: str) -> None:
    nowhere = str(new_id())
    assert await refused(caller, name="x", **{field: nowhere}) == [(field, "reference-not-found", None)]


async def test_a_change_is_checked_as_a_creation_is(caller: Caller) -> None:
    made = await caller.create(name="x", count=1)
    with pytest.raises(ValidationFailed) as caught:
        await caller.update(made, {"name": None, "count": "2", "version": 2, "owner": str(new_id())})
    assert {code for _, code, _ in problems_of(caught.value)} == {
        "required",
        "not-an-integer",
        "read-only",
        "reference-not-found",
    }
    with pytest.raises(ValidationFailed) as caught:
        await caller.update(made, {"count": 2, "parent": str(new_id())})
    assert problems_of(caught.value) == [("parent", "reference-not-found", None)]
    assert await caller.read(made) == made


async def test_a_change_leaves_alone_what_it_does_not_name(caller: Caller) -> None:
    made = await caller.create(name="x", count=1, color="blue")
    changed = await caller.update(made, {"count": None})
    assert (changed.data["name"], changed.data["count"], changed.data["color"]) == ("x", None, "blue")


async def test_a_body_of_ten_thousand_unknown_fields_is_soon_refused(caller: Caller) -> None:
    assert len(await refused(caller, **{f"field{number}": 1 for number in range(10_000)})) == 50

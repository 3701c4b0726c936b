"""What the plan of a creation accepts is what validation accepts, with the same values."""

from dataclasses import replace
from typing import Any

import pytest

from tenant_schema.objects.fields.protocol import FieldSpec
from tenant_schema.objects.fields.text import TextType
from tenant_schema.objects.model.model import FieldModel, ObjectModel
from tenant_schema.problems import ProblemCollector
from tenant_schema.records.access.rights import all_rights
from tenant_schema.records.writing.creation_plan import CreationPlan
from tenant_schema.records.writing.validation import fill_in, parse_creation

BODIES: list[dict[str, Any]] = [
    {},
    {"name": " "},
    {"name": None},
    {"name": "x"},
    {"name": "x", "color": None},
    {"name": "x", "color": "pink"},
    {"name": "x", "id": "5"},
    {"name": "x", "nonsense": 1},
    {"name": "x", "code": "  ", "colors": ["blue"], "extra": {"a": [1]}, "price": "1.5"},
    {"name": "x", "seen": "2026-01-01T00:00:00Z"},
    {"name": "x", "price": "1.555", "count": "many"},
    {"name": "x", "owner": None},
]


def with_fields(model: ObjectModel, **changes: dict[str, Any]) -> dict[str, FieldModel]:
    return {name: replace(field, **changes.get(name, {})) for name, field in model.fields.items()}


@pytest.mark.parametrize("body", BODIES)
@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"colors": {"default": ["red"]}, "extra": {"default": {"b": []}}},
        {"count": {"required": True}, "color": {"required": True}},
        {"color": {"default": "no option any more"}},
        {"code": {"required": True, "default": "A"}, "active": {"default": False}},
    ],
)
def test_it_agrees_with_validation(
    gadgets: ObjectModel, body: dict[str, Any], changes: dict[str, dict[str, Any]]
) -> None:
    fields = with_fields(gadgets, **changes)
    is_doubtful = "no option any more" in (field.default for field in fields.values())
    every = all_rights(replace(gadgets, fields=fields))
    without = {name: field for name, field in fields.items() if name != "color"}
    for rights in (every, replace(every, creatable=without)):
        plan = CreationPlan(fields, rights)
        collector = ProblemCollector()
        expected = parse_creation(body, fields, collector, rights)
        parsed = plan.parse(body)
        assert parsed == (None if collector.problems else expected) or (parsed is None and is_doubtful)
        if not collector.problems:
            stored = {name: expected[name] for name in body}
            full = dict(stored)
            fill_in(full, stored, fields, ProblemCollector(), rights)
            assert plan.complete(stored) == full or is_doubtful


def test_records_do_not_share_a_default_that_can_be_changed(gadgets: ObjectModel) -> None:
    fields = with_fields(gadgets, extra={"default": {"b": []}})
    plan = CreationPlan(fields, all_rights(gadgets))
    first, second = plan.parse({"name": "x"}), plan.parse({"name": "y"})
    assert first is not None
    assert second is not None
    assert first["extra"] == second["extra"]
    assert first["extra"] is not second["extra"] or isinstance(first["extra"], str)


def test_other_rights_have_a_plan_of_their_own(gadgets: ObjectModel) -> None:
    rights = all_rights(gadgets)
    rights.kept["creation"] = "of these rights"
    assert replace(rights, creatable={}).kept == {}


class Upper(TextType):
    """A type that somebody adds, which stores something else than its base."""

    def parse(self, value: object, field: FieldSpec) -> str:
        return super().parse(value, field).upper()


def test_a_type_that_parses_more_than_its_base_is_asked(gadgets: ObjectModel) -> None:
    fields = with_fields(gadgets, name={"type": Upper()})
    parsed = CreationPlan(fields, all_rights(replace(gadgets, fields=fields))).parse({"name": "x"})
    assert parsed is not None
    assert parsed["name"] == "X"

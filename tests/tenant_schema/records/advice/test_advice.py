"""What is noted of requests, and the indexes that are advised."""

from collections.abc import Mapping

import pytest

from piccolo_engines.columns import new_id
from tenant_schema.objects.definitions.checks import object_rows
from tenant_schema.objects.definitions.drafts import ObjectDraft
from tenant_schema.objects.model.model import ObjectModel, object_model
from tenant_schema.objects.model.object_indexes import ObjectIndex
from tenant_schema.records.access.schema_view import SchemaView
from tenant_schema.records.access.target import Target
from tenant_schema.records.advice.advise import advise
from tenant_schema.records.advice.asked import Asked, Cost, Shape
from tenant_schema.records.query.query_string import parse_aggregate, parse_query
from tenant_schema.records.sql.statement_cache import Plans
from tenant_schema.scope import TenantScope
from tests.tenant_schema.objects.changes.drafts import field
from tests.tenant_schema.objects.changes.worlds import MANAGER

SLOW = Cost(asked=10, noted=10, seconds=1.0, slowest=0.2)


def model_of(*indexes: ObjectIndex) -> ObjectModel:
    fields = (
        field("stage", "select", settings={"options": ["open", "won"]}, indexed=True),
        field("amount", "integer"),
        field("due", "date"),
        field("body", "long_text"),
    )
    draft = ObjectDraft(name="deals", label="Deal", plural_label="Deals", fields=fields, indexes=indexes)
    return object_model(*object_rows(draft))


def target_of(model: ObjectModel) -> Target:
    schema, plans = SchemaView({model.name: model}), Plans()
    scope = TenantScope(new_id(), "acme", "Acme")
    rights = schema.view(model.name).rights
    return Target(scope, MANAGER, model, rights, schema, plans.of(scope.id, model.table), plans)


def noted(asked: Asked, target: Target) -> Mapping[Shape, Cost]:
    return asked.of(target.scope.id, target.model.id)


@pytest.mark.parametrize(
    ("pairs", "shape"),
    [
        ({"filter[stage]": "won", "sort": "-created_at"}, Shape(("stage",), (), ("-created_at",))),
        ({"filter[amount][gte]": "5", "filter[due][null]": "true"}, Shape(("due",), ("amount",), ())),
        ({"sort": "due,id"}, Shape((), (), ("due",))),
        ({"filter[or][0][stage]": "won", "filter[or][1][amount]": "5"}, None),
        ({}, None),
    ],
)
def test_a_list_is_noted_without_its_values(pairs: dict[str, str], shape: Shape | None) -> None:
    target, asked = target_of(model_of()), Asked(slow=0.0)
    asked.note(target, parse_query(tuple(pairs.items()), target.readable, target.relations), 0.5)
    assert list(noted(asked, target)) == ([] if shape is None else [shape])


def test_groups_are_noted_by_their_fields() -> None:
    target, asked = target_of(model_of()), Asked(slow=0.0)
    for groups in ("stage,due", "month(due)"):
        asked.note(target, parse_aggregate((("groupBy", groups),), target.readable), 0.5)
    assert list(noted(asked, target)) == [Shape((), (), ("stage", "due"), is_groups=True)]


def test_of_quick_requests_a_sample_is_noted() -> None:
    target, asked = target_of(model_of()), Asked(slow=1.0)
    query = parse_query((("sort", "due"),), target.readable, target.relations)
    for _ in range(4_000):
        asked.note(target, query, 0.001)
    (cost,) = noted(asked, target).values()
    assert cost.asked == 16 * cost.noted
    assert 0 < cost.noted < 4_000


def test_memory_is_bounded_and_what_costs_most_is_kept() -> None:
    asked = Asked(objects=2, shapes=2, slow=0.0)
    targets = [target_of(model_of()) for _ in range(3)]
    for target in targets:
        for name, seconds in (("amount", 9.0), ("due", 1.0), ("version", 5.0)):
            query = parse_query((("sort", name),), target.readable, target.relations)
            asked.note(target, query, seconds)
    assert not noted(asked, targets[0])
    assert [one.order for one in noted(asked, targets[2])] == [("amount",), ("version",)]


@pytest.mark.parametrize(
    ("shape", "index"),
    [
        (Shape(("stage",), (), ("-created_at",)), ("stage", "-created_at")),
        (Shape(("due",), ("amount",), ()), ("due", "amount")),
        (Shape((), (), ("amount",)), ("amount",)),
        (Shape((), (), ("stage", "due"), is_groups=True), ("stage", "due")),
        (Shape(("stage",), (), ()), None),
        (Shape((), (), ("-created_at",)), None),
        (Shape((), (), ("body",)), None),
        (Shape(("gone",), (), ()), None),
    ],
)
def test_what_an_index_is_lacking_for_is_advised(shape: Shape, index: tuple[str, ...] | None) -> None:
    found = advise(model_of(), {shape: SLOW}, worth=0.01)
    assert [one.index.fields for one in found] == ([] if index is None else [index])


def test_an_index_of_the_object_serves_either_direction() -> None:
    model = model_of(ObjectIndex(("stage", "-due")))
    for order in ("-due", "due"):
        assert advise(model, {Shape(("stage",), (), (order,)): SLOW}, worth=0.01) == []
    assert len(advise(model, {Shape((), (), ("stage", "due")): SLOW}, worth=0.01)) == 1


def test_what_is_quick_needs_no_index() -> None:
    quick = Cost(asked=160, noted=10, seconds=0.01, slowest=0.002)
    assert advise(model_of(), {Shape((), (), ("amount",)): quick}, worth=0.01) == []

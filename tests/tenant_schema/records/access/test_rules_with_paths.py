"""Row rules that look beyond lookups hold in lists, single reads and locks, and for what is joined."""

from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from tenant_schema.records.access.rights import Rights
from tenant_schema.records.access.schema_view import ObjectView, SchemaView
from tenant_schema.records.access.target import Target
from tenant_schema.records.errors import ChangeDenied, RecordNotFound
from tenant_schema.records.query.json_query import parse_json_filter, parse_json_query
from tenant_schema.records.query.model import ALL, NOTHING, Condition, Filter, Not, Or, Query
from tenant_schema.records.query.paths import all_paths
from tenant_schema.records.reading.cursors import Cursors
from tenant_schema.records.reading.plans import plan_page, plan_record
from tenant_schema.records.reading.read import read_page, read_record
from tenant_schema.records.sql.statement_cache import Plans
from tenant_schema.records.writing.rows import lock_record
from tests.tenant_schema.records.family import Family
from tests.tenant_schema.records.sql.test_paths import FILTERS, crm


class Ruled(SchemaView):
    """A view in which objects have row rules, and fields that cannot be read."""

    __slots__ = ("hidden", "rules")

    def view(self, name: str) -> ObjectView:
        model = self.objects[name]
        readable = {key: one for key, one in model.fields.items() if f"{name}.{key}" not in self.hidden}
        rights = Rights(readable=readable, creatable=model.fields, writable=model.fields)
        rule = self.rules.get(name)
        rights = rights if rule is None else replace(rights, read=rule)
        return ObjectView(model, rights, super().view(name).actions)


@dataclass
class Reader:
    """Reads staff, or another object, under rules written as JSON."""

    family: Family
    rules: dict[str, Any]
    hidden: set[str] = field(default_factory=set)
    plans: Plans = field(default_factory=Plans)

    async def target(self, name: str = "staff") -> Target:
        access = self.family.caller(name).access
        models = self.family.models
        schema = Ruled(models, access)
        schema.hidden = self.hidden
        schema.rules = {one: self.parsed(one, rule) for one, rule in self.rules.items()}
        view, scope = schema.view(name), self.family.scope
        plans = self.plans.of(scope.id, view.model.table)
        return Target(scope, access, view.model, view.rights, schema, plans, self.plans)

    def parsed(self, name: str, rule: Any) -> Filter:
        models = self.family.models
        return parse_json_filter(rule, all_paths(models[name], models)) if isinstance(rule, dict) else rule

    async def rows(self, name: str = "staff", **document: Any) -> list[dict[str, Any]]:
        target = await self.target(name)
        document = {"sort": ["name"], **document}
        query = parse_json_query(document, target.readable, target.relations)
        cursors = Cursors(lambda _: [b"k" * 32])
        return (await read_page(target, plan_page(target, query, cursors), cursors)).data

    async def names(self, name: str = "staff", **document: Any) -> str:
        return " ".join([row["name"] for row in await self.rows(name, **document)])


def as_json(conditions: dict[str, str]) -> dict[str, Any] | None:
    """The plain ones of the scenarios, as a rule would be kept."""
    rule: dict[str, Any] = {}
    for name, value in conditions.items():
        path, _, operator = name.partition("][")
        if path in {"or", "not"}:
            return None
        rule[path] = {
            operator or "eq": value if operator not in {"in", "nin", "between"} else value.split(",")
        }
        if operator == "null":
            rule[path] = {"null": value == "true"}
        if path.endswith("size"):
            listed = [int(one) for one in value.split(",")]
            rule[path] = {operator: listed if operator == "between" else listed[0]}
    return rule


async def test_rules_find_what_filters_find(family: Family) -> None:
    """In lists, single reads, and locks."""
    await crm(family)
    rules = [(rule, expected) for one, expected in FILTERS if (rule := as_json(one))]
    rules += [({"not": rule}, complement(expected)) for rule, expected in rules]
    assert len(rules) > 30
    for rule, expected in rules:
        reader = Reader(family, {"staff": rule})
        assert (rule, await reader.names()) == (rule, expected)
        assert await found_one_by_one(family, await reader.target()) == expected


def complement(names: str) -> str:
    return " ".join(name for name in ["Bo", "Cy", "Di", "Ed", "Flo", "Gil"] if name not in names.split())


async def found_one_by_one(family: Family, target: Target) -> str:
    """Those that can be read by id, which are those that can be locked."""
    found = []
    for row in family.rows["staff"]:
        try:
            await read_record(target, row["id"], plan_record(target, Query(("id",))))
        except RecordNotFound:
            async with target.transaction():
                with pytest.raises(RecordNotFound):
                    await lock_record(target, row["id"], None, ALL)
        else:
            async with target.transaction():
                assert (await lock_record(target, row["id"], None, ALL))["name"] == row["name"]
            found.append(row["name"])
    return " ".join(found)


async def test_what_a_rule_hides_is_as_if_there_were_none(family: Family) -> None:
    await crm(family)
    reader = Reader(family, {"firms": {"parent.owner": "$me"}})
    assert await reader.names("firms") == "Acme"
    assert await reader.names(filter={"firm.industry": "health"}) == ""
    assert await reader.names(filter={"firm.name": {"null": False}}) == "Bo Cy"
    assert await reader.names(sort=["-firm.name", "-name"]) == "Cy Bo Gil Flo Ed Di"
    rows = {row["name"]: row for row in await reader.rows(fields=["name", "firm.name", "firm.parent.name"])}
    assert rows["Di"]["firm"] is None
    acme = next(row["id"] for row in family.rows["firms"] if row["name"] == "Acme")
    assert rows["Bo"]["firm"] == {"id": str(acme), "name": "Acme", "parent": None}, "the holding is hidden"


async def test_what_a_rule_names_and_is_not_there_lets_nothing_pass(family: Family) -> None:
    await crm(family)
    for rule in (
        Condition("firm.gone", "eq", "x"),
        Condition("gone", "null", True),
        Condition("name.x", "ne", "x"),
        Condition("firm.gone", "null", True),
        Not(Condition("firm.gone", "eq", "x")),
        Or((Condition("gone", "eq", "x"), Not(NOTHING))),
        NOTHING,
    ):
        assert await Reader(family, {"staff": rule}).names() == "", rule


async def test_a_prepared_statement_is_not_that_of_another_rule(family: Family) -> None:
    """The rules of what is joined are part of what a prepared statement is found by."""
    await crm(family)
    plans = Plans()
    for industry, expected in (("tech", "Bo Cy"), ("health", "Di"), ("food", "")):
        reader = Reader(family, {"firms": {"industry": industry}}, plans=plans)
        assert await reader.names(filter={"firm.name": {"null": False}}) == expected
    freer = Reader(family, {}, plans=plans)
    assert await freer.names(filter={"firm.name": {"null": False}}) == "Bo Cy Di Flo"


async def test_a_rule_for_changes_holds_in_the_lock(family: Family) -> None:
    """Who may read all and change some is told which of the two it is."""
    await crm(family)
    target = await Reader(family, {}).target()
    allowed = parse_json_filter({"firm.parent.owner": "$me"}, all_paths(target.model, family.models))
    changeable = []
    for row in family.rows["staff"]:
        async with target.transaction():
            try:
                changeable.append((await lock_record(target, row["id"], None, allowed))["name"])
            except ChangeDenied:
                assert await read_record(target, row["id"], plan_record(target, Query(("id",))))
    assert changeable == ["Bo", "Cy"]

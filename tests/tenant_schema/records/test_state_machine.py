"""Random changes of definitions and random work with records, step by step, beside a plain model of both."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from piccolo_conf import DB
from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tenant_schema.records.reading.cursors import Cursors
from tenant_schema.records.service import RecordService
from tests.tenant_schema.objects.changes.conftest import databases_made  # noqa: F401 - a fixture
from tests.tenant_schema.objects.changes.worlds import MANAGER, SCOPE, Tenant, engine_of
from tests.tenant_schema.records.plain import PlainField, PlainObject, PlainRecord, PlainTenant, Refusal

OBJECTS = ("alphas", "betas", "gammas")
FIELDS = ("one", "two", "three", "four")
VALUES: dict[str, list[Any]] = {
    "text": ["a", "b", "c d", "ä'\"%"],
    "integer": [0, 1, -5, 2**40],
    "boolean": [True, False],
    "date": ["2026-01-01", "1999-12-31"],
    "select": ["x", "y"],
}
SETTINGS: dict[str, dict[str, Any]] = {"select": {"options": ["x", "y"]}}
Draw = st.DataObject


@dataclass
class Reality:
    """A real tenant, whose calls are made from code that is not async."""

    tenant: Tenant
    runner: asyncio.Runner
    records: RecordService

    def run(self, work: Callable[[], Awaitable[Any]]) -> Any:
        async def bound() -> Any:
            with DB.bind(self.tenant.engine):
                return await work()

        return self.runner.run(bound())

    def refusal(self, work: Callable[[], Awaitable[Any]]) -> tuple[Refusal, Any]:
        """The code of the error, or what came of it."""
        try:
            return None, self.run(work)
        except Exception as error:
            if not hasattr(error, "code"):
                raise
            return error.code, None


class Machine(RuleBasedStateMachine):
    """One life of a tenant: at its end all objects are dropped, and the next one begins."""

    reality: Reality

    def __init__(self) -> None:
        super().__init__()
        self.model = PlainTenant()
        self.touched: tuple[PlainObject, PlainRecord] | None = None

    @property
    def objects(self) -> list[PlainObject]:
        return list(self.model.objects.values())

    def an_object(self, data: Draw) -> PlainObject:
        return data.draw(st.sampled_from(self.objects), label="object")

    def a_record(self, data: Draw) -> tuple[PlainObject, PlainRecord]:
        places = [(it, one) for it in self.objects for one in it.records.values()]
        self.touched = data.draw(st.sampled_from(places), label="record")
        return self.touched

    def some_values(self, data: Draw, it: PlainObject) -> dict[PlainField, Any]:
        return {
            its: data.draw(self.value_of(its), label=its.name)
            for its in it.fields
            if data.draw(st.booleans(), label=f"{its.name}?")
        }

    def value_of(self, its: PlainField) -> st.SearchStrategy[Any]:
        if its.target is None:
            return st.sampled_from([None, *VALUES[its.type]])
        return st.sampled_from([None, *[str(one) for one in its.target.records]])

    def agree(self, expected: Refusal, work: Callable[[], Awaitable[Any]]) -> Any:
        """Both do it, or both refuse it for the same reason; what came of it."""
        happened, result = self.reality.refusal(work)
        assert happened == expected, f"{happened} instead of {expected}"
        return result

    # Definitions

    @precondition(lambda self: len(self.objects) < len(OBJECTS))
    @rule(data=st.data())
    def create_object(self, data: Draw) -> None:
        name = data.draw(st.sampled_from([one for one in OBJECTS if one not in self.model.objects]))
        field = FieldDraft(name="name", label="Name", type="text")
        draft = ObjectDraft(name=name, label=name, plural_label=name, fields=(field,))
        self.agree(None, lambda: self.reality.tenant.create(draft))
        self.model.objects[name] = PlainObject(name, [PlainField("name", "text")])

    @precondition(lambda self: self.objects)
    @rule(data=st.data(), name=st.sampled_from(OBJECTS))
    def rename_object(self, data: Draw, name: str) -> None:
        it = self.an_object(data)
        taken = name in self.model.objects and name != it.name
        self.agree(
            "name-taken" if taken else None, lambda: self.reality.tenant.change(it.name, {"name": name})
        )
        if not taken:
            del self.model.objects[it.name]
            it.name = name
            self.model.objects[name] = it

    @precondition(lambda self: len(self.objects) > 1)
    @rule(data=st.data())
    def drop_object(self, data: Draw) -> None:
        it = self.an_object(data)
        refusal = "still-looked-up" if self.model.looked_up(it) else None
        self.agree(refusal, lambda: self.reality.tenant.drop(it.name, it.name))
        if refusal is None:
            del self.model.objects[it.name]
            self.touched = None

    @precondition(lambda self: self.objects)
    @rule(
        data=st.data(), name=st.sampled_from(FIELDS), kind=st.sampled_from([*VALUES]), unique=st.booleans(),
        with_default=st.booleans(), required=st.booleans(),
    )  # fmt: skip
    def add_field(
        self, data: Draw, name: str, kind: str, unique: bool, with_default: bool, required: bool
    ) -> None:
        it = self.an_object(data)
        unique = unique and not with_default and kind in {"text", "integer"}
        new = PlainField(name, kind, required=required and with_default, unique=unique)
        new.default = VALUES[kind][0] if with_default else None
        draft = FieldDraft(
            name=name, label=name, type=kind, required=new.required, unique=unique,
            default=new.default, settings=SETTINGS.get(kind, {}),
        )  # fmt: skip
        self.agree(self.model.add_field(it, new), lambda: self.reality.tenant.add_field(it.name, draft))

    @precondition(lambda self: self.objects)
    @rule(
        data=st.data(), name=st.sampled_from(FIELDS),
        on_delete=st.sampled_from(["cascade", "restrict", "set_null"]),
    )  # fmt: skip
    def add_lookup(self, data: Draw, name: str, on_delete: str) -> None:
        it, target = self.an_object(data), self.an_object(data)
        new = PlainField(name, "lookup", target=target, on_delete=on_delete)
        its_settings = {"target": target.name, "onDelete": on_delete}
        draft = FieldDraft(name=name, label=name, type="lookup", settings=its_settings)
        self.agree(self.model.add_field(it, new), lambda: self.reality.tenant.add_field(it.name, draft))

    @precondition(lambda self: any(it.fields for it in self.objects))
    @rule(data=st.data(), name=st.sampled_from(FIELDS))
    def rename_field(self, data: Draw, name: str) -> None:
        it = self.an_object(data)
        if not it.fields:
            return
        its = data.draw(st.sampled_from(it.fields), label="field")
        taken = it.field(name) not in {None, its}
        work = self.reality.tenant.change_field
        self.agree("name-taken" if taken else None, lambda: work(it.name, its.name, {"name": name}))
        if not taken:
            its.name = name

    @precondition(lambda self: any(len(it.fields) > 1 for it in self.objects))
    @rule(data=st.data())
    def drop_field(self, data: Draw) -> None:
        it = self.an_object(data)
        if len(it.fields) < 2:
            return
        its = data.draw(st.sampled_from(it.fields), label="field")
        self.agree(None, lambda: self.reality.tenant.drop_field(it.name, its.name, its.name))
        it.fields.remove(its)

    @precondition(lambda self: any(it.fields for it in self.objects))
    @rule(data=st.data(), what=st.sampled_from(["required", "unique"]))
    def narrow_field(self, data: Draw, what: str) -> None:
        it = self.an_object(data)
        fields = [its for its in it.fields if its.type in {"text", "integer"} and its.default is None]
        if not fields:
            return
        its = data.draw(st.sampled_from(fields), label="field")
        narrow = self.model.require if what == "required" else self.model.make_unique
        work = self.reality.tenant.change_field
        self.agree(narrow(it, its), lambda: work(it.name, its.name, {what: True}))

    # Records

    @precondition(lambda self: self.objects)
    @rule(data=st.data())
    def create(self, data: Draw) -> None:
        it = self.an_object(data)
        given = self.some_values(data, it)
        values = self.model.with_defaults(it, given)
        refusal = self.model.refusal_of(it, values, None)
        body = {its.name: value for its, value in given.items()}
        made = self.agree(refusal, lambda: self.reality.records.create(SCOPE, MANAGER, it.name, body))
        if made is not None:
            record = PlainRecord(UUID(made.data["id"]), values)
            it.records[record.id] = record

    @precondition(lambda self: self.objects)
    @rule(data=st.data(), number=st.integers(1, 4))
    def create_many(self, data: Draw, number: int) -> None:
        it = self.an_object(data)
        given = [self.some_values(data, it) for _ in range(number)]
        bodies = [{its.name: value for its, value in one.items()} for one in given]
        items = self.agree(None, lambda: self.reality.records.bulk(SCOPE, MANAGER, it.name, "create", bodies))
        statuses = {None: 201, "validation-failed": 422, "unique-conflict": 409}
        for one, item in zip(given, items, strict=True):
            values = self.model.with_defaults(it, one)
            assert item.status == statuses[self.model.refusal_of(it, values, None)]
            if item.status == 201:
                it.records[item.id] = PlainRecord(item.id, values)

    @precondition(lambda self: any(it.records for it in self.objects))
    @rule(data=st.data(), in_bulk=st.booleans())
    def update(self, data: Draw, in_bulk: bool) -> None:
        it, record = self.a_record(data)
        values = self.some_values(data, it)
        body = {its.name: value for its, value in values.items()}
        refusal = self.model.refusal_of(it, values, record)
        if record.trashed_with is not None and refusal != "validation-failed":
            refusal = "record-not-found"
        if in_bulk:
            self.update_in_bulk(it, record, body, refusal)
        else:
            work = self.reality.records.update
            self.agree(refusal, lambda: work(SCOPE, MANAGER, it.name, record.id, body))
        if refusal is None:
            record.change("update", values)

    def update_in_bulk(
        self, it: PlainObject, record: PlainRecord, body: dict[str, Any], refusal: Refusal
    ) -> None:
        bodies = [{"id": str(record.id), **body}]
        (item,) = self.agree(
            None, lambda: self.reality.records.bulk(SCOPE, MANAGER, it.name, "update", bodies)
        )
        statuses = {
            None: 200, "validation-failed": 422, "unique-conflict": 409, "record-not-found": 404,
        }  # fmt: skip
        assert item.status == statuses[refusal]

    @precondition(lambda self: any(it.records for it in self.objects))
    @rule(data=st.data())
    def trash(self, data: Draw) -> None:
        it, record = self.a_record(data)
        is_there = record.trashed_with is None
        refusal = self.model.trash(it, record) if is_there else "record-not-found"
        self.agree(refusal, lambda: self.reality.records.delete(SCOPE, MANAGER, it.name, record.id))

    @precondition(lambda self: any(it.records for it in self.objects))
    @rule(data=st.data())
    def restore(self, data: Draw) -> None:
        it, record = self.a_record(data)
        self.agree(None, lambda: self.reality.records.restore(SCOPE, MANAGER, it.name, record.id))
        self.model.restore(it, record)

    @precondition(lambda self: any(it.records for it in self.objects))
    @rule(data=st.data())
    def destroy(self, data: Draw) -> None:
        it, record = self.a_record(data)
        refusal = self.model.destroy(it, record)
        work = self.reality.records.delete
        self.agree(refusal, lambda: work(SCOPE, MANAGER, it.name, record.id, permanent=True))
        if refusal is None:
            self.touched = None

    # Comparing

    @invariant()
    def everything_is_as_in_the_model(self) -> None:
        for it in self.objects:
            names = ("id", "version", *[its.name for its in it.fields])
            query = (("limit", "200"), ("fields", ",".join(names)))
            page = self.reality.run(
                lambda it=it, q=query: self.reality.records.page(SCOPE, MANAGER, it.name, q)
            )
            assert page.data == it.shown()

    @invariant()
    def the_record_that_was_touched_has_its_history(self) -> None:
        if self.touched is None:
            return
        it, record = self.touched
        names = {its: its.name for its in it.fields}
        work = self.reality.records.history
        page = self.reality.run(lambda: work(SCOPE, MANAGER, it.name, record.id, 200))
        told = [
            (entry["action"], {one["field"]: (one["from"], one["to"]) for one in entry["changes"]})
            for entry in reversed(page.data)
        ]
        assert told == [
            (action, {names[its]: pair for its, pair in pairs.items() if its in names})
            for action, pairs in record.log
        ]

    def teardown(self) -> None:
        async def drop_all() -> list[Any]:
            for it in self.objects:
                for its in it.fields:
                    if its.target is not None and its.target is not it:
                        await self.reality.tenant.drop_field(it.name, its.name, its.name)
            for it in self.objects:
                await self.reality.tenant.drop(it.name, it.name)
            return await self.reality.tenant.drift()

        assert self.reality.run(drop_all) == []


@pytest.fixture(params=["sqlite", "mariadb"])
def reality(request: pytest.FixtureRequest, databases_made: Any) -> Iterator[Reality]:  # noqa: F811
    with asyncio.Runner() as runner:
        tenant = Tenant(engine_of(databases_made.of(request.param)))
        records = RecordService(tenant.catalog, Cursors(lambda tenant_id: [tenant_id.bytes * 2]))
        yield Reality(tenant, runner, records)
        runner.run(tenant.engine.close())


def test_a_tenant_s_life(reality: Reality) -> None:
    on_sqlite = reality.tenant.engine.engine_type == "sqlite"
    run_state_machine_as_test(
        type("Life", (Machine,), {"reality": reality}),
        settings=settings(
            max_examples=10 if on_sqlite else 3,
            stateful_step_count=40 if on_sqlite else 25,
            deadline=None,
            derandomize=True,
            phases=[Phase.generate],  # shrinking would take minutes; a life is short enough to read
            suppress_health_check=list(HealthCheck),
        ),
    )

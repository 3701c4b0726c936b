"""Random changes of definitions and records, played against a plain Python model, compared at each step."""

import asyncio
import shutil
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from piccolo_conf import DB
from tenant_schema.objects.changes.decide.conversions import CONVERSIONS
from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tenant_schema.objects.errors import (
    ConversionRefused,
    NameTaken,
    StillLookedUp,
    WouldBreakData,
    WouldLoseData,
)
from tenant_schema.records.errors import UniqueConflict
from tenant_schema.records.reading.cursors import Cursors
from tenant_schema.records.service import RecordService
from tests.tenant_schema.objects.changes.worlds import (
    MANAGER,
    SCOPE,
    Config,
    Tenant,
    config_in,
    engine_of,
    migrate,
)

NAMES = st.sampled_from(["alpha", "beta", "gamma"])
FIELDS = st.sampled_from(["one", "two", "three", "four"])
TYPES = st.sampled_from(["text", "integer", "boolean", "date", "select", "lookup"])
VALUES: dict[str, Any] = {
    "text": st.sampled_from(["a", "b", "it's", "Zürich", "open"]),
    "long_text": st.sampled_from(["a", "line\nline"]),
    "integer": st.integers(-5, 5),
    "decimal": st.sampled_from(["1.50", "-2.00", "3.00"]),
    "currency": st.sampled_from(["1.50", "-2.00"]),
    "boolean": st.booleans(),
    "date": st.sampled_from(["2026-01-31", "2026-02-28"]),
    "datetime": st.sampled_from(["2026-01-31T00:00:00Z", "2026-02-28T12:00:00Z"]),
    "select": st.sampled_from(["open", "won"]),
}
SETTINGS = {"select": {"options": ["open", "won"]}}


@dataclass
class Field:
    type: str
    unique: bool = False
    target: str | None = None


@dataclass
class Object:
    fields: dict[str, Field] = field(default_factory=dict)
    records: dict[UUID, dict[str, Any]] = field(default_factory=dict)

    def doubles(self, name: str) -> bool:
        values = [row[name] for row in self.records.values() if row[name] is not None]
        return len(values) != len(set(values))


def converted(value: Any, into: str) -> Any:
    """What the record API shows of a value after its field has another type."""
    if value is None:
        return None
    if into in ("decimal", "currency"):
        return f"{float(value):.2f}"
    return f"{value}T00:00:00Z" if into == "datetime" else value


def plain(value: Any) -> Any:
    text = value.isoformat().replace("+00:00", "Z") if hasattr(value, "isoformat") else value
    return str(text) if isinstance(text, UUID) else text


class Definitions(RuleBasedStateMachine):
    """``objects`` is what there should be."""

    template: Config

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp(prefix="freehold-model-"))
        self.config = config_in(self.folder)
        for file in Path(self.template["path"]).parent.glob("tenant.sqlite*"):
            shutil.copy(file, self.folder)
        self.loop = asyncio.new_event_loop()
        self.tenant = Tenant(engine_of(self.config))
        self.service = RecordService(self.tenant.catalog, Cursors(lambda tenant_id: [tenant_id.bytes * 2]))
        self.objects: dict[str, Object] = {}

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        async def bound() -> Any:
            with DB.bind(self.tenant.engine):
                return await work

        return self.loop.run_until_complete(bound())

    def refused(self, kind: Any, work: Coroutine[Any, Any, Any]) -> None:
        with pytest.raises(kind):
            self.run(work)

    def teardown(self) -> None:
        self.loop.run_until_complete(self.tenant.engine.close())
        self.loop.close()
        shutil.rmtree(self.folder)

    @rule(name=NAMES)
    def create_object(self, name: str) -> None:
        work = self.tenant.create(ObjectDraft(name=name, label=name, plural_label=name))
        if name in self.objects:
            self.refused(NameTaken, work)
        else:
            self.run(work)
            self.objects[name] = Object()

    @precondition(lambda self: self.objects)
    @rule(data=st.data(), name=FIELDS, kind=TYPES, unique=st.booleans(), has_default=st.booleans())
    def add_field(self, data: Any, name: str, kind: str, unique: bool, has_default: bool) -> None:
        of = data.draw(st.sampled_from(sorted(self.objects)))
        unique = unique and kind in ("text", "integer", "date")
        default = data.draw(VALUES[kind]) if has_default and not unique and kind != "lookup" else None
        target = data.draw(st.sampled_from(sorted(self.objects))) if kind == "lookup" else None
        settings_ = {"target": target} if target else SETTINGS.get(kind, {})
        facts = {"unique": unique, "default": default, "searchable": kind == "text" and has_default}
        draft = FieldDraft(name=name, label=name, type=kind, settings=settings_, **facts)
        model, work = self.objects[of], self.tenant.add_field(of, draft)
        if name in model.fields:
            self.refused(NameTaken, work)
            return
        self.run(work)
        model.fields[name] = Field(kind, unique, target)
        for row in model.records.values():
            row[name] = default

    @precondition(lambda self: any(one.fields for one in self.objects.values()))
    @rule(data=st.data(), new=FIELDS)
    def rename_field(self, data: Any, new: str) -> None:
        of, name = self._some_field(data)
        model, work = self.objects[of], self.tenant.change_field(of, name, {"name": new})
        if new != name and new in model.fields:
            self.refused(NameTaken, work)
            return
        self.run(work)
        model.fields[new] = model.fields.pop(name)
        for row in model.records.values():
            row[new] = row.pop(name)

    @precondition(lambda self: self.objects)
    @rule(data=st.data(), new=NAMES)
    def rename_object(self, data: Any, new: str) -> None:
        name = data.draw(st.sampled_from(sorted(self.objects)))
        work = self.tenant.change(name, {"name": new})
        if new != name and new in self.objects:
            self.refused(NameTaken, work)
            return
        self.run(work)
        self.objects[new] = self.objects.pop(name)
        for one in self.objects.values():
            for its in one.fields.values():
                its.target = new if its.target == name else its.target

    @precondition(lambda self: any(one.fields for one in self.objects.values()))
    @rule(data=st.data(), confirms=st.booleans())
    def drop_field(self, data: Any, confirms: bool) -> None:
        of, name = self._some_field(data)
        model = self.objects[of]
        work = self.tenant.drop_field(of, name, name if confirms else None)
        if not confirms and any(row[name] is not None for row in model.records.values()):
            self.refused(WouldLoseData, work)
            return
        self.run(work)
        del model.fields[name]
        for row in model.records.values():
            del row[name]

    @precondition(lambda self: self.objects)
    @rule(data=st.data())
    def drop_object(self, data: Any) -> None:
        name = data.draw(st.sampled_from(sorted(self.objects)))
        others = [one for its, one in self.objects.items() if its != name]
        work = self.tenant.drop(name, name)
        if any(one.target == name for other in others for one in other.fields.values()):
            self.refused(StillLookedUp, work)
            return
        self.run(work)
        del self.objects[name]

    @precondition(lambda self: any(one.fields for one in self.objects.values()))
    @rule(
        data=st.data(),
        kind=st.sampled_from(["text", "long_text", "decimal", "currency", "datetime", "boolean"]),
    )
    def change_type(self, data: Any, kind: str) -> None:
        of, name = self._some_field(data)
        its = self.objects[of].fields[name]
        if its.type == kind or (its.unique and kind == "long_text"):
            return
        changes: dict[str, Any] = {"type": kind, "default": None, "searchable": False}
        work = self.tenant.change_field(of, name, changes)
        if kind not in CONVERSIONS.get(its.type, ()):
            self.refused(ConversionRefused, work)
            return
        self.run(work)
        its.type = kind
        for row in self.objects[of].records.values():
            row[name] = converted(row[name], kind)

    @precondition(lambda self: any(one.fields for one in self.objects.values()))
    @rule(data=st.data())
    def make_unique(self, data: Any) -> None:
        of, name = self._some_field(data)
        its = self.objects[of].fields[name]
        if its.type not in ("text", "integer", "date", "select"):
            return
        work = self.tenant.change_field(of, name, {"unique": True, "default": None})
        if not its.unique and self.objects[of].doubles(name):
            self.refused(WouldBreakData, work)
            return
        self.run(work)
        its.unique = True

    @precondition(lambda self: self.objects)
    @rule(data=st.data())
    def create_record(self, data: Any) -> None:
        of = data.draw(st.sampled_from(sorted(self.objects)))
        model = self.objects[of]
        body = {name: self._value(data, one) for name, one in model.fields.items()}
        work = self.service.create(SCOPE, MANAGER, of, body)
        if any(self._is_taken(of, name, body[name]) for name in body):
            self.refused(UniqueConflict, work)
            return
        made = self.run(work).data
        model.records[UUID(str(made["id"]))] = body

    @precondition(lambda self: any(one.records and one.fields for one in self.objects.values()))
    @rule(data=st.data())
    def change_record(self, data: Any) -> None:
        of = data.draw(
            st.sampled_from(
                [name for name, one in sorted(self.objects.items()) if one.records and one.fields]
            )
        )
        model = self.objects[of]
        record_id = data.draw(st.sampled_from(sorted(model.records)))
        name = data.draw(st.sampled_from(sorted(model.fields)))
        value = self._value(data, model.fields[name])
        work = self.service.update(SCOPE, MANAGER, of, record_id, {name: value})
        if self._is_taken(of, name, value, but=record_id):
            self.refused(UniqueConflict, work)
            return
        self.run(work)
        model.records[record_id][name] = value

    @precondition(lambda self: any(one.records for one in self.objects.values()))
    @rule(data=st.data())
    def destroy_record(self, data: Any) -> None:
        of = data.draw(st.sampled_from([name for name, one in sorted(self.objects.items()) if one.records]))
        record_id = data.draw(st.sampled_from(sorted(self.objects[of].records)))
        self.run(self.service.delete(SCOPE, MANAGER, of, record_id, permanent=True))
        del self.objects[of].records[record_id]
        for one in self.objects.values():
            for row in one.records.values():
                for name, its in one.fields.items():
                    if its.target == of and row[name] == str(record_id):
                        row[name] = None

    @invariant()
    def all_is_as_it_should_be(self) -> None:
        assert self.run(self.tenant.drift()) == []
        known = self.run(self.tenant.catalog.all(SCOPE))
        assert {name for name, one in known.items() if not one.standard} == set(self.objects)
        for name, one in self.objects.items():
            own = [its for its in known[name].fields.values() if not its.system]
            assert {its.name: its.type.name for its in own} == {
                key: its.type for key, its in one.fields.items()
            }
            page = self.run(self.service.page(SCOPE, MANAGER, name, [("limit", "200")]))
            found = {UUID(str(row["id"])): {key: plain(row[key]) for key in one.fields} for row in page.data}
            assert found == one.records

    def _some_field(self, data: Any) -> tuple[str, str]:
        pairs = [(of, name) for of, one in sorted(self.objects.items()) for name in sorted(one.fields)]
        return data.draw(st.sampled_from(pairs))

    def _value(self, data: Any, its: Field) -> Any:
        if its.target is not None:
            ids = sorted(str(one) for one in self.objects[its.target].records)
            return data.draw(st.sampled_from([None, *ids]))
        return data.draw(st.one_of(st.none(), VALUES[its.type]))

    def _is_taken(self, of: str, name: str, value: Any, but: UUID | None = None) -> bool:
        model = self.objects[of]
        others = [row[name] for key, row in model.records.items() if key != but]
        return model.fields[name].unique and value is not None and value in others


def test_random_changes_against_a_plain_model(tmp_path: Path) -> None:
    config = config_in(tmp_path)
    asyncio.run(migrate(config))
    machine = type("OnSQLite", (Definitions,), {"template": config})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=3, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
        ),
    )

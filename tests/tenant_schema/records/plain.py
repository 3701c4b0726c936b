"""What objects and records are, in plain Python: what the state machine compares the service with."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import UUID

Refusal = str | None
"""Why something is refused: the code of an error."""
_KEYS = count(1)


@dataclass(eq=False)
class PlainField:
    name: str
    type: str
    required: bool = False
    unique: bool = False
    default: Any = None
    target: "PlainObject | None" = None
    on_delete: str = ""


@dataclass(eq=False)
class PlainRecord:
    id: UUID
    values: dict[PlainField, Any]
    version: int = 1
    trashed_with: int | None = None
    log: list[tuple[str, dict[PlainField, tuple[Any, Any]]]] = field(default_factory=lambda: [("create", {})])

    def change(self, action: str, values: Mapping[PlainField, Any] | None = None) -> None:
        differing = {one: value for one, value in (values or {}).items() if self.values[one] != value}
        if action == "update" and not differing:
            return
        self.log.append((action, {one: (self.values[one], value) for one, value in differing.items()}))
        self.values |= differing
        self.version += 1


@dataclass(eq=False)
class PlainObject:
    name: str
    fields: list[PlainField] = field(default_factory=list)
    records: dict[UUID, PlainRecord] = field(default_factory=dict)

    def field(self, name: str) -> PlainField | None:
        return next((one for one in self.fields if one.name == name), None)

    def in_use(self) -> list[PlainRecord]:
        return [one for one in self.records.values() if one.trashed_with is None]

    def shown(self) -> list[dict[str, Any]]:
        """The list of records, as the API gives it."""
        return [
            {"id": str(one.id), "version": one.version} | {its.name: one.values[its] for its in self.fields}
            for one in sorted(self.in_use(), key=lambda one: one.id)
        ]


Place = tuple[PlainObject, PlainRecord]


@dataclass
class PlainTenant:
    objects: dict[str, PlainObject] = field(default_factory=dict)

    # Definitions

    def looked_up(self, it: PlainObject) -> bool:
        """Whether fields of other objects lead to it."""
        return any(
            its.target is it for other in self.objects.values() if other is not it for its in other.fields
        )

    def add_field(self, it: PlainObject, new: PlainField) -> Refusal:
        if it.field(new.name):
            return "name-taken"
        it.fields.append(new)
        for record in it.records.values():
            record.values[new] = new.default
        return None

    def require(self, it: PlainObject, its: PlainField) -> Refusal:
        if any(record.values[its] is None for record in it.in_use()):
            return "would-break-data"
        its.required = True
        return None

    def make_unique(self, it: PlainObject, its: PlainField) -> Refusal:
        held = [record.values[its] for record in it.records.values() if record.values[its] is not None]
        if len(held) > len(set(held)):
            return "would-break-data"
        its.unique = True
        return None

    # Records

    def refusal_of(
        self, it: PlainObject, values: Mapping[PlainField, Any], record: PlainRecord | None
    ) -> Refusal:
        """What stands against these values in a new record, or in one that is there."""
        if any(its.required and value is None for its, value in values.items()):
            return "validation-failed"
        for its, value in values.items():
            others = [one for one in it.records.values() if one is not record]
            if its.unique and value is not None and any(one.values[its] == value for one in others):
                return "unique-conflict"
        return None

    def with_defaults(self, it: PlainObject, given: Mapping[PlainField, Any]) -> dict[PlainField, Any]:
        return {its: given.get(its, its.default) for its in it.fields}

    def referring(self, places: set[Place], on_delete: str) -> Iterator[tuple[Place, PlainField]]:
        """Who refers to these, and by which field."""
        ids = {(it, str(record.id)) for it, record in places}
        for it in self.objects.values():
            for its in it.fields:
                if its.target is None or its.on_delete != on_delete:
                    continue
                for record in it.records.values():
                    if (its.target, record.values[its]) in ids:
                        yield (it, record), its

    def going(self, it: PlainObject, record: PlainRecord, trashed_with: Any) -> set[Place]:
        """The record and what goes with it; ``trashed_with`` says which others count, ``...`` all."""
        found = {(it, record)}
        while True:
            more = {
                place
                for place, _ in self.referring(found, "cascade")
                if trashed_with is ... or place[1].trashed_with == trashed_with
            }
            if more <= found:
                return found
            found |= more

    def trash(self, it: PlainObject, record: PlainRecord) -> Refusal:
        going = self.going(it, record, None)
        in_the_way = [place for place, _ in self.referring(going, "restrict") if place not in going]
        if any(one.trashed_with is None for _, one in in_the_way):
            return "still-referenced"
        together = next(_KEYS)
        for _, one in going:
            one.change("delete")
            one.trashed_with = together
        return None

    def restore(self, it: PlainObject, record: PlainRecord) -> None:
        if record.trashed_with is None:
            return
        for _, one in self.going(it, record, record.trashed_with):
            one.change("restore")
            one.trashed_with = None

    def destroy(self, it: PlainObject, record: PlainRecord) -> Refusal:
        going = self.going(it, record, ...)
        if any(place not in going for place, _ in self.referring(going, "restrict")):
            return "still-referenced"
        for place, its in list(self.referring(going, "set_null")):
            if place not in going:
                place[1].change("update", {its: None})
        for its_object, one in going:
            del its_object.records[one.id]
        return None

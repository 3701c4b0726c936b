"""The records of one object in the admin, read and written by the record service with the user's rights.

A lookup is displayed by the name of its record, if the user may read that; a change of a row is refused when
another user has changed it since the page was loaded; deleting moves a record to the trash.
"""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec

from api.admin.columns import TableSchema
from api.admin.listing import Listing, Term
from api.admin.site import Row
from api.admin.tenant.fields import column_of_field
from api.admin.tenant.visitor import Visitor
from api.admin.values import uuid_of
from tenant_schema.objects.model.model import FieldModel, ObjectModel
from tenant_schema.records.access.target import Target
from tenant_schema.records.query.model import Query
from tenant_schema.records.query.query_string import parse_query
from tenant_schema.records.query.user_fields import USERS
from tenant_schema.records.reading.counting import count_records
from tenant_schema.records.reading.offset_pages import read_rows

__all__ = ["RECORDS", "RecordTable"]

RECORDS: Final = "Records"
_MOST_LISTED: Final = 5
_MOST_NAMED: Final = 30
"""The maximum number of lookups per object that are displayed by name; each costs a join."""
_LISTED_SYSTEM: Final = ("owner", "updated_at")
_TIMES: Final = ("created_at", "updated_at")
_OPERATORS: Final[Mapping[str, tuple[str, str]]] = {"null": ("null", "true"), "not_null": ("null", "false")}


@dataclass(frozen=True, slots=True)
class _Display:
    """How the records of the object are displayed to the user.

    :param called: by lookup, the fields of the other record that are displayed in place of its id.
    """

    target: Target
    called: Mapping[str, tuple[str, ...]]

    @property
    def name(self) -> str:
        """The field that names records."""
        name = self.target.model.name_field
        return name if name in self.target.rights.readable else "id"

    def paths(self, columns: Sequence[str]) -> list[str]:
        """Return the paths to read for these columns: for a lookup, the other record's id and name."""
        paths: list[str] = []
        for name in dict.fromkeys(["id", *columns]):
            beyond = self.called.get(name, ())
            paths += [f"{name}.{one}" for one in ("id", *beyond)] if beyond else [name]
        return paths

    def query(self, pairs: Sequence[tuple[str, str]], columns: Sequence[str]) -> Query:
        """Parse a list request of the record API, which applies the user's rights."""
        fields = ("fields", ",".join(self.paths(columns)))
        return parse_query([*pairs, fields], self.target.readable)

    def shown(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return a record with each lookup's id under the lookup's name, and JSON as text."""
        shown = dict(row)
        for name, value in row.items():
            if name in self.called and value is not None:
                shown[name] = value["id"]
                called = next((value[one] for one in self.called[name] if value.get(one)), None)
                shown[f"{name}_readable"] = value["id"] if called is None else str(called)
            elif self.target.model.fields[name].type.name == "json" and value is not None:
                shown[name] = msgspec.json.encode(value).decode()
        return shown


class RecordTable:
    """One object.

    :param tables: the admin's name of the table of each object that the user may read, including users.
    """

    group = RECORDS
    checks_values = True

    def __init__(self, visitor: Visitor, model: ObjectModel, tables: Mapping[str, str]) -> None:
        self._visitor = visitor
        self._model = model
        self._tables = tables
        self._records = visitor.platform.records

    async def schema(self) -> TableSchema:
        """The fields that the user may read; read-only unless the user may write them."""
        display, model, access = await self._display(), self._model, self._visitor.access
        rights = display.target.rights
        open_fields = {**rights.creatable, **rights.writable}
        listed = _listed(rights.readable, display.name)
        columns = [
            column_of_field(
                field,
                to=self._tables.get(_target_of(field) or ""),
                is_writable=name in open_fields and not (field.read_only or field.type.generated),
                listed=name in listed,
            )
            for name, field in _own_first(rights.readable)
        ]
        return TableSchema(
            title=model.label,
            columns=columns,
            link=display.name,
            help_text=model.description or None,
            can_add=access.allows(model.name, "create"),
            can_change=access.allows(model.name, "update"),
            can_delete=access.allows(model.name, "delete"),
        )

    async def rows(self, listing: Listing) -> Sequence[Row]:
        """Return a page, with one statement."""
        display = await self._display()
        query = display.query(_pairs(listing), listing.columns)
        found = await read_rows(display.target, query, listing.page_size, listing.offset)
        return [_to_the_second(display.shown(row)) for row in found]

    async def count(self, listing: Listing) -> int:
        """Count the rows, with one statement."""
        display = await self._display()
        return await count_records(display.target, display.query(_pairs(listing), ("id",)))

    async def export(self, listing: Listing, *, readable: bool) -> AsyncIterator[bytes]:
        """Export all pages like the record API; ``account`` is followed by ``account.name``."""
        visitor, display = self._visitor, await self._display()
        paths = [
            path
            for name in dict.fromkeys(listing.columns)
            for path in (name, *(f"{name}.{one}" for one in display.called.get(name, ()) if readable))
        ]
        form = [("delimiter", ";"), ("bom", "true")] if listing.delimiter == ";" else []
        pairs = [*_pairs(listing), ("fields", ",".join(paths)), *form]
        pieces = await self._records.export(visitor.scope, visitor.access, self._model.name, pairs)
        async for piece in pieces:
            yield piece

    async def names(self, search: str, limit: int, offset: int) -> Mapping[str, str]:
        """Return records by name."""
        display = await self._display()
        name, pairs = display.name, [("sort", display.name)]
        if search and "icontains" in self._model.fields[name].type.operators:
            pairs.append((f"filter[{name}][icontains]", search))
        rows = await read_rows(display.target, display.query(pairs, (name,)), limit, offset)
        return {str(row["id"]): str(row[name] or row["id"]) for row in rows}

    async def row(self, row_id: str) -> Row:
        """One record."""
        display, visitor = await self._display(), self._visitor
        pairs = [("fields", ",".join(display.paths(tuple(display.target.rights.readable))))]
        record = await self._records.read(
            visitor.scope, visitor.access, self._model.name, uuid_of(row_id), pairs
        )
        return display.shown(record.data)

    async def create(self, values: Mapping[str, Any]) -> str:
        """Create a record. Empty fields get their default."""
        visitor = self._visitor
        body = {name: value for name, value in values.items() if value not in (None, "", [])}
        record = await self._records.create(visitor.scope, visitor.access, self._model.name, body)
        return str(record.data["id"])

    async def update(self, row_id: str, values: Mapping[str, Any]) -> None:
        """Change a record."""
        visitor = self._visitor
        body = {name: None if value == "" else value for name, value in values.items()}
        await self._records.update(visitor.scope, visitor.access, self._model.name, uuid_of(row_id), body)

    async def delete(self, row_id: str) -> None:
        """Move a record to the trash."""
        visitor = self._visitor
        await self._records.delete(visitor.scope, visitor.access, self._model.name, uuid_of(row_id))

    async def references(self) -> Sequence[tuple[str, str]]:
        """Return the lookups that refer to this object, in objects and fields that the user may read."""
        visitor, found = self._visitor, []
        for name, model in (await visitor.platform.catalog.all(visitor.scope)).items():
            lookups = [one for one in model.fields.values() if _target_of(one) == self._model.name]
            if lookups and name in self._tables:
                target = await self._open(name)
                found += [
                    (self._tables[name], one.name) for one in lookups if one.name in target.rights.readable
                ]
        return found

    async def _open(self, name: str) -> Target:
        return await self._records.targets.open(self._visitor.scope, self._visitor.access, name, "read")

    async def _display(self) -> _Display:
        target = await self._open(self._model.name)
        lookups = [name for name, field in target.rights.readable.items() if _target_of(field)]
        called = {name: await self._called_by(target, name) for name in lookups[:_MOST_NAMED]}
        return _Display(target, {name: fields for name, fields in called.items() if fields})

    async def _called_by(self, target: Target, lookup: str) -> tuple[str, ...]:
        """Return the fields that name a lookup's record; none if the user may not read them."""
        beyond = target.readable.beyond(lookup)
        if beyond is None:
            return ()
        leads_to = _target_of(self._model.fields[lookup])
        if leads_to == USERS.name:
            return ("name", "email")
        objects = await self._visitor.platform.catalog.all(self._visitor.scope)
        name = objects[leads_to].name_field if leads_to is not None and leads_to in objects else ""
        return (name,) if name in beyond else ()


def _to_the_second(row: dict[str, Any]) -> Row:
    """Shorten the system's times for the list. The row's own page has them in full."""
    return row | {name: f"{row[name][:19]}Z" for name in _TIMES if row.get(name)}


def _pairs(listing: Listing) -> list[tuple[str, str]]:
    """Return the list as a request to the record API."""
    pairs = [_pair(term) for term in listing.terms]
    return [*pairs, ("sort", ",".join(name if up else f"-{name}" for name, up in listing.order))]


def _pair(term: Term) -> tuple[str, str]:
    operator, text = _OPERATORS.get(term.operator, (term.operator, term.text))
    return f"filter[{term.column.name}][{operator}]", text


def _target_of(field: FieldModel) -> str | None:
    return field.settings["target"] if field.type.name == "lookup" else None


def _own_first(fields: Mapping[str, FieldModel]) -> list[tuple[str, FieldModel]]:
    """Return the object's own fields in their order, then the system's, without the id."""
    own = [(name, field) for name, field in fields.items() if not field.system]
    return [*own, *[(name, field) for name, field in fields.items() if field.system and name != "id"]]


def _listed(fields: Mapping[str, FieldModel], name: str) -> set[str]:
    """Return the columns of the list: the name, the first fields, the owner and the time."""
    own = [one for one, field in fields.items() if not field.system and one != name]
    return {name, *own[:_MOST_LISTED], *_LISTED_SYSTEM}

"""An object with a field of every type, and a catalog of objects made for a test."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from tenant_schema.objects.definitions.checks import object_rows
from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tenant_schema.objects.errors import ObjectNotFound
from tenant_schema.objects.model.model import ObjectModel, object_model
from tenant_schema.records.reading.pages import Page
from tenant_schema.records.record import Record
from tenant_schema.records.service import Operation, RecordService
from tenant_schema.records.writing.bulk import Item
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access

PARENT = {"target": "gadgets", "onDelete": "restrict"}
COLORS = {"options": ["red", "green", "blue", "bläulich"]}

GADGETS = ObjectDraft(
    name="gadgets",
    label="Gadget",
    plural_label="Gadgets",
    fields=(
        FieldDraft(name="name", label="Name", type="text", required=True, indexed=True),
        FieldDraft(name="code", label="Code", type="text", unique=True),
        FieldDraft(name="notes", label="Notes", type="long_text"),
        FieldDraft(name="email", label="E-mail", type="email"),
        FieldDraft(name="site", label="Site", type="url"),
        FieldDraft(name="phone", label="Phone", type="phone"),
        FieldDraft(name="count", label="Count", type="integer"),
        FieldDraft(name="weight", label="Weight", type="decimal", settings={"precision": 12, "scale": 3}),
        FieldDraft(name="price", label="Price", type="currency"),
        FieldDraft(name="share", label="Share", type="percent"),
        FieldDraft(name="active", label="Active", type="boolean"),
        FieldDraft(name="born", label="Born", type="date"),
        FieldDraft(name="seen", label="Seen", type="datetime"),
        FieldDraft(name="opens", label="Opens", type="time"),
        FieldDraft(name="color", label="Color", type="select", settings=COLORS, default="red"),
        FieldDraft(name="colors", label="Colors", type="multi_select", settings=COLORS),
        FieldDraft(name="parent", label="Parent", type="lookup", settings=PARENT),
        FieldDraft(name="manager", label="Manager", type="lookup", settings={"target": "users"}),
        FieldDraft(name="extra", label="Extra", type="json"),
    ),
)


def make_gadgets() -> ObjectModel:
    """One field of every type; its columns have other names than its fields."""
    return object_model(*object_rows(GADGETS))


def make_things() -> ObjectModel:
    """The same fields, none of them unique."""
    fields = tuple(replace(field, unique=False) for field in GADGETS.fields)
    return object_model(*object_rows(replace(GADGETS, name="things", fields=fields)))


class Models:
    """A catalog of the given objects."""

    def __init__(self, *models: ObjectModel) -> None:
        self.models = {model.name: model for model in models}

    def known(self, scope: TenantScope) -> dict[str, ObjectModel]:
        """All of them."""
        return self.models

    async def all(self, scope: TenantScope) -> dict[str, ObjectModel]:
        """All of them."""
        return self.models

    async def get(self, scope: TenantScope, name: str) -> ObjectModel:
        """One of them."""
        if name not in self.models:
            raise ObjectNotFound(name)
        return self.models[name]


@dataclass(frozen=True)
class Caller:
    """The record service with the arguments that are the same in every call of a test."""

    service: RecordService
    scope: TenantScope
    access: Access
    object_name: str

    async def create(self, **body: object) -> Record:
        return await self.service.create(self.scope, self.access, self.object_name, body)

    async def read(self, record: Record, **parameters: str) -> Record:
        return await self.service.read(
            self.scope, self.access, self.object_name, id_of(record), tuple(parameters.items())
        )

    async def update(self, record: Record, body: dict[str, object], if_match: int | None = None) -> Record:
        return await self.service.update(
            self.scope, self.access, self.object_name, id_of(record), body, if_match
        )

    async def delete(self, record: Record, if_match: int | None = None, *, permanent: bool = False) -> None:
        await self.service.delete(
            self.scope, self.access, self.object_name, id_of(record), if_match, permanent=permanent
        )

    async def restore(self, record: Record, if_match: int | None = None) -> Record:
        return await self.service.restore(self.scope, self.access, self.object_name, id_of(record), if_match)

    async def put(
        self, key: tuple[str, str], body: dict[str, object], **conditions: Any
    ) -> tuple[Record, bool]:
        name, text = key
        return await self.service.put(
            self.scope, self.access, self.object_name, (name, [text]), body, **conditions
        )

    async def bulk(self, op: Operation, *records: object, atomic: bool = False) -> Sequence[Item]:
        return await self.service.bulk(self.scope, self.access, self.object_name, op, records, atomic=atomic)

    async def history(self, record: Record, limit: int = 25, cursor: str | None = None) -> Page:
        return await self.service.history(
            self.scope, self.access, self.object_name, id_of(record), limit, cursor
        )

    async def trash(self, *pairs: tuple[str, str]) -> Page:
        return await self.service.trash(self.scope, self.access, self.object_name, pairs)

    async def page(self, *pairs: tuple[str, str]) -> Page:
        return await self.service.page(self.scope, self.access, self.object_name, pairs)

    async def query(self, document: dict[str, object]) -> Page:
        return await self.service.query(self.scope, self.access, self.object_name, document)

    async def groups(self, *pairs: tuple[str, str]) -> list[dict[str, object]]:
        return (await self.service.aggregate(self.scope, self.access, self.object_name, pairs)).data

    async def names(self, *pairs: tuple[str, str]) -> list[str]:
        """The names of the records on a page."""
        return [row["name"] for row in (await self.page(*pairs)).data]


def id_of(record: Record) -> UUID:
    return UUID(record.data["id"])

"""A tenant's database on every engine, with an object that has records, and the service that changes it."""

import datetime as dt
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from uuid import UUID

from piccolo.engine.base import Engine
from piccolo.querystring import QueryString

from central.migrations.migrator import Migrator
from piccolo_conf import DB
from piccolo_engines.columns import new_id, utc_now
from piccolo_engines.mysql import MySQLEngine, PoolSettings
from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.objects.changes.missing_indexes import ensure_searches
from tenant_schema.objects.changes.missing_sort_keys import ensure_sort_keys
from tenant_schema.objects.changes.recovery import Recovery
from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.objects.model.model import ObjectModel
from tenant_schema.objects.model.search_index import search_columns
from tenant_schema.objects.model.search_words import words_row, writing_words
from tenant_schema.objects.service import SchemaService
from tenant_schema.records.reading.cursors import Cursors
from tenant_schema.records.service import RecordService
from tenant_schema.records.sql.dialects.registry import dialect_of
from tenant_schema.records.sql.statements import insert
from tenant_schema.scope import TenantScope
from tenant_schema.standard.seed import seed_standard_objects
from tenant_schema.tenant_cache import ACCESS, DEFINITIONS, VersionedCache
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.seed import seed_access
from tenant_schema.users.tables import User
from tests.tenant_schema.objects.databases import APP_CONFIGS

Config = dict[str, Any]
"""``{"path": …}`` for SQLite, or what MySQLEngine connects with."""

FIELDS = (
    FieldDraft(name="title", label="Title", type="text", required=True),
    FieldDraft(name="amount", label="Amount", type="integer"),
    FieldDraft(name="code", label="Code", type="text", indexed=True, settings={"maxLength": 20}),
    FieldDraft(name="note", label="Note", type="text"),
    FieldDraft(name="stage", label="Stage", type="select", settings={"options": ["open", "won"]}),
    FieldDraft(name="due", label="Due", type="date"),
    FieldDraft(name="partner", label="Partner", type="lookup", settings={"target": "users"}),
    FieldDraft(
        name="parent", label="Parent", type="lookup", settings={"target": "{self}", "onDelete": "restrict"}
    ),
)
RECORDS = (
    {
        "title": "One",
        "amount": 5,
        "code": "A-1",
        "note": "the first",
        "stage": "open",
        "due": dt.date(2026, 1, 1),
    },
    {
        "title": "Two",
        "amount": 7,
        "code": "A-2",
        "note": "the other",
        "stage": "won",
        "due": dt.date(2026, 2, 2),
    },
    {"title": "Three", "amount": None, "code": None, "note": None, "stage": None, "due": None},
)


def engine_of(config: Config) -> Engine[Any]:
    """An engine that is not open yet."""
    if "path" in config:
        return SQLiteEngine(config["path"], synchronous="OFF")
    return MySQLEngine(config, PoolSettings(max_size=2))


async def migrate(config: Config) -> None:
    """The tenant's tables, its roles and its standard objects."""
    engine = engine_of(config)
    try:
        await Migrator(APP_CONFIGS, DB).migrate(engine)
        with DB.bind(engine):
            await seed_access(await seed_standard_objects())
            await ensure_searches()
            await ensure_sort_keys(served=False)
            await User(id=ADA, email="ada@acme.example").save()
    finally:
        await engine.close()


ADA = UUID("0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11")
SCOPE = TenantScope(new_id(), "acme", "Acme Corporation")
MANAGER = Access(
    ADA, new_id(), "ada@acme.example", "Ada", ("administrator",), frozenset({"*:*", "objects:manage"})
)


@dataclass
class Tenant:
    """One tenant at work in this process."""

    engine: Engine[Any]
    at: Callable[[str], None] = lambda _point: None
    wait: float = 5.0
    catalog: Catalog = field(default_factory=lambda: Catalog(VersionedCache(DEFINITIONS)))

    @property
    def service(self) -> SchemaService:
        return SchemaService(self.catalog, VersionedCache(ACCESS), Recovery(at=self.at), wait=self.wait)

    @property
    def records(self) -> RecordService:
        return RecordService(self.catalog, Cursors(lambda tenant_id: [tenant_id.bytes * 2]))

    async def create(self, draft: ObjectDraft, **options: Any) -> Any:
        return await self.service.create_object(SCOPE, MANAGER, draft, **options)

    async def change(self, name: str, changes: dict[str, Any], **options: Any) -> Any:
        return await self.service.change_object(SCOPE, MANAGER, name, changes, **options)

    async def drop(self, name: str, confirm: str | None = None, **options: Any) -> Any:
        return await self.service.drop_object(SCOPE, MANAGER, name, confirm, **options)

    async def add_field(self, name: str, draft: FieldDraft, **options: Any) -> Any:
        return await self.service.add_field(SCOPE, MANAGER, name, draft, **options)

    async def change_field(self, name: str, its: str, changes: dict[str, Any], **options: Any) -> Any:
        return await self.service.change_field(SCOPE, MANAGER, name, its, changes, **options)

    async def drop_field(self, name: str, its: str, confirm: str | None = None, **options: Any) -> Any:
        return await self.service.drop_field(SCOPE, MANAGER, name, its, confirm, **options)

    async def drift(self) -> list[tuple[str, str, str]]:
        return [(one.kind, one.name, one.message) for one in await self.service.drift(MANAGER)]

    async def model(self, name: str) -> ObjectModel:
        return await self.catalog.get(SCOPE, name)

    async def rows(self, name: str, *fields: str) -> list[dict[str, Any]]:
        """The records in order of id, by the names of their fields."""
        model = await self.model(name)
        columns = [model.columns[one].as_alias(one) for one in fields or model.columns]
        return await model.table.select(*columns).order_by(model.columns["id"])

    async def things(self, name: str, *, searched: bool = False) -> list[UUID]:
        """An object of this name with three records; their ids."""
        fields = tuple(
            replace(
                one,
                settings={k: name if v == "{self}" else v for k, v in one.settings.items()},
                searchable=searched and one.name == "title",
            )
            for one in FIELDS
        )
        await self.create(ObjectDraft(name=name, label="Thing", plural_label="Things", fields=fields))
        return [await self.record(name, **one) for one in RECORDS]

    async def record(self, name: str, **values: Any) -> UUID:
        model, record_id = await self.model(name), new_id()
        stored = {"id": record_id, "version": 1, "created_at": utc_now(), "updated_at": utc_now(), **values}
        row = [stored.get(its) for its in model.columns]
        await DB.run_querystring(insert(model, dialect_of(DB)).bind(row))
        if model.words_table:
            await self._index(model, stored)
        return record_id

    async def _index(self, model: ObjectModel, stored: dict[str, Any]) -> None:
        """As the record service does it on MySQL and MariaDB."""
        names = {field.column_name: name for name, field in model.fields.items()}
        columns = sorted(search_columns(model))
        row = words_row(stored["id"], [stored.get(names[one]) for one in columns])
        await DB.run_querystring(QueryString(writing_words(model.table_name, columns, 1), *row))

    async def found(self, name: str, text: str) -> list[str]:
        """The titles of the records that a search finds."""
        page = await self.records.page(SCOPE, MANAGER, name, (("search", text), ("sort", "id")))
        return [row["title"] for row in page.data]


@asynccontextmanager
async def tenant_on(config: Config, **options: Any) -> AsyncIterator[Tenant]:
    """The tenant whose database this is, bound."""
    engine = engine_of(config)
    try:
        with DB.bind(engine):
            yield Tenant(engine, **options)
    finally:
        await engine.close()


def config_in(folder: Path) -> Config:
    return {"path": str(folder / "tenant.sqlite")}

"""A family of objects that look one another up, on any of the three databases."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID

from piccolo_conf import DB
from piccolo_engines.columns import new_id
from piccolo_engines.mysql import MySQLEngine, PoolSettings
from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.objects.changes.bound_dialect import dialect_of_bound
from tenant_schema.objects.changes.decide.operations import AddSearch, FillSearch
from tenant_schema.objects.definitions.checks import object_rows
from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tenant_schema.objects.model.catalog import with_words_table
from tenant_schema.objects.model.model import ObjectModel, object_model
from tenant_schema.objects.model.search_index import search_columns, words_table
from tenant_schema.objects.tables import SchemaLease
from tenant_schema.records.reading.cursors import Cursors
from tenant_schema.records.service import RecordService
from tenant_schema.records.tables import RecordHistory
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.tables import User
from tests.conftest import cleared
from tests.support.record_tables import make_table
from tests.support.servers import ServerAddress
from tests.tenant_schema.records.models import Caller, Models
from tests.tenant_schema.records.worlds import fill

Row = dict[str, Any]


FIRMS = ObjectDraft(
    name="firms",
    label="Firm",
    plural_label="Firms",
    name_field="name",
    fields=(
        FieldDraft(name="name", label="Name", type="text", required=True, indexed=True, searchable=True),
        FieldDraft(name="notes", label="Notes", type="long_text", searchable=True),
        FieldDraft(
            name="industry", label="Industry", type="select", settings={"options": ["tech", "health", "food"]}
        ),
        FieldDraft(name="size", label="Size", type="integer"),
        FieldDraft(name="worth", label="Worth", type="currency"),
        FieldDraft(name="founded", label="Founded", type="date"),
        FieldDraft(name="seen", label="Seen", type="datetime"),
        FieldDraft(name="parent", label="Parent", type="lookup", settings={"target": "firms"}, indexed=True),
    ),
)
STAFF = ObjectDraft(
    name="staff",
    label="Person",
    plural_label="Staff",
    name_field="name",
    fields=(
        FieldDraft(name="name", label="Name", type="text", required=True, searchable=True),
        FieldDraft(name="pay", label="Pay", type="decimal", settings={"precision": 12, "scale": 3}),
        FieldDraft(name="firm", label="Firm", type="lookup", settings={"target": "firms"}, indexed=True),
        FieldDraft(name="boss", label="Boss", type="lookup", settings={"target": "staff"}, indexed=True),
        FieldDraft(name="hired", label="Hired", type="datetime"),
    ),
)
TASKS = ObjectDraft(
    name="tasks",
    label="Task",
    plural_label="Tasks",
    fields=(
        FieldDraft(name="title", label="Title", type="text"),
        FieldDraft(name="giver", label="Giver", type="lookup", settings={"target": "staff"}),
        FieldDraft(name="doer", label="Doer", type="lookup", settings={"target": "staff"}),
    ),
)
DRAFTS = (FIRMS, STAFF, TASKS)
EVERYTHING = frozenset({"*:*"})


@dataclass
class Family:
    """Firms, staff and tasks in a database of their own.

    :ivar sent: the statements sent, while it is a list.
    """

    engine: SQLiteEngine | MySQLEngine
    models: dict[str, ObjectModel]
    service: RecordService
    scope: TenantScope
    me: UUID
    rows: dict[str, list[Row]] = field(default_factory=dict)

    def caller(self, object_name: str, permissions: frozenset[str] = EVERYTHING) -> Caller:
        """Somebody with these permissions, on one object."""
        access = Access(self.me, new_id(), "ada@acme.example", "Ada", (), permissions)
        return Caller(self.service, self.scope, access, object_name)

    def add(self, model: ObjectModel) -> None:
        """One more object, whose table is there."""
        self.models[model.name] = model
        models = Models(*self.models.values())
        self.service = RecordService(models, Cursors(lambda tenant_id: [tenant_id.bytes * 2]))

    async def fill(self, object_name: str, rows: Sequence[Row]) -> list[Row]:
        """Only these records are there."""
        self.rows[object_name] = await fill(self.models[object_name], rows)
        return self.rows[object_name]

    async def index(self, object_name: str) -> None:
        """The full-text index of the records that are there now, as ``objects.search_index`` has it."""
        model = self.models[object_name]
        columns, dialect = tuple(sorted(search_columns(model))), dialect_of_bound()
        async with dialect.exclusive(5):
            await dialect.apply(AddSearch(model.table_name, columns))
            if dialect.search_apart:
                await dialect.apply(FillSearch(model.table_name, columns))
                self.add(with_words_table(model, {words_table(model.table_name, columns)}))

    @contextmanager
    def counted(self) -> Any:
        """``with family.counted() as sent: …``: the statements sent meanwhile."""
        sent: list[str] = []
        self.engine.on_statement = sent.append
        try:
            yield sent
        finally:
            self.engine.on_statement = None


@asynccontextmanager
async def family_on(engine: SQLiteEngine | MySQLEngine) -> AsyncIterator[Family]:
    """The family's tables in an empty database."""
    models = {draft.name: object_model(*object_rows(draft)) for draft in DRAFTS}
    service = RecordService(Models(*models.values()), Cursors(lambda tenant_id: [tenant_id.bytes * 2]))
    scope, me = TenantScope(new_id(), "acme", "Acme Corporation"), new_id()
    with DB.bind(engine):
        await User.create_table().run()
        await RecordHistory.create_table().run()
        await SchemaLease.create_table().run()
        for model in models.values():
            await make_table(model)
        await User.insert(User(id=me, email="ada@acme.example", name="Ada"))
        yield Family(engine, models, service, scope, me)


@asynccontextmanager
async def empty_database(path: Path, address: ServerAddress | None, prefix: str) -> AsyncIterator[Any]:
    """An engine on a new database: a file, or one on the server at the address."""
    if address is None:
        engine = SQLiteEngine(path, synchronous="OFF")
        yield engine
        await engine.close()
        return
    async with cleared(address, prefix) as root:
        await root.run_ddl(f'CREATE DATABASE "{prefix}family"')
        served = MySQLEngine({**address.config, "database": f"{prefix}family"}, PoolSettings(max_size=4))
        try:
            yield served
        finally:
            await served.close()

"""A tenant's database with users and gadgets (a field of every type), and the record service over it."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from piccolo_conf import DB
from piccolo_engines.columns import new_id
from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.objects.model.model import ObjectModel
from tenant_schema.records.access import schema_view
from tenant_schema.records.access.rights import Rights
from tenant_schema.records.reading.cursors import Cursors
from tenant_schema.records.service import RecordService
from tenant_schema.records.tables import RecordHistory
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.tables import User
from tests.conftest import Found, address_or_skip
from tests.support.record_tables import make_table
from tests.tenant_schema.objects.databases import Bound
from tests.tenant_schema.records.family import Family, empty_database, family_on
from tests.tenant_schema.records.models import Caller, Models, make_gadgets, make_things

Counting = Callable[[], AbstractContextManager[list[str]]]


@pytest.fixture(scope="session")
def gadgets() -> ObjectModel:
    return make_gadgets()


@pytest.fixture(scope="session")
def things() -> ObjectModel:
    return make_things()


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[SQLiteEngine]:
    engine = SQLiteEngine(tmp_path / "tenant.sqlite", synchronous="OFF")
    yield engine
    await engine.close()


@pytest.fixture
def bound(engine: SQLiteEngine) -> Iterator[SQLiteEngine]:
    """The tenant's engine, bound for the test."""
    with DB.bind(engine):
        yield engine


@pytest.fixture
def counting(bound: SQLiteEngine) -> Counting:
    """``with counting() as sent: …``: the statements sent meanwhile."""

    @contextmanager
    def count() -> Iterator[list[str]]:
        sent: list[str] = []
        bound.on_statement = sent.append
        try:
            yield sent
        finally:
            bound.on_statement = None

    return count


@pytest.fixture
def scope() -> TenantScope:
    return TenantScope(new_id(), "acme", "Acme Corporation")


@pytest.fixture
def access() -> Access:
    """A caller who may do everything."""
    return Access(new_id(), new_id(), "ada@acme.example", "Ada", ("administrator",), frozenset({"*:*"}))


@pytest.fixture
async def tables(bound: SQLiteEngine, gadgets: ObjectModel, things: ObjectModel, access: Access) -> None:
    """The tables, with a reference to users that the database holds, and the caller as a user."""
    await User.create_table().run()
    await RecordHistory.create_table().run()
    await make_table(gadgets)
    await make_table(things)
    await with_foreign_key(bound, gadgets, "owner", "users")
    await with_foreign_key(bound, gadgets, "manager", "users")
    await with_foreign_key(bound, gadgets, "parent", gadgets.table_name)
    await User(id=access.user_id, email=access.email).save()


async def with_foreign_key(engine: SQLiteEngine, model: ObjectModel, field: str, target: str) -> None:
    """Make the column anew, as a foreign key that refuses to be broken."""
    table, column = model.table_name, model.columns[field]._meta.db_column_name
    if model.fields[field].indexed:
        await engine.run_ddl(f'DROP INDEX "{table}_{column}"')
    await engine.run_ddl(f'ALTER TABLE "{table}" DROP COLUMN "{column}"')
    await engine.run_ddl(f'ALTER TABLE "{table}" ADD COLUMN "{column}" UUID REFERENCES "{target}" ("id")')


@pytest.fixture
async def free_table(bound: SQLiteEngine, things: ObjectModel) -> ObjectModel:
    """Things, with their table, which takes any values."""
    await make_table(things)
    return things


@pytest.fixture
def service(gadgets: ObjectModel, things: ObjectModel) -> RecordService:
    return RecordService(Models(gadgets, things), Cursors(lambda tenant_id: [tenant_id.bytes * 2]))


@pytest.fixture
def caller(service: RecordService, scope: TenantScope, access: Access, tables: None) -> Caller:
    """The service as one caller uses it, on gadgets."""
    return Caller(service, scope, access, "gadgets")


@pytest.fixture(params=["sqlite", "mariadb", "mysql"])
async def family(
    request: pytest.FixtureRequest, servers_found: Found, prefix: str, tmp_path: Path
) -> AsyncIterator[Family]:
    """Firms, staff and tasks on each of the three databases."""
    kind: str = request.param
    address = None if kind == "sqlite" else address_or_skip(servers_found, kind)
    async with (
        empty_database(tmp_path / "family.sqlite", address, prefix) as engine,
        family_on(engine) as made,
    ):
        yield made


@pytest.fixture
async def anywhere(
    any_database: Bound,
    service: RecordService,
    scope: TenantScope,
    access: Access,
    gadgets: ObjectModel,
    things: ObjectModel,
) -> Caller:
    """As ``caller``, on every kind of database."""
    for table in (User, RecordHistory):
        await table.create_table().run()
    for model in (gadgets, things):
        await make_table(model)
    for field, target in (("owner", "users"), ("manager", "users"), ("parent", gadgets.table_name)):
        await referring(any_database, gadgets, field, target)
    await User(id=access.user_id, email=access.email).save()
    return Caller(service, scope, access, "gadgets")


@pytest.fixture
def sent_anywhere(any_database: Bound) -> Counting:
    """As ``counting``, on every kind of database."""

    @contextmanager
    def count() -> Iterator[list[str]]:
        sent: list[str] = []
        any_database.on_statement = sent.append
        try:
            yield sent
        finally:
            any_database.on_statement = None

    return count


async def referring(
    engine: Bound, model: ObjectModel, field: str, target: str, on_delete: str = "RESTRICT"
) -> None:
    """Let the database hold the reference, as it does for defined objects."""
    table, column = model.table_name, model.columns[field]._meta.db_column_name
    references = f'REFERENCES "{target}" ("id") ON DELETE {on_delete}'
    if engine.engine_type == "sqlite":
        if model.fields[field].indexed:
            await engine.run_ddl(f'DROP INDEX "{table}_{column}"')
        await engine.run_ddl(f'ALTER TABLE "{table}" DROP COLUMN "{column}"')
        await engine.run_ddl(f'ALTER TABLE "{table}" ADD COLUMN "{column}" UUID {references}')
    else:
        await engine.run_ddl(f'ALTER TABLE "{table}" ADD FOREIGN KEY ("{column}") {references}')


@pytest.fixture
def with_rights(monkeypatch: pytest.MonkeyPatch, gadgets: ObjectModel) -> Callable[..., None]:
    """Gives the caller other rights to gadgets than all."""

    def restrict(**rights: Any) -> None:
        given = dict.fromkeys(("readable", "creatable", "writable"), gadgets.fields) | rights

        def rights_of(*_: object) -> Rights:
            return Rights(**given)

        monkeypatch.setattr(schema_view, "rights_of", rights_of)

    return restrict

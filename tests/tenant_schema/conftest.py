"""A tenant's database, bound for the test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from piccolo_conf import DB
from piccolo_engines.columns import new_id
from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.scope import TenantScope
from tests.conftest import Found, address_or_skip
from tests.support.servers import KINDS
from tests.tenant_schema.objects.databases import Bound, empty_database, tenant_database


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[SQLiteEngine]:
    async with tenant_database(tmp_path / "tenant.sqlite") as engine:
        yield engine


@pytest.fixture
def bound(engine: SQLiteEngine) -> Iterator[SQLiteEngine]:
    with DB.bind(engine):
        yield engine


@pytest.fixture
def scope() -> TenantScope:
    return TenantScope(new_id(), "acme", "Acme Corporation")


@pytest.fixture(params=["sqlite", *KINDS])
async def any_database(
    request: pytest.FixtureRequest, servers_found: Found, prefix: str, tmp_path: Path
) -> AsyncIterator[Bound]:
    """An empty database, bound; the test runs on each kind of server."""
    if request.param == "sqlite":
        engine = SQLiteEngine(tmp_path / "empty.sqlite", synchronous="OFF")
        with DB.bind(engine):
            yield engine
        await engine.close()
        return
    async with empty_database(address_or_skip(servers_found, request.param), prefix) as engine:
        with DB.bind(engine):
            yield engine

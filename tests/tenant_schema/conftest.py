"""A tenant's database, bound for the test."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from piccolo_conf import DB
from piccolo_engines.columns import new_id
from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.scope import TenantScope
from tests.tenant_schema.objects.databases import tenant_database


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

"""What the creation of a tenant sends to MariaDB: central database and tenant, in one number."""

import uuid
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from api.composition import Platform, compose
from central.database import CENTRAL
from central.provisioning.types import ProvisionedTenant, TenantRequest
from piccolo_engines.mysql import MySQLEngine
from piccolo_engines.mysql.sessions.session import Session
from tests.api.conftest import CHEAP, PASSWORD, settings_in
from tests.conftest import Found, address_or_skip, cleared

MOST = 56
"""Round trips; an opened connection and its setting up are two of them."""


@pytest.fixture
async def platform(servers_found: Found, tmp_path: Path) -> AsyncIterator[Platform]:
    """Tenants and the central database are on MariaDB."""
    address, prefix = address_or_skip(servers_found, "mariadb"), f"t{uuid.uuid4().hex[:7]}_"
    async with cleared(address, prefix) as root:
        await root.run_ddl(f'CREATE DATABASE "{prefix}central"')
        changes = {
            "central_database_url": f"{address.url}/{prefix}central",
            "db_host": address.host,
            "db_port": address.port,
            "db_root_user": address.user,
            "db_root_password": address.password,
            "db_prefix": prefix,
        }
        made = compose(settings_in(tmp_path, **changes), hashing=CHEAP)
        with CENTRAL.bind(made.central_engine):
            await made.central_migrator.migrate(made.central_engine)
            yield made
        await made.close()


async def create(platform: Platform, slug: str) -> ProvisionedTenant:
    request = TenantRequest(slug, slug, f"{slug}.localhost", None, f"ada@{slug}.example", PASSWORD)
    return await platform.provisioning.create(request)


async def test_a_tenant_costs_few_round_trips_to_both_databases(
    platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    await create(platform, "first")
    await create(platform, "second")
    trips: list[str] = []
    send = Session.send

    async def counted(self: Session, sql: str, *args: Any, **kwargs: Any) -> Any:
        trips.append(sql)
        return await send(self, sql, *args, **kwargs)

    monkeypatch.setattr(Session, "send", counted)
    made = await create(platform, "third")
    monkeypatch.undo()
    assert len(trips) <= MOST
    assert len([one for one in trips if "CREATE TABLE" in one]) == 1
    async with platform.tenancy.use(made.tenant) as engine:
        assert isinstance(engine, MySQLEngine)
        assert await platform.tenant_migrator.pending(engine) == []

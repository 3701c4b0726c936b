"""Tenants on MariaDB and MySQL after DB_PREFIX, DB_USER_HOST or ENCRYPTION_KEY were changed."""

import logging
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from api.app import Freehold
from api.composition import Platform, compose
from central.database import CENTRAL
from central.provisioning.types import ProvisionedTenant, TenantRequest
from central.secrets.key_check import KeyCheck
from central.secrets.key_rotation import KeyRotation
from central.secrets.keys import EncryptionKey, generate_key
from central.secrets.vault import Vault
from central.settings.settings import Settings
from central.tables import Credential
from piccolo_engines.errors import AccessDenied
from piccolo_engines.mysql import MySQLEngine
from tests.api.conftest import CHEAP, KEY, PASSWORD, World, served, settings_in
from tests.api.on_mariadb import clear
from tests.api.scenarios import assert_problem
from tests.conftest import Found, address_or_skip, databases, users

NEW = EncryptionKey.from_hex(generate_key())


@pytest.fixture(params=["mariadb", "mysql"])
async def settings(
    request: pytest.FixtureRequest, servers_found: Found, tmp_path: Path
) -> AsyncIterator[Settings]:
    """Tenants are made on this server; the central database is a file."""
    address = address_or_skip(servers_found, request.param)
    prefix = f"t{uuid.uuid4().hex[:7]}_"
    config = address.config
    yield settings_in(
        tmp_path,
        db_host=config["host"],
        db_port=config["port"],
        db_root_user=config["user"],
        db_root_password=config["password"],
        db_prefix=prefix,
    )
    await clear(MySQLEngine(config), prefix)


@asynccontextmanager
async def process(settings: Settings, **changes: Any) -> AsyncIterator[Platform]:
    """The services of one process, with the central database bound."""
    platform = compose(replace(settings, **changes), hashing=CHEAP)
    try:
        with CENTRAL.bind(platform.central_engine):
            await platform.central_migrator.migrate(platform.central_engine)
            await KeyCheck(platform.vault).require()
            yield platform
    finally:
        await platform.close()


async def make_acme(platform: Platform) -> ProvisionedTenant:
    request = TenantRequest("acme", "Acme", "acme.localhost", None, "ada@acme.example", PASSWORD)
    return await platform.provisioning.create(request)


async def test_with_another_prefix_and_host_a_tenant_keeps_its_user_until_it_is_deleted(
    settings: Settings,
) -> None:
    root = MySQLEngine(
        {
            "host": settings.db_host,
            "port": settings.db_port,
            "user": settings.db_root_user,
            "password": settings.db_root_password,
        }
    )
    async with process(settings) as platform:
        made = await make_acme(platform)
        username = await platform.credentials.username(made.tenant.id)
    others = {"db_prefix": f"{settings.db_prefix}x_", "db_user_host": "127.0.0.1"}
    async with process(settings, **others, encryption_keys=(NEW, KEY)) as platform:
        assert await KeyRotation(platform.vault).rotate(lambda _tenant, _reason: None) == (1, 0)
        login = await platform.provisioning.change_password(made.tenant.id)
        assert login.username == username
        await platform.provisioning.reconcile()
    async with process(settings, **others, encryption_keys=(NEW,)) as platform:
        async with platform.tenancy.use(await platform.registry.by_slug("acme")):
            pass
        await platform.provisioning.delete(made.tenant.id)
    assert await databases(root, settings.db_prefix) == await users(root, settings.db_prefix) == []
    await root.close()


async def test_credentials_that_cannot_be_opened_are_503_for_their_tenant_and_logged_once(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    async with process(settings) as platform:
        made = await make_acme(platform)
        secret = Vault([NEW]).seal("lost", made.tenant.id)
        await Credential.update({Credential.secret: secret}).where(Credential.tenant == made.tenant.id)
    app = Freehold(compose(settings, hashing=CHEAP))
    with caplog.at_level(logging.ERROR):
        async with served(app):
            world = World(app.platform, app)
            for _ in range(3):
                answer = await world.client("acme.localhost").get("/api/v1/tenant")
                assert answer.status_code == 503
                assert_problem(answer, "credentials-unreadable")
                assert NEW.id not in answer.text
            assert (await world.client("localhost").get("/health")).status_code == 200
    logged = [one for one in caplog.records if NEW.id in one.getMessage()]
    assert len(logged) == 1
    async with process(settings) as platform:
        login = await platform.provisioning.change_password(made.tenant.id)
        async with platform.tenancy.use(await platform.registry.by_slug("acme")) as engine:
            assert engine is not None
        assert login.password() != "lost"
    with pytest.raises(AccessDenied):
        await MySQLEngine(
            {"host": settings.db_host, "port": settings.db_port, "user": login.username, "password": "lost"}
        ).run_ddl("SELECT 1")

"""A platform of the test's own, two tenants in it, and clients for their hosts.

On SQLite in a folder, and for a second run of the test on MariaDB.
"""

import asyncio
import shutil
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx
import pytest
import structlog

from api.app import Freehold
from api.composition import Platform, compose
from api.jobs.outboxes import OUTBOX
from central.database import CENTRAL
from central.jobs.kinds import JobKind
from central.jobs.pipeline import Observer
from central.jobs.runner import JobRunner
from central.jobs.store import JobStore
from central.jobs.tables import Job
from central.migrations.migrator import Migrator
from central.provisioning.types import TenantRequest
from central.registry import TenantRef
from central.secrets.keys import EncryptionKey, generate_key
from central.settings.settings import Settings
from piccolo_conf import DB
from piccolo_engines.columns import utc_now
from tenant_schema.objects.model.model import ObjectModel
from tenant_schema.objects.model.runtime_table import SharedTables
from tenant_schema.outbox import OutboxMessage
from tenant_schema.scope import TenantScope
from tenant_schema.users.passwords.hashing import HashParameters
from tenant_schema.users.tables import Role, User, UserRole
from tests.api.on_mariadb import MariaDBTemplate, made_on_mariadb
from tests.conftest import Found, address_or_skip
from tests.support.thoroughly import THOROUGHLY

structlog.dev.ConsoleRenderer.get_active().exception_formatter = structlog.dev.plain_traceback
"""As in the product. By default the values of all local variables are drawn, which takes seconds."""
CHEAP = HashParameters(1, 8, 1)
ON_SQLITE = pytest.mark.parametrize("settings", ["sqlite"], indirect=True)
"""For tests of files and of what else only SQLite has."""
ON_ONE = pytest.mark.parametrize("settings", ["mariadb" if THOROUGHLY else "sqlite"], indirect=True)
"""For what is the same on both: on SQLite in `make test`, and on MariaDB where CI tests thoroughly."""
ON_MARIADB = pytest.mark.parametrize("settings", ["mariadb"], indirect=True)
PASSWORD = "correct horse battery"
OPERATOR_TOKEN = "fho_" + "a-token-for-tests-alone-" * 2
KEY = EncryptionKey.from_hex(generate_key())
PEOPLE = ("administrator", "manager", "member", "viewer")
"""In each tenant, one user for each role: administrator@acme.example and so on."""


def settings_in(folder: Path, **changes: Any) -> Settings:
    given: dict[str, Any] = {
        "central_database_url": f"sqlite:///{folder / 'central.sqlite'}",
        "data_dir": folder,
        "encryption_keys": (KEY,),
        "operator_token": OPERATOR_TOKEN,
        "sqlite_synchronous": "OFF",
        "cache_seconds": 3600.0,
        "jobs_per_process": 0,  # a test calls World.run_jobs
    }
    return Settings(**(given | changes))


@asynccontextmanager
async def served(app: Freehold) -> AsyncIterator[Freehold]:
    """The app between its start and its end, in a task of its own as a server has it."""
    started, stop = asyncio.Event(), asyncio.Event()

    async def live() -> None:
        async with app.lifespan():
            started.set()
            await stop.wait()

    life = asyncio.create_task(live())
    await asyncio.wait([life, asyncio.create_task(started.wait())], return_when=asyncio.FIRST_COMPLETED)
    if life.done():
        await life
    try:
        yield app
    finally:
        stop.set()
        await life


@dataclass
class World:
    """Freehold as a test sees it: clients by host, and tokens by who somebody is."""

    platform: Platform
    app: Freehold
    tokens: dict[tuple[str, str], str] = field(default_factory=dict)

    def client(
        self, host: str = "acme.localhost", token: str | None = None, **options: Any
    ) -> httpx.AsyncClient:
        """A client for one host, with a bearer token if one is given."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        transport = httpx.ASGITransport(
            app=self.app, raise_app_exceptions=False, client=("203.0.113.7", 4711)
        )
        return httpx.AsyncClient(
            transport=transport,
            base_url=f"http://{host}",
            headers=headers | options.pop("headers", {}),
            **options,
        )

    def operator(self) -> httpx.AsyncClient:
        return self.client("localhost", OPERATOR_TOKEN)

    async def sign_in(self, person: str = "administrator", slug: str = "acme") -> str:
        """An access token of this person."""
        if (slug, person) not in self.tokens:
            body = {"email": f"{person}@{slug}.example", "password": PASSWORD}
            answer = await self.client(f"{slug}.localhost").post("/api/v1/auth/login", json=body)
            assert answer.status_code == 200, answer.text
            self.tokens[slug, person] = answer.json()["accessToken"]
        return self.tokens[slug, person]

    async def user(self, person: str = "administrator", slug: str = "acme") -> httpx.AsyncClient:
        """A client signed in as this person."""
        return self.client(f"{slug}.localhost", await self.sign_in(person, slug))

    async def tenant(self, slug: str) -> TenantRef:
        with CENTRAL.bind(self.platform.central_engine):
            return await self.platform.registry.by_slug(slug)

    async def run_jobs(self, *kinds: JobKind) -> None:
        """Execute the jobs that are unfinished, until none is due, as another process would.

        :param kinds: in place of those of the platform.
        """
        executed = kinds or self.platform.job_runner.kinds.values()
        with CENTRAL.bind(self.platform.central_engine):
            await Job.update({Job.due_at: utc_now()}).where(Job.due_at.is_not_null())
            await JobRunner(JobStore(), executed, size=2).drain()

    async def tenant_id(self, slug: str) -> str:
        return str((await self.tenant(slug)).id)


async def _build(settings: Settings) -> None:
    """Two tenants with people in them."""
    platform = compose(settings, hashing=CHEAP)
    await platform.central_migrator.migrate(platform.central_engine)
    with CENTRAL.bind(platform.central_engine):
        await platform.operators.ensure_first_operator(OPERATOR_TOKEN)
        for slug in ("acme", "demo"):
            email = f"administrator@{slug}.example"
            request = TenantRequest(
                slug,
                f"{slug.title()} Corporation",
                f"{slug}.localhost",
                admin_email=email,
                admin_password=PASSWORD,
                admin_name="Administrator",
            )
            made = await platform.provisioning.create(request)
            async with platform.tenancy.use(made.tenant):
                await _add_people(platform, slug)
            await _settle_outbox(platform, made.tenant)
        await Job.delete().where(Job.kind == OUTBOX)
    await platform.close()


async def _settle_outbox(platform: Platform, tenant: TenantRef) -> None:
    """As if its messages had been delivered, so that no job begins with a test."""
    await platform.directory_updates.rebuild(tenant)
    async with platform.tenancy.use(tenant):
        await OutboxMessage.delete(force=True)


async def _add_people(platform: Platform, slug: str) -> None:
    password_hash = await platform.passwords.hash(PASSWORD)
    async with DB.transaction():
        for person in PEOPLE[1:]:
            user = User(email=f"{person}@{slug}.example", name=person.title(), password_hash=password_hash)
            await User.insert(user)
            role = await Role.objects().get(Role.name == person)
            assert role is not None
            await UserRole.insert(UserRole(user=user.id, role=role.id))


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with everything made, to be copied."""
    folder = tmp_path_factory.mktemp("template")
    asyncio.run(_build(settings_in(folder)))
    return folder


@pytest.fixture
def folder(template: Path, tmp_path: Path) -> Path:
    """A copy of the template of this test's own."""
    target = tmp_path / "data"
    shutil.copytree(template, target)
    return target


@pytest.fixture(scope="session")
def mariadb_template(
    servers_found: Found, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[MariaDBTemplate]:
    """Everything made on MariaDB, to be put back before each test."""
    address, folder = address_or_skip(servers_found, "mariadb"), tmp_path_factory.mktemp("mariadb")

    async def build(given: dict[str, Any]) -> None:
        await _build(settings_in(folder, **given))

    with made_on_mariadb(address, f"t{uuid.uuid4().hex[:7]}_", build) as template:
        yield template


@pytest.fixture(params=["sqlite", "mariadb"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    """What the world of this test is made with."""
    if request.param == "sqlite":
        return settings_in(request.getfixturevalue("folder"))
    template: MariaDBTemplate = request.getfixturevalue("mariadb_template")
    asyncio.run(template.restore())
    return settings_in(tmp_path, **template.settings)


@dataclass(frozen=True)
class Warm:
    """What costs time to make, knows no database, and so can be shared by all tests."""

    app: Freehold
    central_migrator: Migrator
    tenant_migrator: Migrator
    tables: SharedTables
    models: list[ObjectModel]
    """Hold the table classes of the standard objects."""


@pytest.fixture(scope="session")
def warm(template: Path) -> Warm:
    """Made once."""
    platform = compose(settings_in(template), hashing=CHEAP)
    platform.central_migrator.preload()
    platform.tenant_migrator.preload()
    models, tables = asyncio.run(_models(platform)), platform.catalog.tables
    return Warm(Freehold(), platform.central_migrator, platform.tenant_migrator, tables, models)


async def _models(platform: Platform) -> list[ObjectModel]:
    """The objects that a new tenant has."""
    with CENTRAL.bind(platform.central_engine):
        tenant = await platform.registry.by_slug("acme")
        async with platform.tenancy.use(tenant):
            models = await platform.catalog.all(TenantScope(tenant.id, tenant.slug, tenant.name))
    await platform.close()
    return list(models.values())


@asynccontextmanager
async def world_of(settings: Settings, warm: Warm, observer: Observer | None = None) -> AsyncIterator[World]:
    """Freehold at work with these settings."""
    cold = compose(settings, observer, hashing=CHEAP)
    platform = replace(cold, central_migrator=warm.central_migrator, tenant_migrator=warm.tenant_migrator)
    platform.catalog.tables = warm.tables
    async with served(warm.app.serving(platform)) as app:
        yield World(platform, app)


@asynccontextmanager
async def process_beside(world: World, warm: Warm) -> AsyncIterator[World]:
    """Another process of the same installation, with caches of its own."""
    platform = compose(world.platform.settings, hashing=CHEAP)
    platform.catalog.tables = warm.tables
    try:
        yield World(platform, warm.app.serving(platform))
    finally:
        await platform.close()


@pytest.fixture
async def world(settings: Settings, warm: Warm) -> AsyncIterator[World]:
    """Freehold with the tenants acme and demo."""
    async with world_of(settings, warm) as made:
        yield made


@pytest.fixture
def world_with(settings: Settings, warm: Warm) -> Callable[..., Any]:
    """Freehold with other settings: ``async with world_with(allow_tenant_header=True) as world:``."""

    def make(observer: Observer | None = None, **changes: Any) -> Any:
        return world_of(replace(settings, **changes), warm, observer)

    return make

"""A tenant's database with the real migrations applied, and the services of signing in over it."""

import asyncio
import importlib
import shutil
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType
from uuid import UUID

import pytest

from piccolo_conf import DB
from piccolo_engines.columns import new_id
from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import ACCESS, VersionedCache
from tenant_schema.users.piccolo_app import APP_CONFIG
from tenant_schema.users.seed import seed_access
from tenant_schema.users.sign_in.access_tokens import AccessTokens, SigningKeys
from tenant_schema.users.sign_in.service import Authentication
from tenant_schema.users.sign_in.throttle import Throttle
from tenant_schema.users.tables import Role, User, UserRole
from tests.tenant_schema.users.doubles import Clock, RecordingPasswords
from tests.tenant_schema.users.sealing import second_factors

PASSWORD = "correct horse battery"


def signing_keys(tenant_id: UUID) -> SigningKeys:
    """Another key for every tenant, as the vault derives them."""
    return SigningKeys("k1", {"k1": tenant_id.bytes * 2})


def migrations() -> list[ModuleType]:
    """The app's migrations, oldest first."""
    files = sorted(Path(APP_CONFIG.migrations_folder_path).glob("users_*.py"))
    return [importlib.import_module(f"tenant_schema.users.piccolo_migrations.{file.stem}") for file in files]


async def migrate(path: Path) -> None:
    engine = SQLiteEngine(path, synchronous="OFF")
    with DB.bind(engine):
        for migration in migrations():
            await (await migration.forwards()).run()
        await seed_access(["accounts"])
    await engine.close()


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("users") / "migrated.sqlite"
    asyncio.run(migrate(path))
    return path


@pytest.fixture
async def engine(migrated_file: Path, tmp_path: Path) -> AsyncIterator[SQLiteEngine]:
    path = tmp_path / "tenant.sqlite"
    shutil.copy(migrated_file, path)
    engine = SQLiteEngine(path, synchronous="OFF")
    yield engine
    await engine.close()


@pytest.fixture
def bound(engine: SQLiteEngine) -> Iterator[SQLiteEngine]:
    """The tenant's engine, bound for the test."""
    with DB.bind(engine):
        yield engine


@pytest.fixture
def scope() -> TenantScope:
    return TenantScope(new_id(), "acme", "Acme Corporation")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def passwords() -> RecordingPasswords:
    return RecordingPasswords()


@pytest.fixture
def cache(clock: Clock) -> VersionedCache:
    return VersionedCache(ACCESS, 0.5, clock.monotonic)


@pytest.fixture
def auth(cache: VersionedCache, clock: Clock, passwords: RecordingPasswords) -> Authentication:
    return Authentication(
        passwords=passwords,
        tokens=AccessTokens(signing_keys, clock=clock.unix),
        throttle=Throttle(now=clock.utc),
        cache=cache,
        factors=second_factors(Throttle(now=clock.utc), clock.utc),
        now=clock.utc,
    )


@pytest.fixture
async def ada(bound: SQLiteEngine) -> UUID:
    """A member with a password."""
    user = User(email="ada@acme.example", name="Ada", password_hash=f"hash of {PASSWORD}")
    await user.save()
    role = await Role.select(Role.id).where(Role.name == "member").first()
    await UserRole(user=user.id, role=role["id"]).save()
    return user.id


@dataclass
class Statements:
    """The statements that were sent while it listened."""

    sent: list[str] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.sent)


@pytest.fixture
def counting(bound: SQLiteEngine):
    """`with counting() as statements: …; assert len(statements) == 2`."""

    @contextmanager
    def count() -> Iterator[Statements]:
        statements = Statements()
        bound.on_statement = statements.sent.append
        try:
            yield statements
        finally:
            bound.on_statement = None

    return count

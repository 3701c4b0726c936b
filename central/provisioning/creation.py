"""The steps of making a tenant; :mod:`central.provisioning.steps` has their order."""

from dataclasses import dataclass

from central.migrations.migrator import Migrator
from central.provisioning.deletion import DropDatabase, DropUser
from central.provisioning.pipeline import Repeated
from central.provisioning.types import NewTenant, TenantSeed
from central.registry import Registry
from central.secrets.credentials import Credentials
from central.servers import DatabaseExists, DatabaseServers, UserExists
from central.tables import TenantStatus
from central.tenancy.engines import TenantEngines
from central.tenancy.tenancy import Tenancy

__all__ = [
    "Activate",
    "CreateAdministrator",
    "CreateDatabase",
    "CreateUser",
    "MapDomain",
    "Migrate",
    "Reserve",
    "SeedAccess",
    "StoreCredentials",
]


class _WithinDatabase(Repeated):
    """A step whose work is inside the tenant's database, and goes when that is dropped."""

    is_central = False

    async def undo(self, _subject: object, /) -> None:
        pass


@dataclass(frozen=True)
class Reserve(Repeated):
    """Take the slug and the domain, both or none, before anything is made."""

    registry: Registry
    name = "reserve"
    is_central = True

    async def do(self, subject: NewTenant) -> None:
        tenant = subject.tenant
        subject.tenant = await self.registry.reserve(
            tenant_id=tenant.id,
            slug=tenant.slug,
            name=tenant.name,
            domain=tenant.primary_domain,
            database_server=tenant.database_server,
            db_name=tenant.db_name,
            admin_email=subject.admin.email,
        )

    async def undo(self, subject: NewTenant) -> None:
        await self.registry.remove(subject.tenant.id)


@dataclass(frozen=True)
class CreateDatabase:
    """Make the empty database. One that is there already is not ours to use or drop, and refuses the run."""

    servers: DatabaseServers
    engines: TenantEngines
    name = "create database"
    is_central = False

    async def is_done(self, subject: NewTenant) -> bool:
        tenant = subject.tenant
        server = self.servers.get(tenant.database_server)
        if await server.database_exists(tenant.db_name):
            raise DatabaseExists(tenant.db_name)
        return False

    async def do(self, subject: NewTenant) -> None:
        tenant = subject.tenant
        try:
            await self.servers.get(tenant.database_server).create_database(tenant.db_name)
        except DatabaseExists:
            subject.is_refused = True  # somebody made it just now
            raise

    async def undo(self, subject: NewTenant) -> None:
        if subject.is_refused:
            return
        await self.engines.discard(subject.tenant.id)
        await DropDatabase(self.servers).do(subject.tenant)


@dataclass(frozen=True)
class StoreCredentials:
    """Store the login of the database user, sealed; nothing to do where there is no user.

    It comes before the user itself, so that whatever has to drop the user finds its name.
    """

    servers: DatabaseServers
    credentials: Credentials
    name = "store credentials"
    is_central = True

    async def is_done(self, subject: NewTenant) -> bool:
        return not self.servers.get(subject.tenant.database_server).has_users

    async def do(self, subject: NewTenant) -> None:
        await self.credentials.store(subject.tenant.id, subject.username, subject.password)

    async def undo(self, subject: NewTenant) -> None:
        await self.credentials.remove(subject.tenant.id)


@dataclass(frozen=True)
class CreateUser:
    """Create the database's own user; nothing to do where databases have none."""

    servers: DatabaseServers
    credentials: Credentials
    name = "create user"
    is_central = False

    async def is_done(self, subject: NewTenant) -> bool:
        server = self.servers.get(subject.tenant.database_server)
        if await server.user_exists(subject.username):
            raise UserExists(subject.username)
        return not server.has_users

    async def do(self, subject: NewTenant) -> None:
        server = self.servers.get(subject.tenant.database_server)
        try:
            await server.create_user(subject.username, subject.password, subject.tenant.db_name)
        except UserExists:
            subject.is_user_refused = True  # somebody made it just now
            raise

    async def undo(self, subject: NewTenant) -> None:
        if not subject.is_user_refused:
            await DropUser(self.servers, self.credentials).do(subject.tenant)


@dataclass(frozen=True)
class Migrate(_WithinDatabase):
    """Make the tables of the tenant's schema."""

    tenancy: Tenancy
    migrator: Migrator
    name = "migrate"

    async def do(self, subject: NewTenant) -> None:
        async with self.tenancy.use(subject.tenant) as engine:
            await self.migrator.migrate(engine)


@dataclass(frozen=True)
class SeedAccess(_WithinDatabase):
    """Fill in the roles, the permissions, and what else every tenant starts with."""

    tenancy: Tenancy
    seed: TenantSeed
    name = "seed access"

    async def do(self, subject: NewTenant) -> None:
        async with self.tenancy.use(subject.tenant):
            await self.seed.access(subject.tenant)


@dataclass(frozen=True)
class CreateAdministrator(_WithinDatabase):
    """Make the first administrator, who can then make everybody else."""

    tenancy: Tenancy
    seed: TenantSeed
    name = "create administrator"

    async def do(self, subject: NewTenant) -> None:
        async with self.tenancy.use(subject.tenant):
            await self.seed.administrator(subject.tenant, subject.admin)


@dataclass(frozen=True)
class MapDomain:
    """See that the domain leads to the tenant. It was taken with the slug, so there is seldom more to do."""

    registry: Registry
    name = "map domain"
    is_central = True

    async def is_done(self, subject: NewTenant) -> bool:
        domains = await self.registry.domains(subject.tenant.id)
        return any(domain.domain == subject.tenant.primary_domain for domain in domains)

    async def do(self, subject: NewTenant) -> None:
        await self.registry.add_domain(subject.tenant.id, subject.tenant.primary_domain)

    async def undo(self, subject: NewTenant) -> None:
        await self.registry.remove_domains(subject.tenant.id)


@dataclass(frozen=True)
class Activate(Repeated):
    """Let the tenant be served."""

    registry: Registry
    name = "activate"
    is_central = True

    async def do(self, subject: NewTenant) -> None:
        expected = (TenantStatus.PROVISIONING,)
        tenant = await self.registry.set_status(subject.tenant.id, TenantStatus.ACTIVE, expected=expected)
        subject.tenant = tenant

    async def undo(self, _subject: object, /) -> None:
        pass  # never needed: its transaction closes the run

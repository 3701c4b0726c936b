"""The steps that create a tenant. :mod:`central.provisioning.steps` has their order."""

import logging
from dataclasses import dataclass, replace

from central.jobs.pipeline import Repeated
from central.migrations.copies import DatabaseCopies
from central.migrations.migrator import Migrator
from central.provisioning.deletion import DropDatabase, DropUser
from central.provisioning.pool import TenantPool
from central.provisioning.types import NewTenant, TenantSeed
from central.registry import Registry
from central.registry.deletions import is_kept, is_of_another
from central.servers import DatabaseExists, DatabaseServer, DatabaseServers, UserExists
from central.servers.credentials import Credentials
from central.tables import TenantStatus
from central.tenancy.engines import TenantEngines
from central.tenancy.tenancy import Tenancy
from piccolo_engines.errors import DatabaseError

__all__ = [
    "Activate",
    "CreateAdministrator",
    "CreateDatabase",
    "CreateUser",
    "MapDomain",
    "Migrate",
    "Reserve",
    "SeedAccess",
    "WithinDatabase",
]

_log = logging.getLogger(__name__)


class WithinDatabase:
    """A step that works inside the tenant's database. Dropping the database undoes it."""

    is_central = False

    async def is_done(self, _subject: NewTenant, /) -> bool:
        return False

    async def undo(self, _subject: object, /) -> None:
        pass


@dataclass(frozen=True)
class Reserve(Repeated):
    """Insert the tenant, its primary domain and its sealed login, before anything else is created.

    They are in one transaction, which also assigns a database of the pool to the tenant. The login precedes
    the user, so that undoing the run finds the user's name. Where databases have no users, there is none.
    """

    registry: Registry
    servers: DatabaseServers
    credentials: Credentials
    pool: TenantPool
    name = "reserve"
    is_central = True

    async def do(self, subject: NewTenant) -> None:
        await self._avoid_names_in_use(subject)
        tenant = subject.tenant
        subject.tenant = await self.registry.reserve(
            tenant_id=tenant.id,
            slug=tenant.slug,
            name=tenant.name,
            domain=tenant.primary_domain,
            database_server=tenant.database_server,
            db_name=tenant.db_name,
            admin_email=subject.admin.email,
            at_version=subject.at_version,
            is_sandbox=tenant.is_sandbox,
            plan_id=subject.plan_id,
        )
        if self.servers.get(tenant.database_server).has_users:
            await self.credentials.store(tenant.id, subject.username, subject.password)
        if subject.filling is None:
            subject.prepared = await self.pool.take(tenant.database_server, tenant.id)

    async def _avoid_names_in_use(self, subject: NewTenant) -> None:
        """Choose another database if a tenant that had this slug still has that one, or it is kept for it."""
        tenant = subject.tenant
        place = tenant.database_server, tenant.db_name
        if await is_of_another(tenant.id, *place) or await is_kept(*place):
            mark = tenant.id.hex[-8:]
            subject.tenant = replace(tenant, db_name=self.servers.name_beside(tenant.slug, mark))
            subject.username = self.servers.username_beside(tenant.slug, mark)

    async def undo(self, subject: NewTenant) -> None:
        await self.registry.remove(subject.tenant.id)


@dataclass(frozen=True)
class CreateDatabase:
    """Create the empty database, or adopt one of the pool, which has its tables and rows already.

    An existing one belongs to somebody else: the run is refused.
    """

    servers: DatabaseServers
    engines: TenantEngines
    pool: TenantPool
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
        server = self.servers.get(tenant.database_server)
        try:
            subject.is_prepared = await self._adopt(server, subject)
            if not subject.is_prepared:
                await server.create_database(tenant.db_name)
        except DatabaseExists:
            subject.is_refused = True  # created by somebody else since the check
            raise

    async def _adopt(self, server: DatabaseServer, subject: NewTenant) -> bool:
        """Adopt the database of the pool. Returns False if there is none, or if that failed."""
        tenant = subject.tenant
        if subject.prepared is None:
            return False
        try:
            await server.adopt_database(subject.prepared, tenant.db_name)
        except DatabaseError:
            _log.exception(
                "A prepared database could not be used for %s; another one is created", tenant.slug
            )
            await server.drop_database(tenant.db_name)
            return False
        return True

    async def undo(self, subject: NewTenant) -> None:
        await self.pool.release(subject.tenant.id)
        if subject.is_refused:
            return
        await self.engines.discard(subject.tenant.id)
        await DropDatabase(self.servers).do(subject.tenant)


@dataclass(frozen=True)
class CreateUser:
    """Create the database's own user. Does nothing where databases have no users."""

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
            subject.is_user_refused = True  # created by somebody else since the check
            raise

    async def undo(self, subject: NewTenant) -> None:
        if not subject.is_user_refused:
            await DropUser(self.servers, self.credentials).do(subject.tenant)


@dataclass(frozen=True)
class Migrate(WithinDatabase):
    """Create the tables of the tenant's schema, with the rows of the next step if they can be copied."""

    tenancy: Tenancy
    copies: DatabaseCopies
    name = "migrate"

    async def is_done(self, subject: NewTenant, /) -> bool:
        return subject.is_prepared

    async def do(self, subject: NewTenant) -> None:
        tenant = subject.tenant
        async with self.tenancy.use(tenant) as engine:
            subject.is_prepared = await self.copies.create(tenant.database_server, engine)


@dataclass(frozen=True)
class SeedAccess(WithinDatabase):
    """Insert the roles, the permissions and the other rows that every tenant starts with."""

    tenancy: Tenancy
    seed: TenantSeed
    copies: DatabaseCopies
    name = "seed access"

    async def is_done(self, subject: NewTenant, /) -> bool:
        return subject.is_prepared

    async def do(self, subject: NewTenant) -> None:
        tenant = subject.tenant
        async with self.tenancy.use(tenant) as engine:
            await self.seed.access(tenant)
            await self.copies.keep(tenant.database_server, engine)


@dataclass(frozen=True)
class CreateAdministrator(WithinDatabase):
    """Create the first administrator, who can create all other users."""

    tenancy: Tenancy
    seed: TenantSeed
    name = "create administrator"

    async def do(self, subject: NewTenant) -> None:
        async with self.tenancy.use(subject.tenant):
            await self.seed.administrator(subject.tenant, subject.admin)


@dataclass(frozen=True)
class MapDomain:
    """Ensure that the primary domain is assigned to the tenant. Normally :class:`Reserve` has done so."""

    registry: Registry
    name = "map domain"
    is_central = True

    async def is_done(self, subject: NewTenant) -> bool:
        return await self.registry.has_domain(subject.tenant.id, subject.tenant.primary_domain)

    async def do(self, subject: NewTenant) -> None:
        await self.registry.add_domain(subject.tenant.id, subject.tenant.primary_domain)

    async def undo(self, subject: NewTenant) -> None:
        await self.registry.remove_domains(subject.tenant.id)


@dataclass(frozen=True)
class Activate(Repeated):
    """Set the tenant's status to ``active``, so that it is served, and record the level of its database."""

    registry: Registry
    migrator: Migrator
    name = "activate"
    is_central = True

    async def do(self, subject: NewTenant) -> None:
        expected = (TenantStatus.PROVISIONING,)
        subject.tenant = await self.registry.set_status(
            subject.tenant.id, TenantStatus.ACTIVE, expected=expected, level=str(self.migrator.level)
        )

    async def undo(self, _subject: object, /) -> None:
        pass  # never called: the step's transaction closes the run

"""The steps of the operations on tenants, in order.

Creation: reserve · create database · create user · migrate · seed access · create administrator · map domain
· activate.
Import: reserve · create database · create user · fill · publish · map domain · activate. Deletion:
mark deleting · cut leases · drop database · drop user · remove credentials · remove domains · remove tenant.
Password change: keep new password · change password · use new password. Read-only: mark read-only · build
fence. Resuming: remove fence · mark active.

The first step of each opens its run and the last one closes it, in the same transaction as the step: a run is
open exactly as long as its tenant is between two states.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from central.jobs.pipeline import Step, UndoableStep
from central.migrations.copies import DatabaseCopies
from central.migrations.migrator import Migrator
from central.provisioning.contents import TenantContents
from central.provisioning.creation import (
    Activate,
    CreateAdministrator,
    CreateDatabase,
    CreateUser,
    MapDomain,
    Migrate,
    Reserve,
    SeedAccess,
)
from central.provisioning.deletion import (
    DELETABLE,
    CutLeases,
    DropDatabase,
    DropUser,
    MarkDeleting,
    RemoveCredentials,
    RemoveDomains,
    RemoveTenant,
)
from central.provisioning.fencing import BuildFence, Fences, MarkActive, MarkReadOnly, RemoveFence
from central.provisioning.filling import Fill, Publish
from central.provisioning.password_change import ChangePassword, KeepNewPassword, UseNewPassword
from central.provisioning.pool import TenantPool
from central.provisioning.types import NewTenant, TenantSeed
from central.registry import Registry, TenantRef
from central.servers import DatabaseServers
from central.servers.credentials import Credentials
from central.tables import TenantStatus
from central.tenancy.engines import TenantEngines
from central.tenancy.tenancy import Tenancy

__all__ = ["Parts", "creation", "deletion", "importing", "password_change", "read_only", "resuming"]


@dataclass(frozen=True, slots=True)
class Parts:
    """The services that the steps use."""

    registry: Registry
    servers: DatabaseServers
    credentials: Credentials
    engines: TenantEngines
    tenancy: Tenancy
    migrator: Migrator
    seed: TenantSeed
    pool: TenantPool
    passable_tables: Sequence[str] = ()
    """See :class:`~central.provisioning.fencing.Fences`."""
    contents: TenantContents | None = None
    """What copies tenants; ``None`` where none are copied."""

    @property
    def fences(self) -> Fences:
        """What refuses writes to tenants' databases."""
        return Fences(self.registry, self.servers, self.credentials, self.passable_tables)


def creation(parts: Parts) -> tuple[UndoableStep[NewTenant], ...]:
    """Return the steps that create a tenant."""
    copies = DatabaseCopies(parts.migrator)
    return (
        Reserve(parts.registry, parts.servers, parts.credentials, parts.pool),
        CreateDatabase(parts.servers, parts.engines, parts.pool),
        CreateUser(parts.servers, parts.credentials),
        Migrate(parts.tenancy, copies),
        SeedAccess(parts.tenancy, parts.seed, copies),
        CreateAdministrator(parts.tenancy, parts.seed),
        MapDomain(parts.registry),
        Activate(parts.registry, parts.migrator),
    )


def importing(parts: Parts) -> tuple[UndoableStep[NewTenant], ...]:
    """Return the steps that create a tenant with what another one had."""
    return (
        Reserve(parts.registry, parts.servers, parts.credentials, parts.pool),
        CreateDatabase(parts.servers, parts.engines, parts.pool),
        CreateUser(parts.servers, parts.credentials),
        Fill(parts.tenancy),
        Publish(),
        MapDomain(parts.registry),
        Activate(parts.registry, parts.migrator),
    )


def deletion(parts: Parts, expected: Collection[TenantStatus] = DELETABLE) -> tuple[Step[TenantRef], ...]:
    """Return the steps that delete a tenant with one of these statuses."""
    return (
        MarkDeleting(parts.registry, parts.credentials, expected),
        CutLeases(parts.engines),
        DropDatabase(parts.servers),
        DropUser(parts.servers, parts.credentials),
        RemoveCredentials(parts.credentials),
        RemoveDomains(parts.registry),
        RemoveTenant(parts.registry),
    )


def password_change(parts: Parts) -> tuple[Step[TenantRef], ...]:
    """Return the steps that change the password of a tenant's database user."""
    return (
        KeepNewPassword(parts.registry, parts.servers, parts.credentials),
        ChangePassword(parts.servers, parts.credentials),
        UseNewPassword(parts.credentials),
    )


def read_only(parts: Parts) -> tuple[Step[TenantRef], ...]:
    """Return the steps that set a tenant to read-only."""
    return (MarkReadOnly(parts.registry), BuildFence(parts.fences))


def resuming(parts: Parts) -> tuple[Step[TenantRef], ...]:
    """Return the steps that let a read-only tenant be written again."""
    return (RemoveFence(parts.registry, parts.fences), MarkActive(parts.registry))

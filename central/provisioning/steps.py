"""The steps of making and of deleting a tenant, and of changing its database user's password, in order.

Making: reserve · create database · store credentials · create user · migrate · seed access · create
administrator · map domain · activate. Deleting: mark deleting · cut leases · drop database · drop user ·
remove credentials · remove domains · remove tenant. Changing the password: keep new password · change
password · use new password. The first of each opens its run and the last one closes it, in one transaction
with what they do: a run is open as long as its tenant is between two states.
"""

from dataclasses import dataclass

from central.migrations.migrator import Migrator
from central.provisioning.creation import (
    Activate,
    CreateAdministrator,
    CreateDatabase,
    CreateUser,
    MapDomain,
    Migrate,
    Reserve,
    SeedAccess,
    StoreCredentials,
)
from central.provisioning.deletion import (
    CutLeases,
    DropDatabase,
    DropUser,
    MarkDeleting,
    RemoveCredentials,
    RemoveDomains,
    RemoveTenant,
)
from central.provisioning.password_change import ChangePassword, KeepNewPassword, UseNewPassword
from central.provisioning.pipeline import Step, UndoableStep
from central.provisioning.types import NewTenant, TenantSeed
from central.registry import Registry, TenantRef
from central.secrets.credentials import Credentials
from central.servers import DatabaseServers
from central.tenancy.engines import TenantEngines
from central.tenancy.tenancy import Tenancy

__all__ = ["Parts", "creation", "deletion", "password_change"]


@dataclass(frozen=True, slots=True)
class Parts:
    """What the steps work with."""

    registry: Registry
    servers: DatabaseServers
    credentials: Credentials
    engines: TenantEngines
    tenancy: Tenancy
    migrator: Migrator
    seed: TenantSeed


def creation(parts: Parts) -> tuple[UndoableStep[NewTenant], ...]:
    """How a tenant is made."""
    return (
        Reserve(parts.registry),
        CreateDatabase(parts.servers, parts.engines),
        StoreCredentials(parts.servers, parts.credentials),
        CreateUser(parts.servers, parts.credentials),
        Migrate(parts.tenancy, parts.migrator),
        SeedAccess(parts.tenancy, parts.seed),
        CreateAdministrator(parts.tenancy, parts.seed),
        MapDomain(parts.registry),
        Activate(parts.registry),
    )


def deletion(parts: Parts) -> tuple[Step[TenantRef], ...]:
    """How a tenant is deleted."""
    return (
        MarkDeleting(parts.registry, parts.credentials),
        CutLeases(parts.engines),
        DropDatabase(parts.servers),
        DropUser(parts.servers, parts.credentials),
        RemoveCredentials(parts.credentials),
        RemoveDomains(parts.registry),
        RemoveTenant(parts.registry),
    )


def password_change(parts: Parts) -> tuple[Step[TenantRef], ...]:
    """How a tenant's database user gets another password."""
    return (
        KeepNewPassword(parts.registry, parts.servers, parts.credentials),
        ChangePassword(parts.servers, parts.credentials),
        UseNewPassword(parts.credentials),
    )

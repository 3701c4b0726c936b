"""The input and output of provisioning, and the state that its steps share."""

import secrets
import string
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, Protocol
from uuid import UUID

from piccolo.engine.base import Engine

from central.registry import TenantRef

__all__ = [
    "KEEP",
    "Admin",
    "Filling",
    "NewTenant",
    "ProvisionedTenant",
    "TenantJob",
    "TenantRequest",
    "TenantSeed",
    "generate_password",
    "operation_key",
]

_SPECIAL = "-_"
_ALPHABET = string.ascii_letters + string.digits + _SPECIAL


KEEP: Final = "tenant.keep"
"""The kind of the job that archives the database of a deleted tenant and drops it."""


class TenantJob(StrEnum):
    """The kinds of jobs that are operations on tenants."""

    CREATE = "tenant.create"
    DELETE = "tenant.delete"
    IMPORT = "tenant.import"
    READ_ONLY = "tenant.read-only"
    RESUME = "tenant.resume"
    CHANGE_PASSWORD = "tenant.change-password"  # noqa: S105 # the name of an operation


def operation_key(tenant_id: UUID) -> str:
    """Return the key of jobs of which a tenant has one at a time."""
    return f"tenant:{tenant_id}"


def generate_password(length: int = 32) -> str:
    """Return a random password of letters, digits, ``-`` and ``_``, with 6 bits per character.

    It has at least one upper case letter, lower case letter, digit and special character, so that it
    satisfies a server's password policy, such as MySQL's ``validate_password``.
    """
    while True:
        password = "".join(secrets.choice(_ALPHABET) for _ in range(length))
        kinds = (str.islower, str.isupper, str.isdigit, _SPECIAL.__contains__)
        if all(any(kind(character) for character in password) for kind in kinds):
            return password


@dataclass(frozen=True, slots=True)
class TenantRequest:
    """A tenant to create.

    :ivar domain: its primary host name, in canonical form.
    :ivar server: the name of the database server; ``None`` for the installation's default.
    :ivar admin_email: the first administrator's address; ``None`` for ``admin@<domain>``.
    :ivar admin_password: the first administrator's password; ``None`` to generate one.
    :ivar admin_name: the first administrator's name, which may be empty.
    :ivar at_version: the version of the registry at which the tenant is created; ``None`` for any.
    :ivar is_sandbox: whether nothing is sent outside for it.
    :ivar plan_id: the plan that it has; ``None`` for no limits.
    """

    slug: str
    name: str
    domain: str
    server: str | None = None
    admin_email: str | None = None
    admin_password: str | None = field(default=None, repr=False)
    admin_name: str = ""
    at_version: int | None = None
    is_sandbox: bool = False
    plan_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Admin:
    """A tenant's first administrator.

    :ivar hashed: the hash of the password, if its computation has been started.
    """

    email: str
    password: str = field(repr=False)
    hashed: Awaitable[str] | None = field(default=None, repr=False, compare=False)
    name: str = ""


@dataclass(frozen=True, slots=True)
class ProvisionedTenant:
    """A new tenant. The passwords are returned here and never again.

    ``db_username`` and ``db_password`` are ``None`` where databases have no users (SQLite).
    """

    tenant: TenantRef
    db_username: str | None
    db_password: str | None = field(repr=False)
    admin: Admin


@dataclass(frozen=True, slots=True)
class TenantSeed:
    """The functions that fill a new database. Both run with the tenant bound, and must be repeatable.

    :ivar hashing: computes the hash of a password, which ``administrator`` finds in ``Admin.hashed``. It is
        started before the database is created; ``None`` if ``administrator`` does it.
    """

    access: Callable[[TenantRef], Awaitable[None]]
    administrator: Callable[[TenantRef, Admin], Awaitable[None]]
    hashing: Callable[[str], Coroutine[Any, Any, str]] | None = None


class Filling(Protocol):
    """Fills the database of a new tenant with what another one had."""

    async def fill(self, tenant: TenantRef, engine: Engine[Any], /) -> None:
        """Create the tables and rows in the empty database, which is bound. Not repeated."""

    async def publish(self, tenant: TenantRef, /) -> None:
        """Enter into the central database what the rows require, such as addresses. Must be repeatable."""


@dataclass(slots=True)
class NewTenant:
    """The state that the steps of creating a tenant share.

    :ivar tenant: the tenant as last returned by the registry.
    :ivar at_version: see :class:`TenantRequest`.
    :ivar filling: fills the database instead of the seed; None for a tenant that begins with nothing.
    :ivar prepared: the name of the database of the pool that the tenant has taken, if any.
    :ivar is_prepared: whether the database has its tables and rows: it is one of the pool, or a copy.
    :ivar is_refused: whether the database turned out to exist already.
    :ivar plan_id: see :class:`TenantRequest`.
    :ivar is_user_refused: whether the database user turned out to exist already.
    """

    tenant: TenantRef
    admin: Admin
    username: str
    password: str = field(repr=False)
    at_version: int | None = None
    filling: Filling | None = None
    prepared: str | None = None
    is_prepared: bool = False
    is_refused: bool = False
    is_user_refused: bool = False
    plan_id: UUID | None = None

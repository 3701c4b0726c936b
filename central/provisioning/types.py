"""What goes into provisioning and what comes out, and what its steps work on."""

import secrets
import string
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from central.registry import TenantRef

__all__ = ["Admin", "NewTenant", "ProvisionedTenant", "TenantRequest", "TenantSeed", "generate_password"]

_SPECIAL = "-_"
_ALPHABET = string.ascii_letters + string.digits + _SPECIAL


def generate_password(length: int = 32) -> str:
    """Letters, digits, ``-`` and ``_``, 6 bits each; at least one upper case, lower case, digit and other.

    So that a server's rules for passwords (MySQL's ``validate_password``) are met.
    """
    while True:
        password = "".join(secrets.choice(_ALPHABET) for _ in range(length))
        kinds = (str.islower, str.isupper, str.isdigit, _SPECIAL.__contains__)
        if all(any(kind(character) for character in password) for kind in kinds):
            return password


@dataclass(frozen=True, slots=True)
class TenantRequest:
    """A tenant to be made.

    :ivar domain: its primary host name, in canonical form.
    :ivar server: the database server's name; the installation's first when ``None``.
    :ivar admin_email: of the first administrator; ``admin@<domain>`` when ``None``.
    :ivar admin_password: generated when ``None``.
    """

    slug: str
    name: str
    domain: str
    server: str | None = None
    admin_email: str | None = None
    admin_password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Admin:
    """A tenant's first administrator."""

    email: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class ProvisionedTenant:
    """A tenant that was made. The passwords are told here and never again.

    ``db_username`` and ``db_password`` are ``None`` where databases have no users (SQLite).
    """

    tenant: TenantRef
    db_username: str | None
    db_password: str | None = field(repr=False)
    admin: Admin


@dataclass(frozen=True, slots=True)
class TenantSeed:
    """What a new database is filled with. Both run with the tenant bound, and have to be repeatable."""

    access: Callable[[TenantRef], Awaitable[None]]
    administrator: Callable[[TenantRef, Admin], Awaitable[None]]


@dataclass(slots=True)
class NewTenant:
    """What the steps of making a tenant work on.

    :ivar tenant: what the registry said last.
    :ivar is_refused: whether the database turned out to be somebody else's.
    :ivar is_user_refused: the same of the user.
    """

    tenant: TenantRef
    admin: Admin
    username: str
    password: str = field(repr=False)
    is_refused: bool = False
    is_user_refused: bool = False

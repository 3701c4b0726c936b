"""The names of objects in a store: each tenant's begin with its id.

::

    tenants/<tenant id>/key                     the tenant's data key, sealed
    tenants/<tenant id>/deleted                 says that the tenant is deleted, signed
    tenants/<tenant id>/<backup id>.freehold    an archive
    tenants/<tenant id>/<backup id>.proof       the signed statement that it was restored
"""

import re
from typing import Final
from uuid import UUID

__all__ = [
    "ALL",
    "archive_name",
    "folder_of",
    "key_name",
    "mark_name",
    "parse_archive_name",
    "parse_key_name",
    "parse_mark_name",
    "proof_name",
]

ALL: Final = "tenants"
"""What all names begin with."""

_ID: Final = r"([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})"
_ARCHIVE: Final = re.compile(rf"tenants/{_ID}/{_ID}\.freehold")
_KEY: Final = re.compile(rf"tenants/{_ID}/key")
_MARK: Final = re.compile(rf"tenants/{_ID}/deleted")


def folder_of(tenant_id: UUID) -> str:
    """What the names of a tenant's objects begin with."""
    return f"{ALL}/{tenant_id}"


def key_name(tenant_id: UUID) -> str:
    """The name of a tenant's sealed data key."""
    return f"{ALL}/{tenant_id}/key"


def mark_name(tenant_id: UUID) -> str:
    """The name of the object that says that a tenant is deleted."""
    return f"{ALL}/{tenant_id}/deleted"


def archive_name(tenant_id: UUID, backup: UUID) -> str:
    """The name of an archive."""
    return f"{ALL}/{tenant_id}/{backup}.freehold"


def proof_name(tenant_id: UUID, backup: UUID) -> str:
    """The name of a proof."""
    return f"{ALL}/{tenant_id}/{backup}.proof"


def parse_archive_name(name: str) -> tuple[UUID, UUID] | None:
    """Return the ids of tenant and backup of an archive's name; None for any other name."""
    found = _ARCHIVE.fullmatch(name)
    return None if found is None else (UUID(found[1]), UUID(found[2]))


def parse_key_name(name: str) -> UUID | None:
    """Return the id of the tenant of a data key's name; None for any other name."""
    found = _KEY.fullmatch(name)
    return None if found is None else UUID(found[1])


def parse_mark_name(name: str) -> UUID | None:
    """Return the id of the tenant that an object says to be deleted; None for any other name."""
    found = _MARK.fullmatch(name)
    return None if found is None else UUID(found[1])

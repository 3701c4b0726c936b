"""Roles as their service takes and returns them. Nothing here reads a database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec

from tenant_schema.preconditions import digest_version

__all__ = [
    "ADMINISTRATOR",
    "KEPT",
    "FieldLimit",
    "RoleContents",
    "RoleDraft",
    "RoleName",
    "RoleRecord",
    "RuleDraft",
]

ADMINISTRATOR: Final = "administrator"
"""The role of the first administrator. It exists in every tenant."""


@dataclass(frozen=True, slots=True)
class RoleName:
    """A role, as those see it who may not read what it grants."""

    id: UUID
    name: str
    label: str


@dataclass(frozen=True, slots=True)
class FieldLimit:
    """A field that a role may not change, and not read either unless ``readable``."""

    object: str
    field: str
    readable: bool


@dataclass(frozen=True, slots=True)
class RuleDraft:
    """A row rule: the role may do ``action`` with the records of the object that match ``filter``."""

    object: str
    action: str
    filter: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class RoleDraft:
    """A role to be created.

    :param mfa_required: whether its users need a second factor.
    """

    name: str
    label: str = ""
    description: str = ""
    permissions: Sequence[str] = ()
    fields: Sequence[FieldLimit] = ()
    rules: Sequence[RuleDraft] = ()
    mfa_required: bool = False


@dataclass(frozen=True, slots=True)
class RoleContents:
    """What a role is to grant from now on; None keeps what it has."""

    permissions: Sequence[str] | None = None
    fields: Sequence[FieldLimit] | None = None
    rules: Sequence[RuleDraft] | None = None


KEPT: Final = RoleContents()
"""A role keeps everything that it grants."""


@dataclass(frozen=True, slots=True)
class RoleRecord:
    """One role. ``users`` is the number of users that have it.

    :param mfa_required: whether its users need a second factor.
    """

    id: UUID
    name: str
    label: str
    description: str
    system: bool
    users: int
    permissions: tuple[str, ...]
    fields: tuple[FieldLimit, ...]
    rules: tuple[RuleDraft, ...]
    created_at: datetime
    updated_at: datetime
    mfa_required: bool = False

    @property
    def version(self) -> int:
        """The version, for preconditions of changes: a digest of all that a change of the role may change."""
        parts = (self.name, self.label, self.description, self.mfa_required, self.permissions)
        return digest_version(msgspec.json.encode((*parts, self.fields, self.rules)))

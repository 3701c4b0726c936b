"""Factors as their services return them. Nothing here reads a database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

__all__ = [
    "RECOVERY_CODE",
    "FactorKind",
    "FactorOverview",
    "FactorRecord",
    "NewFactor",
    "Proof",
    "StoredPasskey",
]

RECOVERY_CODE = "recovery-code"
"""What opens a session in place of a factor, beside the values of :class:`FactorKind`."""


class FactorKind(StrEnum):
    """The kind of a factor."""

    TOTP = "totp"
    PASSKEY = "passkey"


@dataclass(frozen=True, slots=True)
class FactorRecord:
    """A confirmed factor."""

    id: UUID
    kind: FactorKind
    name: str
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class FactorOverview:
    """The confirmed factors of a user, oldest first, and the number of recovery codes that are left."""

    factors: tuple[FactorRecord, ...]
    recovery_codes: int


@dataclass(frozen=True, slots=True)
class NewFactor:
    """A factor that is not confirmed yet. Its ``repr`` does not show the secret.

    :param secret: of TOTP, in base32. :param uri: the ``otpauth`` address with the secret.
    :param options: of a passkey: PublicKeyCredentialCreationOptionsJSON (WebAuthn).
    """

    id: UUID
    kind: FactorKind
    secret: str | None = field(default=None, repr=False)
    uri: str | None = field(default=None, repr=False)
    options: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class StoredPasskey:
    """A confirmed passkey of ``owner``, as verifying an assertion requires it."""

    id: UUID
    owner: UUID
    credential_id: bytes
    public_key: bytes
    sign_count: int
    transports: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Proof:
    """A second factor that was accepted. ``methods`` are values of RFC 8176."""

    kind: str
    methods: tuple[str, ...]

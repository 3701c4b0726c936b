"""How factors are kept secret: functions of the vault, which this package does not know."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

__all__ = ["FactorSecrets", "HashKeys"]


@dataclass(frozen=True, slots=True)
class HashKeys:
    """Keys of 32 bytes by id: ``current_id`` is that of new hashes. An id has at most 8 characters."""

    current_id: str
    keys: Mapping[str, bytes] = field(repr=False)


@dataclass(frozen=True, slots=True)
class FactorSecrets:
    """Functions of an owner of secrets: a tenant's id, or an operator's.

    :param seal: encrypts a text. :param open: decrypts it; None if it is no sealed text of this owner.
    :param hash_keys: the keys for hashes of recovery codes.
    """

    seal: Callable[[str, UUID], str]
    open: Callable[[str, UUID], str | None]
    hash_keys: Callable[[UUID], HashKeys]

"""Secrets of factors as the vault of an installation keeps them."""

from functools import partial
from uuid import UUID

from central.errors import VaultError
from central.secrets.keys import EncryptionKey, generate_key
from central.secrets.vault import Vault
from tenant_schema.users.factors.secrets import FactorSecrets, HashKeys

__all__ = ["NEW", "OLD", "opened", "secrets_of"]

OLD, NEW = (EncryptionKey.from_hex(generate_key()) for _ in range(2))


def secrets_of(vault: Vault) -> FactorSecrets:
    return FactorSecrets(vault.seal, partial(opened, vault), partial(_hash_keys, vault))


def opened(vault: Vault, sealed: str, owner: UUID) -> str | None:
    try:
        return vault.open(sealed, owner)
    except VaultError:
        return None


def _hash_keys(vault: Vault, owner: UUID) -> HashKeys:
    derived = vault.derive("recovery-codes", owner)
    return HashKeys(derived.current_key_id, dict(derived))

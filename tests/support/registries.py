"""A registry whose host names are sealed with a key of its own."""

from central.registry import Registry
from central.secrets.domain_seals import DomainSeals
from central.secrets.keys import EncryptionKey, generate_key
from central.secrets.vault import Vault

__all__ = ["SEALS", "new_registry"]

SEALS = DomainSeals(Vault([EncryptionKey.from_hex(generate_key())]))


def new_registry() -> Registry:
    """Return a registry of this process."""
    return Registry(SEALS)

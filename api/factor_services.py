"""The services of second factors, created together because they share a store and challenges."""

from dataclasses import dataclass
from functools import partial
from uuid import UUID

from central.errors import VaultError
from central.secrets.vault import Vault
from tenant_schema.users.challenges.service import Challenges
from tenant_schema.users.factors.secrets import FactorSecrets, HashKeys
from tenant_schema.users.factors.store import FactorStore
from tenant_schema.users.sign_in.second_factors import SecondFactors
from tenant_schema.users.sign_in.throttle import Throttle

__all__ = ["FactorServices", "factor_secrets", "factor_services"]


@dataclass(frozen=True, slots=True)
class FactorServices:
    """What signing in needs of factors."""

    store: FactorStore
    challenges: Challenges
    required: SecondFactors


def factor_services(vault: Vault, throttle: Throttle) -> FactorServices:
    """Create the services for the users of tenants.

    :param throttle: that of passwords, which also limits attempts at codes.
    """
    store = FactorStore(factor_secrets(vault))
    challenges = Challenges(vault.seal, partial(_open, vault))
    return FactorServices(store, challenges, SecondFactors(store, challenges, throttle))


def factor_secrets(vault: Vault) -> FactorSecrets:
    """Return the vault's functions for factors."""
    return FactorSecrets(vault.seal, partial(_open, vault), partial(_hash_keys, vault))


def _open(vault: Vault, sealed: str, owner: UUID) -> str | None:
    try:
        return vault.open(sealed, owner)
    except VaultError:
        return None


def _hash_keys(vault: Vault, owner: UUID) -> HashKeys:
    derived = vault.derive("recovery-codes", owner)
    return HashKeys(derived.current_key_id, dict(derived))

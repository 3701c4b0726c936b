"""Secrets of factors as the vault of an installation keeps them."""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from uuid import UUID

from central.errors import VaultError
from central.secrets.keys import EncryptionKey, generate_key
from central.secrets.vault import Vault
from piccolo_engines.columns import utc_now
from tenant_schema.users.challenges.service import Challenges
from tenant_schema.users.factors.secrets import FactorSecrets, HashKeys
from tenant_schema.users.factors.store import FactorStore
from tenant_schema.users.sign_in.second_factors import SecondFactors
from tenant_schema.users.sign_in.throttle import Throttle

__all__ = ["NEW", "OLD", "STORE", "challenges_of", "opened", "second_factors", "secrets_of"]

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


STORE = FactorStore(secrets_of(Vault([OLD])))


def challenges_of(now: Callable[[], datetime] = utc_now) -> Challenges:
    vault = Vault([OLD])
    return Challenges(vault.seal, partial(opened, vault), now=now)


def second_factors(throttle: Throttle, now: Callable[[], datetime] = utc_now) -> SecondFactors:
    return SecondFactors(STORE, challenges_of(now), throttle, now=now)

"""The settings of signing in to a tenant, which its administrators change."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import msgspec

from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import VersionedCache
from tenant_schema.users.audit.write import Subject, record_event
from tenant_schema.users.errors import LastAdministrator, PasswordsNeeded
from tenant_schema.users.rights.change import changing_access
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.sign_in.rules import (
    SignInRules,
    SignInRulesReader,
    SupportChoice,
    has_proven_provider,
    read_rules,
)
from tenant_schema.users.sign_in_tables import SignInSettings

__all__ = ["SettingsChanges", "SignInSettingsService"]


@dataclass(frozen=True, slots=True)
class SettingsChanges:
    """New values; None keeps the present one. ``allowed_origins`` are valid, in canonical form."""

    password_enabled: bool | None = None
    allowed_origins: Sequence[str] | None = None
    support_access: SupportChoice | None = None


class SignInSettingsService:
    """Reads and changes the settings of the bound tenant, for users with ``users:manage``."""

    def __init__(self, cache: VersionedCache) -> None:
        self._cache = cache
        self._reader = SignInRulesReader(cache)

    async def read(self, scope: TenantScope, access: Access) -> SignInRules:
        """Return the settings. No statement with a warm cache. Raises PermissionDenied."""
        access.require_system("users:manage")
        return await self._reader.current(scope)

    async def change(self, scope: TenantScope, access: Access, changes: SettingsChanges) -> SignInRules:
        """Change some of the settings. They apply from the next request on, in other processes within
        ``CACHE_SECONDS``.

        Raises PermissionDenied, KeyNotEnough for an API key, SupportNotEnough, and PasswordsNeeded when
        passwords are disabled before an active identity provider has signed somebody in, or while nobody who
        manages users and roles has another way to sign in.
        """
        access.require_system("users:manage")
        access.require_person()
        try:
            return await self._change(scope, access, changes)
        except LastAdministrator as error:
            raise PasswordsNeeded from error

    async def _change(self, scope: TenantScope, access: Access, changes: SettingsChanges) -> SignInRules:
        given = {name: value for name, value in asdict(changes).items() if value is not None}
        disables = changes.password_enabled is False
        async with changing_access(self._cache, scope, may_demote=disables):
            before = await read_rules()
            new = {name: value for name, value in given.items() if value != getattr(before, name)}
            if new.get("password_enabled") is False and not await has_proven_provider():
                raise PasswordsNeeded
            if new:
                await _store(new)
                old = {name: getattr(before, name) for name in new}
                detail = {"before": old, "after": new}
                await record_event(access, "sign-in-settings.update", Subject("sign-in-settings"), detail)
            return await read_rules()


async def _store(values: dict[str, Any]) -> None:
    """Write the one row. 2 statements."""
    table = SignInSettings
    if "allowed_origins" in values:
        values = values | {"allowed_origins": msgspec.json.encode(values["allowed_origins"]).decode()}
    row = await table.select(table.id).first()
    if row is None:
        await table.insert(table(**values))
    else:
        columns: dict[Any, Any] = {getattr(table, name): value for name, value in values.items()}
        await table.update(columns).where(table.id == row["id"])

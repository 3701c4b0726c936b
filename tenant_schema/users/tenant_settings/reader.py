"""The settings of a tenant, read through the cache of the ``access`` version."""

from dataclasses import dataclass
from typing import Any, Final

from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import VersionedCache
from tenant_schema.users.settings_tables import TenantSettings

__all__ = ["Presentation", "PresentationReader", "read_presentation"]

_KEY: Final = "presentation"
_TEXTS: Final = ("display_name", "language", "time_zone", "currency", "accent")


@dataclass(frozen=True, slots=True)
class Presentation:
    """The row of :class:`TenantSettings` without the logo's bytes, or its default values.

    Empty texts are not set. ``logo_digest`` is empty without a logo.
    """

    display_name: str = ""
    language: str = ""
    time_zone: str = ""
    currency: str = ""
    accent: str = ""
    logo_digest: str = ""

    def named(self, scope: TenantScope) -> str:
        """The name to display: that of the settings, or the one that operators have given."""
        return self.display_name or scope.name

    def language_of(self, language: str) -> str:
        """A user's language, or the tenant's if the user has set none."""
        return language or self.language

    def zone_of(self, time_zone: str) -> str:
        """A user's time zone, or the tenant's if the user has set none; UTC without either."""
        return time_zone or self.time_zone or "UTC"


class PresentationReader:
    """Reads the settings. No statement with a warm cache, otherwise 1.

    Whoever changes them has to count the ``access`` version.
    """

    __slots__ = ("_cache",)

    def __init__(self, cache: VersionedCache) -> None:
        self._cache = cache

    async def current(self, scope: TenantScope) -> Presentation:
        """Return the tenant's settings."""
        return await self._cache.get(scope, _KEY, read_presentation)


async def read_presentation() -> Presentation:
    """Read the bound tenant's settings from the table. 1 statement."""
    columns = [getattr(TenantSettings, name) for name in (*_TEXTS, "logo_digest")]
    row: dict[str, Any] | None = await TenantSettings.select(*columns).first()
    return Presentation() if row is None else Presentation(**row)

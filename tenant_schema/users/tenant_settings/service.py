"""The tenant's settings service: what its administrators set, and its logo."""

import hashlib
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from tenant_schema.colours import COLOURS
from tenant_schema.problems import InvalidInput, Problem, ProblemCollector, suggestion
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import VersionedCache
from tenant_schema.users.account.language_tags import language_tag
from tenant_schema.users.audit.write import Subject, record_event
from tenant_schema.users.errors import NotThere
from tenant_schema.users.rights.change import changing_access
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.settings_tables import TenantSettings
from tenant_schema.users.tenant_settings.currencies import CURRENCIES
from tenant_schema.users.tenant_settings.images import image_of
from tenant_schema.users.tenant_settings.reader import Presentation, PresentationReader, read_presentation

__all__ = ["LONGEST_LOGO", "MANAGE_TENANT", "Logo", "PresentationChanges", "TenantSettingsService"]

MANAGE_TENANT: Final = "tenant:manage"
LONGEST_LOGO: Final = 256 * 1024
"""Bytes."""
_MOST_PIXELS: Final = 4_096
"""Of a logo's width and height: a few bytes can stand for an image that fills a browser's memory."""
_LONGEST_NAME: Final = 200
_HEXADECIMAL: Final = re.compile("#[0-9a-f]{6}")


@dataclass(frozen=True, slots=True)
class PresentationChanges:
    """New values; None keeps the present one, an empty text removes it."""

    display_name: str | None = None
    language: str | None = None
    time_zone: str | None = None
    currency: str | None = None
    accent: str | None = None


@dataclass(frozen=True, slots=True)
class Logo:
    """An image as it was uploaded."""

    content: bytes
    media_type: str
    digest: str


class TenantSettingsService:
    """Reads and changes the settings of the bound tenant.

    Changes take effect at once in this process, in others within ``CACHE_SECONDS``; they require
    ``tenant:manage`` and raise PermissionDenied without.

    :param cache: the one of ``ACCESS``. :param zone_names: returns the names of all time zones.
    """

    def __init__(self, cache: VersionedCache, zone_names: Callable[[], Collection[str]]) -> None:
        self._cache = cache
        self._reader = PresentationReader(cache)
        self._zone_names = zone_names

    async def presentation(self, scope: TenantScope) -> Presentation:
        """Return the settings, for anybody. No statement with a warm cache."""
        return await self._reader.current(scope)

    async def read(self, scope: TenantScope, access: Access) -> Presentation:
        """Return the settings, for those who may change them. Raises PermissionDenied."""
        access.require_system(MANAGE_TENANT)
        return await self._reader.current(scope)

    async def change(self, scope: TenantScope, access: Access, changes: PresentationChanges) -> Presentation:
        """Change some of the settings. Raises InvalidInput with every problem of the values."""
        access.require_system(MANAGE_TENANT)
        given = self._valid(changes)
        async with changing_access(self._cache, scope):
            before = await read_presentation()
            new = {name: value for name, value in given.items() if value != getattr(before, name)}
            if new:
                await _store(new)
                old = {name: getattr(before, name) for name in new}
                await _record(access, {"before": old, "after": new})
            return await read_presentation()

    async def set_logo(self, scope: TenantScope, access: Access, content: bytes) -> Presentation:
        """Store the logo. Raises InvalidInput for what is no PNG, JPEG or WebP of at most 4,096 pixels."""
        access.require_system(MANAGE_TENANT)
        media_type, digest = _media_type(content), hashlib.sha256(content).hexdigest()
        async with changing_access(self._cache, scope):
            await _store({"logo": content, "logo_type": media_type, "logo_digest": digest})
            await _record(access, {"logo": digest})
            return await read_presentation()

    async def remove_logo(self, scope: TenantScope, access: Access) -> None:
        """Remove the logo, if there is one."""
        access.require_system(MANAGE_TENANT)
        async with changing_access(self._cache, scope):
            if (await read_presentation()).logo_digest:
                await _store({"logo": None, "logo_type": "", "logo_digest": ""})
                await _record(access, {"logo": None})

    async def logo(self) -> Logo:
        """Return the logo, for anybody. 1 statement. Raises NotThere without one."""
        columns = (TenantSettings.logo, TenantSettings.logo_type, TenantSettings.logo_digest)
        row: dict[str, Any] | None = await TenantSettings.select(*columns).first()
        if row is None or row["logo"] is None:
            raise NotThere("logo")
        return Logo(row["logo"], row["logo_type"], row["logo_digest"])

    def _valid(self, changes: PresentationChanges) -> Mapping[str, str]:
        """Return the given values in canonical form. Raises InvalidInput."""
        values = {name: text.strip() for name, text in asdict(changes).items() if text is not None}
        if tag := language_tag(values.get("language", "")):
            values["language"] = tag
        if "currency" in values:
            values["currency"] = values["currency"].upper()
        if "accent" in values:
            values["accent"] = values["accent"].lower()
        collector = ProblemCollector()
        collector.extend(_problems_of(values, self._zone_names))
        if collector.problems:
            raise InvalidInput(collector.problems)
        return values


def _problems_of(values: Mapping[str, str], zone_names: Callable[[], Collection[str]]) -> Iterator[Problem]:
    """Yield the problems of values; empty ones have none."""
    given = {name: value for name, value in values.items() if value}
    if len(given.get("display_name", "")) > _LONGEST_NAME or not given.get("display_name", "a").isprintable():
        message = f"Must have at most {_LONGEST_NAME} characters, and no line breaks."
        yield Problem("displayName", "invalid-name", message)
    if "language" in given and language_tag(given["language"]) is None:
        message = "Not a language tag (RFC 5646), such as en or de-CH."
        yield Problem("language", "invalid-language", message)
    if (zone := given.get("time_zone")) and zone not in (zones := zone_names()):
        message = "There is no such time zone in the IANA database."
        yield Problem("timeZone", "unknown-time-zone", message, suggestion(zone, sorted(zones)))
    if (code := given.get("currency")) and code not in CURRENCIES:
        message = "Not a code of ISO 4217, such as EUR or USD."
        yield Problem("currency", "unknown-currency", message, suggestion(code, sorted(CURRENCIES)))
    accent = given.get("accent")
    if accent and accent not in COLOURS and _HEXADECIMAL.fullmatch(accent) is None:
        message = f"Must be one of {', '.join(COLOURS)}, or #rrggbb."
        yield Problem("accent", "unknown-colour", message, suggestion(accent, COLOURS))


def _media_type(content: bytes) -> str:
    """Return the type of an image. Raises InvalidInput."""
    image = image_of(content)
    if image is None:
        raise InvalidInput([Problem("", "not-an-image", "Must be a PNG, JPEG or WebP image.")])
    if max(image.width, image.height) > _MOST_PIXELS:
        message = f"Must have at most {_MOST_PIXELS:,} pixels in width and height."
        raise InvalidInput([Problem("", "image-too-large", message)])
    return image.media_type


async def _store(values: Mapping[str, Any]) -> None:
    """Write the one row. 2 statements."""
    table = TenantSettings
    row = await table.select(table.id).first()
    if row is None:
        await table.insert(table(**values))
    else:
        columns: dict[Any, Any] = {getattr(table, name): value for name, value in values.items()}
        await table.update(columns).where(table.id == row["id"])


async def _record(access: Access, detail: Mapping[str, Any]) -> None:
    await record_event(access, "tenant-settings.update", Subject("tenant-settings"), dict(detail))

"""Checks whether tenants wait for an upgrade, by the registry."""

from typing import Final

from api.checkup.finding import Finding, error, fine, warning
from api.composition import Platform
from api.number_text import counted

__all__ = ["check_upgrades"]

_ABOUT: Final = "upgrades"
_MIGRATE: Final = "freehold migrate"


async def check_upgrades(platform: Platform) -> list[Finding]:
    """Report the tenants that are not at this version's level. Runs one statement."""
    levels = await platform.pending_tenants.count()
    found = []
    if levels.refused:
        text = f"{counted(levels.refused, 'tenant')} not served until upgraded: 503 `tenant-upgrading`."
        found.append(error(_ABOUT, text, _MIGRATE))
    if levels.older:
        found.append(warning(_ABOUT, f"{counted(levels.older, 'tenant')} to be looked into.", _MIGRATE))
    if levels.newer:
        text = f"{counted(levels.newer, 'tenant')} at the level of a newer version."
        found.append(warning(_ABOUT, text, "Replace this version of Freehold by the newer one."))
    return found or [fine(_ABOUT, f"Up to date: {counted(levels.current, 'tenant')}.")]

"""Checks of what the last round of attestation found."""

from datetime import datetime, timedelta
from typing import Final

from api.checkup.finding import Finding, error, fine, warning
from api.composition import Platform
from api.number_text import counted
from central.tables import Tenant
from piccolo_engines.columns import utc_now

__all__ = ["check_attestation"]

_ABOUT: Final = "isolation"
_MOST: Final = 50
_NOW: Final = "freehold attest"


async def check_attestation(platform: Platform) -> list[Finding]:
    """Report the findings of the last round, and a round that is overdue. At most four statements."""
    summary = await platform.attestation.summary()
    found = [
        error(f"tenant {one.tenant_slug}", one.detail, _NOW)
        for one in await platform.attestation.findings(_MOST)
    ]
    hours = platform.settings.attestation_hours
    if not hours:
        return found or [warning(_ABOUT, "It is not tried out periodically.", "Set ATTESTATION_HOURS.")]
    since = summary.finished_at or await _first_tenant_at()
    if since is not None and utc_now() - since > timedelta(hours=2 * hours):
        return [*found, warning(_ABOUT, f"No round over all tenants has ended since {since:%Y-%m-%d}.", _NOW)]
    if summary.finished_at is None:
        return [fine(_ABOUT, "The first round is due.")]
    return found or [fine(_ABOUT, f"Tried out for {counted(summary.tenants, 'tenant')}.")]


async def _first_tenant_at() -> datetime | None:
    row = await Tenant.select(Tenant.created_at).order_by(Tenant.id).first()
    return None if row is None else row["created_at"]

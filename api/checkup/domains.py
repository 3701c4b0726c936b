"""Checks of the host names that the DNS has to prove."""

from typing import Final

from api.checkup.finding import Finding, warning
from central.tables import Domain
from piccolo_engines.columns import utc_now

__all__ = ["check_domains"]

_MOST: Final = 50
"""How many host names are reported."""


async def check_domains() -> list[Finding]:
    """Report the host names that the DNS does not prove any more. One statement."""
    failing = Domain.select(Domain.domain, Domain.failing_since, Domain.is_served, Domain.tenant.slug)
    rows = await failing.where(Domain.failing_since.is_not_null()).order_by(Domain.failing_since).limit(_MOST)
    found = []
    for row in rows:
        days = (utc_now() - row["failing_since"]).days
        state = "is still served" if row["is_served"] else "is not served any more"
        message = f"The DNS has not proven {row['domain']} for {days} days. It {state}."
        remedy = f"freehold tenants domains verify {row['tenant.slug']} {row['domain']}"
        found.append(warning(f"domain {row['domain']}", message, remedy))
    return found

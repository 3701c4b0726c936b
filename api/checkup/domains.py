"""Checks of host names: that the DNS proves them, and that they lead to whom Freehold gave them."""

from typing import Final

from api.checkup.finding import Finding, error, warning
from central.secrets.domain_seals import DomainSeals
from central.tables import Domain
from piccolo_engines.columns import utc_now

__all__ = ["check_domains"]

_MOST: Final = 50
"""How many host names are reported."""


async def check_domains(seals: DomainSeals) -> list[Finding]:
    """Report the host names that the DNS does not prove any more, and those moved by hand. Two statements."""
    found = [
        error(
            f"domain {row['domain']}",
            f"It has no seal for {row['tenant.slug']}: it was changed by hand, or the key is missing.",
            "Give it back in the table domain; if it is not a primary one, remove and add it instead.",
        )
        for row in (await seals.broken())[:_MOST]
    ]
    failing = Domain.select(Domain.domain, Domain.failing_since, Domain.is_served, Domain.tenant.slug)
    rows = await failing.where(Domain.failing_since.is_not_null()).order_by(Domain.failing_since).limit(_MOST)
    for row in rows:
        days = (utc_now() - row["failing_since"]).days
        state = "is still served" if row["is_served"] else "is not served any more"
        message = f"The DNS has not proven {row['domain']} for {days} days. It {state}."
        remedy = f"freehold tenants domains verify {row['tenant.slug']} {row['domain']}"
        found.append(warning(f"domain {row['domain']}", message, remedy))
    return found

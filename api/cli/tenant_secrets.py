"""Seals the secrets in tenants' databases with the first encryption key, for ``freehold keys rotate``."""

import asyncio
from collections.abc import Sequence
from functools import partial

from api.cli.console import Output
from api.cli.progress import tally
from api.cli.session import reason_of
from api.composition import Platform
from api.schemas.common import Output as Result
from central.errors import CentralError
from central.registry import TenantRef
from piccolo_engines.errors import DatabaseError
from tenant_schema.users.sealed_secrets import reseal_secrets

__all__ = ["SecretsOutcome", "reseal_tenants"]


class SecretsOutcome(Result):
    """In how many tenants all secrets are sealed with the first key, how many secrets were sealed again, and
    the reasons of failures by tenant.
    """

    tenants: int
    done: int
    failures: dict[str, str]


async def reseal_tenants(
    platform: Platform, tenants: Sequence[TenantRef], parallel: int, out: Output
) -> SecretsOutcome:
    """Seal the secrets of these tenants, ``parallel`` at a time, and show the progress."""
    outcome, left = SecretsOutcome(0, 0, {}), iter(tenants)
    with tally(out, "tenant", "Tenants", len(tenants)) as progress:

        async def work() -> None:
            for tenant in left:
                try:
                    number = await _reseal_tenant(platform, tenant)
                except (CentralError, DatabaseError, OSError) as error:
                    outcome.failures[tenant.slug] = reason_of(error)
                    progress.done(tenant.slug, failure=outcome.failures[tenant.slug])
                    continue
                outcome.tenants += 1
                outcome.done += number
                progress.done(tenant.slug, secrets=number)

        await asyncio.gather(*(work() for _ in range(min(parallel, len(tenants)))))
    return outcome


async def _reseal_tenant(platform: Platform, tenant: TenantRef) -> int:
    async with platform.fences.lifted(tenant), platform.tenancy.use(tenant, at_any_level=True):
        return await reseal_secrets(partial(platform.vault.reseal, tenant_id=tenant.id))

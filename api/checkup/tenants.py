"""Checks of tenants' databases: whether they open, are up to date, and match definitions and directory."""

import asyncio
from collections.abc import Callable, Sequence

from api.checkup.finding import Finding, error, fine, warning
from api.checkup.levels import level_problem
from api.composition import Platform
from api.number_text import counted
from api.operations.command_line_access import COMMAND_LINE
from central.errors import CentralError, CredentialsUnreadable, DatabaseMismatch
from central.migrations.recorded import MigrationsUnknown
from central.registry import TenantRef
from central.tables import WITH_DATABASE
from piccolo_engines.errors import AccessDenied, DatabaseError
from tenant_schema.objects.changes.drift import Drift
from tenant_schema.objects.changes.journal import open_entries
from tenant_schema.objects.errors import ObjectBusy
from tenant_schema.users.account_changes import count_active, has_pending_changes

__all__ = ["check_tenants"]


async def check_tenants(
    platform: Platform, tenants: Sequence[TenantRef], done: Callable[[str], None], parallel: int = 4
) -> list[Finding]:
    """Check the tenants whose databases are in use, ``parallel`` at a time.

    Calls ``done`` with the slug of each.
    """
    platform.tenant_migrator.preload()
    levels = {one.id: level for one, level in await platform.registry.served_with_levels()}
    free = asyncio.Semaphore(parallel)

    async def check(tenant: TenantRef) -> list[Finding]:
        async with free:
            found = await _check_tenant(platform, tenant, levels.get(tenant.id, ""))
        done(tenant.slug)
        return found

    found = await asyncio.gather(*(check(one) for one in tenants if one.status in WITH_DATABASE))
    return [finding for findings in found for finding in findings]


async def _check_tenant(platform: Platform, tenant: TenantRef, level: str) -> list[Finding]:
    about = f"tenant {tenant.slug}"
    try:
        async with platform.tenancy.use(tenant, at_any_level=True) as engine:
            pending = await platform.tenant_migrator.pending(engine)
            problem = level_problem(platform.tenant_migrator.level, level, len(pending))
            remedy = f"freehold migrate {tenant.slug}"
            if pending:
                lacking = f"{counted(len(pending), 'migration')} not run yet."
                return [error(about, f"{lacking} {problem or ''}".rstrip(), remedy)]
            found = [warning(about, problem, remedy)] if problem else []
            found += await _check_definitions(platform, tenant.slug)
            return found + await _check_directory(platform, tenant)
    except MigrationsUnknown as problem:
        return [error(about, str(problem), "Use the version of Freehold that created it.")]
    except AccessDenied as problem:
        remedy = f"freehold tenants change-password {tenant.slug}"
        return [error(about, f"Its database user cannot use its database: {problem}", remedy)]
    except CredentialsUnreadable as problem:
        remedy = (
            "Add the key that they were sealed with to ENCRYPTION_KEY again (see `freehold keys status`)."
        )
        return [error(about, f"Its credentials cannot be opened: {problem.__cause__}", remedy)]
    except DatabaseMismatch:
        remedy = f"Put the database of {tenant.slug} back at {tenant.db_name} on {tenant.database_server}."
        return [error(about, "The database in its place is not its own.", remedy)]
    except (CentralError, DatabaseError, OSError) as problem:
        remedy = f"Restore {tenant.db_name} on {tenant.database_server}, or check its server."
        return [error(about, f"Its database cannot be opened: {problem}", remedy)]


async def _check_definitions(platform: Platform, slug: str) -> list[Finding]:
    about = f"tenant {slug}"
    if open_changes := [entry.intent.object for entry in await open_entries()]:
        message = f"A change of {', '.join(open_changes)} is open: a process is working on it, or has died."
        return [warning(about, message, "freehold tenants reconcile")]
    try:
        drift = await platform.schema.drift(COMMAND_LINE)
    except ObjectBusy:
        return [warning(about, "Its objects are being changed.", f"freehold doctor {slug}")]
    if not drift:
        return [fine(about, "Its database opens and matches its definitions.")]
    return [_drift(about, slug, one) for one in drift]


async def _check_directory(platform: Platform, tenant: TenantRef) -> list[Finding]:
    entries, accounts = await platform.directory.count(tenant.id), await count_active()
    if entries == accounts or await has_pending_changes():
        return []
    message = f"The directory has {counted(entries, 'address')} of it, for {counted(accounts, 'account')}."
    return [warning(f"tenant {tenant.slug}", message, f"freehold directory rebuild {tenant.slug}")]


def _drift(about: str, slug: str, one: Drift) -> Finding:
    remedy = (
        f"freehold tenants repair {slug}" if one.repair else "Restore it from a backup, or drop the field."
    )
    return error(about, f"{one.object or 'the database'}: {one.message} ({one.name})", remedy)

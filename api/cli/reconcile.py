"""``freehold tenants reconcile``: settles interrupted changes of tenants and of their objects."""

import sys

import rich_click as click

from api.cli.console import Output, say, warn, with_output
from api.cli.progress import tally
from api.cli.session import all_tenants, load_settings, reason_of, run
from api.cli.statuses import Status
from api.composition import Platform
from api.schemas.common import Output as Result
from central.errors import CentralError
from central.provisioning.reconcile import Report
from central.tables import TenantStatus
from piccolo_engines.errors import DatabaseError
from tenant_schema.scope import TenantScope

__all__ = ["reconcile"]


class _Outcome(Result):
    """The slugs of tenants by outcome.

    ``objects`` are those whose interrupted change was finished or undone, ``dropped`` the names of prepared
    databases that are not needed.
    """

    undone: list[str]
    finished: list[str]
    changed: list[str]
    failed: list[str]
    objects: dict[str, list[str]]
    dropped: list[str]


@click.command("reconcile")
@with_output
def reconcile(out: Output) -> None:
    """Undo partly created tenants, finish partly deleted ones, and settle interrupted changes.

    Changes that a process is working on are left alone. Freehold does the same at start-up and periodically.
    The exit status is 3 if something could not be settled.
    """
    outcome = run(load_settings(), lambda platform: _reconcile(platform, out))
    out.one(outcome, lambda: _print(outcome))
    if outcome.failed:
        sys.exit(Status.PARTLY)


async def _reconcile(platform: Platform, out: Output) -> _Outcome:
    platform.tenant_migrator.preload()
    report: Report = await platform.provisioning.reconcile()
    outcome = _Outcome(
        list(report.undone),
        list(report.finished),
        list(report.changed),
        list(report.failed),
        {},
        list(report.dropped),
    )
    tenants = [one.ref for one in await all_tenants(platform, TenantStatus.ACTIVE)]
    with tally(out, "tenant", "Checking tenants", len(tenants)) as progress:
        for tenant in tenants:
            try:
                async with platform.tenancy.use(tenant):
                    scope = TenantScope(tenant.id, tenant.slug, tenant.name)
                    settled = await platform.schema.recover(scope)
            except (CentralError, DatabaseError) as error:
                outcome.failed.append(tenant.slug)
                progress.done(tenant.slug, failure=reason_of(error))
            else:
                progress.done(tenant.slug, objects=settled)
                if settled:
                    outcome.objects[tenant.slug] = settled
    return outcome


def _print(outcome: _Outcome) -> None:
    done = {"Undone": outcome.undone, "Deleted": outcome.finished, "Completed": outcome.changed}
    for what, slugs in done.items():
        if slugs:
            say(f"{what}: {', '.join(slugs)}.")
    if outcome.dropped:
        say(f"Dropped from the pool: {', '.join(outcome.dropped)}.")
    for slug, objects in outcome.objects.items():
        say(f"Settled in {slug}: {', '.join(objects)}.")
    if outcome.failed:
        warn(f"Not settled: {', '.join(outcome.failed)}. `freehold doctor` reports why.")
    if outcome == _Outcome([], [], [], [], {}, []):
        say("There was nothing to settle.")

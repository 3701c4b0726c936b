"""``freehold tenants reconcile``: settles what a crash left open, of tenants and of their objects."""

import sys

import rich_click as click

from api.cli.console import Output, say, warn, with_output
from api.cli.progress import tally
from api.cli.session import all_tenants, load_settings, reason_of, run
from api.cli.statuses import Status
from api.composition import Platform
from api.schemas.common import Output as Answer
from central.errors import CentralError
from central.provisioning.reconcile import Report
from central.tables import TenantStatus
from piccolo_engines.errors import DatabaseError
from tenant_schema.scope import TenantScope

__all__ = ["reconcile"]


class _Outcome(Answer):
    """Tenants by slug; ``objects`` are those whose change of a definition was finished or undone."""

    undone: list[str]
    finished: list[str]
    changed: list[str]
    failed: list[str]
    objects: dict[str, list[str]]


@click.command("reconcile")
@with_output
def reconcile(out: Output) -> None:
    """Undo half-made tenants, finish half-deleted ones, and settle half-done changes of theirs.

    What somebody is at work on is left to them. Freehold does the same when it starts and while it serves.
    Ends with status 3 when something could not be settled.
    """
    outcome = run(load_settings(), lambda platform: _reconcile(platform, out))
    out.one(outcome, lambda: _tell(outcome))
    if outcome.failed:
        sys.exit(Status.PARTLY)


async def _reconcile(platform: Platform, out: Output) -> _Outcome:
    platform.tenant_migrator.preload()
    report: Report = await platform.provisioning.reconcile()
    outcome = _Outcome(
        list(report.undone), list(report.finished), list(report.changed), list(report.failed), {}
    )
    tenants = [one.ref for one in await all_tenants(platform, TenantStatus.ACTIVE)]
    with tally(out, "tenant", "Looking into tenants", len(tenants)) as told:
        for tenant in tenants:
            try:
                async with platform.tenancy.use(tenant):
                    scope = TenantScope(tenant.id, tenant.slug, tenant.name)
                    settled = await platform.schema.recover(scope)
            except (CentralError, DatabaseError) as error:
                outcome.failed.append(tenant.slug)
                told.done(tenant.slug, failure=reason_of(error))
            else:
                told.done(tenant.slug, objects=settled)
                if settled:
                    outcome.objects[tenant.slug] = settled
    return outcome


def _tell(outcome: _Outcome) -> None:
    done = {"Undone": outcome.undone, "Deleted": outcome.finished, "Password changed": outcome.changed}
    for what, slugs in done.items():
        if slugs:
            say(f"{what}: {', '.join(slugs)}.")
    for slug, objects in outcome.objects.items():
        say(f"Settled in {slug}: {', '.join(objects)}.")
    if outcome.failed:
        warn(f"Not settled: {', '.join(outcome.failed)}. `freehold doctor` says why.")
    if outcome == _Outcome([], [], [], [], {}):
        say("There was nothing to settle.")

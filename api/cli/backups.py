"""``freehold backups``: lists, takes, verifies, prunes and adopts the backups of tenants."""

import asyncio
import sys
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

import rich_click as click
from msgspec import UNSET

from api.cli.completion import tenant_slugs
from api.cli.console import Output, fail, say, warn, with_output
from api.cli.progress import tally
from api.cli.session import ACTOR, all_tenants, load_settings, run, tenant_called
from api.cli.statuses import Status
from api.composition import Platform
from api.operations.backup_acts import BackupActs
from api.schemas.backups import BackupList, BackupPlanChanges, BackupPlanResponse, BackupResponse
from api.schemas.common import Output as Result
from central.backups.adopting import AdoptBackups, Adopted
from central.backups.store import BackupStore
from central.jobs.records import JobRecord
from central.jobs.runner import JobRunner
from central.jobs.tables import JobState
from central.operators import audit
from central.registry import TenantRef
from central.settings.backups import S3Address, parse_store_url
from central.settings.settings import Settings
from central.tables import WITH_DATABASE

__all__ = ["backups"]

_COLUMNS: Final = ("id", "taken", "proven", "rows", "bytes", "reason", "failure")
_POLLED_EVERY: Final = 0.2
_OPEN: Final = (JobState.WAITING, JobState.RUNNING)


class _Outcome(Result):
    """How the backup of one tenant, or its proof, has ended."""

    slug: str
    state: str
    backup: UUID | None = None
    changed: bool | None = None
    proven: bool = False
    reason: str | None = None


class _Adopted(Result):
    """What the store had of one tenant."""

    tenant: UUID
    slug: str
    is_new: bool
    backups: int
    proven: int
    problems: list[str]


@click.group()
def backups() -> None:
    """Backups of tenants: list, take, verify, prune and adopt them.

    They are archives in the store that BACKUP_URL names.
    """


@backups.command("list")
@click.argument("slug", shell_complete=tenant_slugs)
@with_output
def _list(slug: str, out: Output) -> None:
    """List the backups of the tenant SLUG, the newest first, and when the next one is due."""
    found = run(load_settings(), partial(_listed, slug=slug))
    if out.is_text:
        out.many(found.data, f"Backups of {slug}", [_row(one) for one in found.data], _COLUMNS)
        _print_plan(found.plan)
    else:
        out.one(found, lambda: None)


@backups.command("run")
@click.argument("slugs", nargs=-1, metavar="[SLUG]...", shell_complete=tenant_slugs)
@click.option("--all", "everyone", is_flag=True, help="Back up all tenants.")
@click.option(
    "--parallel", type=click.IntRange(1, 32), default=2, show_default=True, help="How many at once."
)
@with_output
def _run(slugs: tuple[str, ...], everyone: bool, parallel: int, out: Output) -> None:
    """Back up tenants and prove the backups, and wait for that. The exit status is 3 if some fail."""
    if everyone == bool(slugs):
        raise click.UsageError("Name tenants, or give --all.")
    outcomes = run(load_settings(), lambda platform: _run_all(platform, slugs, parallel, out))
    _end(outcomes, out)


@backups.command("verify")
@click.argument("slug", shell_complete=tenant_slugs)
@click.argument("backup", type=click.UUID, required=False)
@with_output
def _verify(slug: str, backup: UUID | None, out: Output) -> None:
    """Prove the backup with the id BACKUP of the tenant SLUG again: restored beside, its digest compared.

    Without an id, the newest one.
    """
    outcome = run(load_settings(), partial(_verified, slug=slug, backup_id=backup))
    _end([outcome], out)


@backups.command("prune")
@click.argument("slugs", nargs=-1, metavar="[SLUG]...", shell_complete=tenant_slugs)
@with_output
def _prune(slugs: tuple[str, ...], out: Output) -> None:
    """Delete the backups that are not kept any more, of all tenants or of those named."""
    deleted = run(load_settings(), partial(_pruned, slugs=slugs))
    out.one(deleted, lambda: say(f"{sum(deleted.values())} backups were deleted."))


@backups.command("plan")
@click.argument("slug", shell_complete=tenant_slugs)
@click.option("--schedule", metavar="CRON", help="Five fields in UTC; an empty text for BACKUP_SCHEDULE.")
@click.option("--keep", metavar="KEEP", help="As BACKUP_KEEP; an empty text for that.")
@with_output
def _plan(slug: str, schedule: str | None, keep: str | None, out: Output) -> None:
    """Show when the tenant SLUG is backed up and what is kept, or change it."""
    changes = BackupPlanChanges(
        UNSET if schedule is None else schedule or None, UNSET if keep is None else keep or None
    )
    plan = run(load_settings(), partial(_planned, slug=slug, changes=changes))
    out.one(plan, lambda: _print_plan(plan))


@backups.command("adopt")
@click.argument("url", required=False)
@with_output
def _adopt(url: str | None, out: Output) -> None:
    """Rebuild registry and list of backups from the store at URL, after the central database was lost.

    Needs the ENCRYPTION_KEY of that time. By default the store is that of BACKUP_URL. Tenants that are not in
    the registry are recorded as archived. Safe to repeat; the exit status is 3 if something could not be
    adopted.
    """
    settings = load_settings()
    outcomes = run(settings, lambda platform: _adopted(platform, _store_at(url, settings), out))
    out.one(outcomes, lambda: _print_adopted(outcomes))
    if any(one.problems for one in outcomes):
        sys.exit(Status.PARTLY)


def _store_at(url: str | None, settings: Settings) -> BackupStore | None:
    if url is None:
        return None
    known = settings.backup_store
    keys = (known.access_key, known.secret_key) if isinstance(known, S3Address) else (None, None)
    try:
        return BackupStore(parse_store_url(url, access_key=keys[0], secret_key=keys[1]))
    except ValueError as error:
        raise click.UsageError(f"URL: {error}") from None


async def _adopted(platform: Platform, store: BackupStore | None, out: Output) -> list[_Adopted]:
    if store is None:
        _require_store(platform)

    def report(one: Adopted) -> None:
        out.event(event="adopted", tenant=one.tenant_id, slug=one.slug, problems=one.problems)

    found = await AdoptBackups(platform.backups.parts, store).adopt(report)
    new = sum(one.is_new for one in found)
    if found:
        await audit.record(ACTOR, "backup.adopt", detail={"tenants": len(found), "new": new})
    return [
        _Adopted(one.tenant_id, one.slug, one.is_new, one.backups, one.proven, list(one.problems))
        for one in found
    ]


def _print_adopted(outcomes: Sequence[_Adopted]) -> None:
    for one in outcomes:
        say(f"{one.slug or one.tenant}: {one.backups} backups adopted; {one.proven} of all are proven.")
        for problem in one.problems:
            warn(f"{one.slug or one.tenant}: {problem}")
    if not outcomes:
        say("The store has no backups.")


async def _listed(platform: Platform, slug: str) -> BackupList:
    tenant = (await tenant_called(platform, slug)).ref
    return await BackupActs(platform, ACTOR).list(tenant.id)


async def _run_all(platform: Platform, slugs: Sequence[str], parallel: int, out: Output) -> list[_Outcome]:
    _require_store(platform)
    if slugs:
        tenants = [(await tenant_called(platform, slug)).ref for slug in slugs]
    else:
        tenants = [one.ref for one in await all_tenants(platform) if one.ref.status in WITH_DATABASE]
    left, outcomes = iter(tenants), list[_Outcome]()
    with tally(out, "backup", "Backups", len(tenants)) as progress:

        async def work() -> None:
            for tenant in left:
                outcome = await _backed_up(platform, tenant)
                outcomes.append(outcome)
                failure = {} if outcome.reason is None else {"failure": outcome.reason}
                progress.done(tenant.slug, proven=outcome.proven, **failure)

        async with _Working(platform, parallel):
            await asyncio.gather(*(work() for _ in range(min(parallel, len(tenants)))))
    return outcomes


async def _backed_up(platform: Platform, tenant: TenantRef) -> _Outcome:
    acts = BackupActs(platform, ACTOR)
    took = await _ended(platform, await acts.take(tenant.id))
    if took.state is not JobState.DONE:
        return _Outcome(tenant.slug, took.state.value, reason=took.error)
    proof = await _ended(platform, UUID(took.result["proof"]))
    return _outcome(tenant.slug, UUID(took.result["backup"]), proof)


async def _verified(platform: Platform, slug: str, backup_id: UUID | None) -> _Outcome:
    _require_store(platform)
    tenant = (await tenant_called(platform, slug)).ref
    if backup_id is None:
        found = await platform.backups.list(tenant.id, 1)
        if not found:
            fail(f"{slug} has no backups. `freehold backups run {slug}` takes one.")
        backup_id = found[0].id
    job = await BackupActs(platform, ACTOR).verify(tenant.id, backup_id)
    async with _Working(platform, 1):
        return _outcome(slug, backup_id, await _ended(platform, job))


async def _pruned(platform: Platform, slugs: Sequence[str]) -> dict[str, int]:
    _require_store(platform)
    acts, deleted = BackupActs(platform, ACTOR), dict[str, int]()
    tenants = [await tenant_called(platform, slug) for slug in slugs] or await all_tenants(platform)
    for tenant in tenants:
        deleted[tenant.ref.slug] = await acts.prune(tenant.ref)
    return deleted


async def _planned(platform: Platform, slug: str, changes: BackupPlanChanges) -> BackupPlanResponse:
    tenant, acts = (await tenant_called(platform, slug)).ref, BackupActs(platform, ACTOR)
    if changes.schedule is UNSET and changes.keep is UNSET:
        return (await acts.list(tenant.id)).plan
    return await acts.change_plan(tenant.id, changes)


class _Working:
    """Executes jobs in this process inside the block, as well as other processes do."""

    def __init__(self, platform: Platform, size: int) -> None:
        platform.tenant_migrator.preload()
        kinds = [kind for kind in platform.job_runner.kinds.values() if kind.name.startswith("backup.")]
        self._runner = JobRunner(platform.jobs, kinds, size=size + 1)

    async def __aenter__(self) -> None:
        self._task = asyncio.create_task(self._runner.run())

    async def __aexit__(self, *_error: object) -> None:
        await self._runner.stop()
        await asyncio.gather(self._task, return_exceptions=True)


async def _ended(platform: Platform, job_id: UUID) -> JobRecord:
    """Wait until a job has ended, or has failed once."""
    while (job := await platform.job_service.get(job_id)).state in _OPEN:
        if job.state is JobState.WAITING and job.error is not None:
            return job
        await asyncio.sleep(_POLLED_EVERY)
    return job


def _outcome(slug: str, backup: UUID, proof: JobRecord) -> _Outcome:
    is_done = proof.state is JobState.DONE
    return _Outcome(slug, proof.state.value, backup, True, is_done, None if is_done else proof.error)


def _require_store(platform: Platform) -> None:
    if not platform.backups.is_configured:
        fail("This installation stores no backups: set BACKUP_URL.")


def _end(outcomes: Sequence[_Outcome], out: Output) -> None:
    if out.is_text or out.mode.value == "document":
        out.one(list(outcomes), lambda: _print_outcomes(outcomes))
    failures = [one for one in outcomes if not one.proven]
    if failures:
        sys.exit(Status.PARTLY if len(failures) < len(outcomes) else Status.FAILED)


def _print_outcomes(outcomes: Sequence[_Outcome]) -> None:
    for one in outcomes:
        if one.proven:
            say(f"{one.slug}: the backup {one.backup} is proven.")
        else:
            warn(f"{one.slug}: {one.reason or one.state}")


def _print_plan(plan: BackupPlanResponse) -> None:
    own = ("", " (its own)")
    say(f"Schedule {plan.schedule}{own[plan.own_schedule]}; kept: {plan.keep}{own[plan.own_keep]}.")
    if plan.next_due_at is not None:
        say(f"The next one is due at {_time(plan.next_due_at)} UTC.")


def _row(one: BackupResponse) -> dict[str, Any]:
    return {
        "id": one.id,
        "taken": _time(one.taken_at),
        "proven": "" if one.proven_at is None else _time(one.proven_at),
        "rows": f"{one.rows:,}",
        "bytes": f"{one.bytes:,}",
        "reason": one.reason,
        "failure": "" if one.failure is UNSET else one.failure,
    }


def _time(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M}"

"""``freehold tenants copy, move, restore`` and ``archive``: what happens to a tenant as a whole."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any, Final
from uuid import UUID

import msgspec
import rich_click as click

from api.cli.completion import tenant_slugs
from api.cli.console import Output, fail, say, with_output
from api.cli.session import ACTOR, load_settings, run, tenant_called, tenant_or_deleted
from api.composition import Platform
from api.number_text import counted
from api.operations.create_tenant import TenantCreation, faults_of
from api.operations.life_cycle_acts import LifeCycleActs
from api.schemas.tenants import NewTenant, ProvisionedResponse, TenantResponse, TenantSource
from central.jobs.records import JobRecord
from central.jobs.runner import JobRunner
from central.jobs.tables import JobState
from tenant_schema.problems import InvalidInput

__all__ = ["archive_tenant", "copy_tenant", "move_tenant", "restore_tenant"]

_Begin = Callable[[LifeCycleActs, UUID], Awaitable[UUID]]
_OPEN: Final = (JobState.WAITING, JobState.RUNNING)
_POLLED_EVERY: Final = 0.3
_slug = click.argument("slug", shell_complete=tenant_slugs)


@click.command("copy")
@_slug
@click.argument("new")
@click.option("--name", help="The display name. Default: that of SLUG.")
@click.option("--domain", help="A label under the base domain, or a full host name. Default: NEW.")
@click.option("--sandbox", is_flag=True, help="Nothing is sent outside for it.")
@click.option("--db-host", help="A configured database server.")
@click.option("--db-port", type=click.IntRange(1, 65535), help="Its port.")
@with_output
def copy_tenant(slug: str, new: str, out: Output, **given: Any) -> None:
    """Create the tenant NEW with everything that the tenant SLUG has, which is served meanwhile."""
    settings = load_settings()
    created = run(settings, partial(_copy, slug=slug, new=new, given=given))
    out.one(created, lambda: say(f"{new} is a copy of {slug}, at {settings.url_of(created.domain)}."))


@click.command("move")
@_slug
@click.option("--db-host", help="The database server to move it to.")
@click.option("--db-port", type=click.IntRange(1, 65535), help="Its port.")
@click.option("--sqlite", is_flag=True, help="Move it into a file of this installation.")
@with_output
def move_tenant(slug: str, db_host: str | None, db_port: int | None, sqlite: bool, out: Output) -> None:
    """Move the tenant SLUG to another database server. It can be read and not written meanwhile.

    Its present database is kept for KEPT_DATABASE_DAYS days.
    """
    if (db_host is None) != sqlite:
        raise click.UsageError("Name either --db-host or --sqlite.")

    def begin(acts: LifeCycleActs, tenant_id: UUID) -> Awaitable[UUID]:
        return acts.move(tenant_id, db_host, db_port, to_sqlite=sqlite)

    moved = run(load_settings(), partial(_carry_out, slug=slug, begin=begin, out=out))
    out.one(moved, lambda: say(f"{slug} is on {moved.db_server} now, in {moved.db_name}."))


@click.command("restore")
@_slug
@click.option("--backup", type=click.UUID, help="A backup of it: `freehold backups list SLUG`.")
@click.option("--kept", type=click.UUID, help="A database that it had before.")
@click.option("--as", "new_slug", metavar="NEW", help="Another slug for a deleted tenant.")
@click.option("--domain", help="Another primary host name for a deleted tenant.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@with_output
def restore_tenant(
    slug: str,
    backup: UUID | None,
    kept: UUID | None,
    new_slug: str | None,
    domain: str | None,
    yes: bool,
    out: Output,
) -> None:
    """Put a backup, or a database that it had, in the place of the database of the tenant SLUG.

    What it has now is kept for KEPT_DATABASE_DAYS days. With neither option, an archived or deleted tenant
    is brought back; SLUG may be the id of a deleted one.
    """
    settings = load_settings()
    if (backup is not None or kept is not None) and not yes:
        _ask(slug, settings.kept_database_days)

    async def begin(acts: LifeCycleActs, tenant_id: UUID) -> UUID:
        job, names = await acts.restore_any(tenant_id, backup=backup, kept=kept, slug=new_slug, domain=domain)
        if names is not None and names.left_out and out.is_text:
            click.echo(f"  left out, since others have them: {', '.join(names.left_out)}", err=True)
        return job

    restored = run(settings, partial(_carry_out, slug=slug, begin=begin, out=out))
    out.one(restored, lambda: say(f"{restored.slug} is served from {restored.db_name} now."))


@click.command("archive")
@_slug
@with_output
def archive_tenant(slug: str, out: Output) -> None:
    """Archive the tenant SLUG: a proven backup is kept, and its database dropped."""
    archived = run(load_settings(), partial(_carry_out, slug=slug, begin=LifeCycleActs.archive, out=out))
    out.one(archived, lambda: say(f"{slug} is archived; `freehold tenants restore {slug}` brings it back."))


def _ask(slug: str, days: int) -> None:
    """End the command unless the slug is typed at a terminal."""
    if not sys.stdin.isatty():
        fail(f"What {slug} has now will not be served any more. Use --yes to restore without asking.", 2)
    click.echo(f"What {slug} has now will not be served any more. It is kept for {counted(days, 'day')}.")
    if click.prompt("Type its slug to continue", default="", show_default=False) != slug:
        fail("Nothing was restored.")


async def _copy(platform: Platform, slug: str, new: str, given: dict[str, Any]) -> ProvisionedResponse:
    source = (await tenant_called(platform, slug)).ref
    wanted = NewTenant(
        name=given["name"] or source.name,
        slug=new,
        primary_domain=given["domain"] or new,
        db_host=given["db_host"],
        db_port=given["db_port"],
        source=TenantSource(tenant=source.id),
        sandbox=given["sandbox"],
    )
    if problems := list(faults_of(msgspec.to_builtins(wanted), platform.settings.base_domains)):
        raise InvalidInput(problems)
    platform.tenant_migrator.preload()
    response = await TenantCreation(platform, None, ACTOR).run(wanted, None)
    return msgspec.convert(response.body, ProvisionedResponse)


async def _carry_out(platform: Platform, slug: str, begin: _Begin, out: Output) -> TenantResponse:
    """Begin an operation, and execute its job in this process unless another one is faster."""
    tenant = (await tenant_or_deleted(platform, slug)).ref
    platform.tenant_migrator.preload()
    job_id = await begin(LifeCycleActs(platform, ACTOR), tenant.id)
    runner = JobRunner(platform.jobs, platform.job_runner.kinds.values(), size=3)
    task = asyncio.create_task(runner.run())
    try:
        ended = await _ended(platform, job_id, out)
    finally:
        await runner.stop()
        await asyncio.gather(task, return_exceptions=True)
    if ended.state is not JobState.DONE:
        fail(f"It was undone: {ended.error or ended.state.value}")
    return TenantResponse.of(await platform.registry.record(tenant.id))


async def _ended(platform: Platform, job_id: UUID, out: Output) -> JobRecord:
    """Report each step, and the rows while there are some, until the job has ended."""
    shown, rows = 0, 0
    while True:
        job = await platform.job_service.get(job_id)
        steps = await platform.job_service.steps(job_id)
        for step in steps[shown:]:
            _report(out, step.name, None, None)
        shown = len(steps)
        if job.state not in _OPEN:
            return job
        if job.unit == "rows" and job.done != rows and steps:
            rows = job.done
            _report(out, steps[-1].name, rows, job.total)
        await asyncio.sleep(_POLLED_EVERY)


def _report(out: Output, step: str, rows: int | None, of: int | None) -> None:
    out.event(event="step", name=step, rows=rows, of=of)
    if out.is_text:
        count = "" if rows is None else f": {rows:,}" + ("" if of is None else f" of {of:,}") + " rows"
        click.echo(f"  {step}{count}", err=True)

"""``freehold doctor``: checks the installation and reports how to correct problems."""

import asyncio
import sys

import rich_click as click

from api.checkup.attestation import check_attestation
from api.checkup.backups import check_backups
from api.checkup.central import check_central, check_keys, check_servers
from api.checkup.domains import check_domains
from api.checkup.files import check_files
from api.checkup.finding import Finding, fine
from api.checkup.jobs import check_jobs
from api.checkup.mail import check_mail
from api.checkup.settings import check_settings
from api.checkup.tenants import check_tenants
from api.checkup.upgrades import check_upgrades
from api.cli.completion import tenant_slugs
from api.cli.console import Output, say, with_output
from api.cli.progress import tally
from api.cli.session import ENV_FILE, all_tenants, load_settings, run, tenant_called
from api.cli.statuses import Status
from api.composition import Platform
from api.number_text import counted

__all__ = ["doctor"]

_MANY = 10
_MARKS = {"ok": ("✓", "green"), "warning": ("!", "yellow"), "error": ("✗", "red")}


@click.command()
@click.argument("tenants", nargs=-1, metavar="[TENANT]...", shell_complete=tenant_slugs)
@with_output
def doctor(tenants: tuple[str, ...], out: Output) -> None:
    """Check settings, files, mail, databases, keys, jobs, and all tenants or those named.

    Changes nothing. Each finding says how to correct it. The exit status is 1 if there are errors.
    """
    settings = load_settings()
    found = check_settings(settings)
    can_connect = not any(one.level == "error" for one in found)
    found += check_files(settings, ENV_FILE)
    found += asyncio.run(check_mail(settings))
    if can_connect:
        found += run(settings, lambda platform: _check(platform, tenants, out), is_migrating=True)
    out.many(found, "Findings", [], ()) if not out.is_text else _print(found)
    if any(one.level == "error" for one in found):
        sys.exit(Status.FAILED)


async def _check(platform: Platform, slugs: tuple[str, ...], out: Output) -> list[Finding]:
    found = await check_central(platform)
    found += await check_servers(platform)
    if found[0].level == "error":  # nothing else can be checked without it
        return found
    found += await check_keys(platform)
    found += await check_jobs(platform)
    found += await check_backups(platform)
    found += await check_domains(platform.registry.seals)
    found += await check_attestation(platform)
    found += await check_upgrades(platform)
    if slugs:
        tenants = [(await tenant_called(platform, slug)).ref for slug in dict.fromkeys(slugs)]
    else:
        tenants = [one.ref for one in await all_tenants(platform)]
    with tally(out, "tenant", "Checking tenants", len(tenants)) as progress:
        return found + await check_tenants(platform, tenants, progress.done)


def _print(found: list[Finding]) -> None:
    for one in _summed_up(found):
        mark, color = _MARKS[one.level]
        click.echo(f"{click.style(mark, fg=color)} {one.about}: {one.message}")
        if one.remedy:
            click.echo(f"    → {one.remedy}")
    errors = sum(one.level == "error" for one in found)
    warnings = sum(one.level == "warning" for one in found)
    say(f"\n{len(found)} checks, {errors} errors, {warnings} warnings.")


def _summed_up(found: list[Finding]) -> list[Finding]:
    """Return the findings with many healthy tenants combined into one."""
    healthy = [one for one in found if one.level == "ok" and one.about.startswith("tenant ")]
    if len(healthy) <= _MANY:
        return found
    rest = [one for one in found if one not in healthy]
    return [
        *rest,
        fine(counted(len(healthy), "tenant"), "Databases open, and are what the definitions say."),
    ]

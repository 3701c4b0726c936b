"""``freehold doctor``: looks at everything, and says how to mend what is wrong."""

import sys

import rich_click as click

from api.checkup.central import check_central, check_keys, check_servers
from api.checkup.files import check_files
from api.checkup.finding import Finding, fine
from api.checkup.settings import check_settings
from api.checkup.tenants import check_tenants
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
    """Look at settings, files, databases, keys, the journal, and all tenants, or those named.

    Changes nothing. Ends with status 1 when something does not work; each finding says how to mend it.
    """
    settings = load_settings()
    found = check_settings(settings)
    can_connect = not any(one.level == "error" for one in found)
    found += check_files(settings, ENV_FILE)
    if can_connect:
        found += run(settings, lambda platform: _look(platform, tenants, out), is_migrating=True)
    out.many(found, "Findings", [], ()) if not out.is_text else _tell(found)
    if any(one.level == "error" for one in found):
        sys.exit(Status.FAILED)


async def _look(platform: Platform, slugs: tuple[str, ...], out: Output) -> list[Finding]:
    found = await check_central(platform)
    found += await check_servers(platform)
    if found[0].level == "error":  # without it, nothing else can be found out
        return found
    found += await check_keys(platform)
    if slugs:
        tenants = [(await tenant_called(platform, slug)).ref for slug in dict.fromkeys(slugs)]
    else:
        tenants = [one.ref for one in await all_tenants(platform)]
    with tally(out, "tenant", "Looking at tenants", len(tenants)) as told:
        return found + await check_tenants(platform, tenants, told.done)


def _tell(found: list[Finding]) -> None:
    for one in _summed_up(found):
        mark, color = _MARKS[one.level]
        click.echo(f"{click.style(mark, fg=color)} {one.about}: {one.message}")
        if one.mend:
            click.echo(f"    → {one.mend}")
    errors = sum(one.level == "error" for one in found)
    warnings = sum(one.level == "warning" for one in found)
    say(f"\n{len(found)} looked at, {errors} wrong, {warnings} to look after.")


def _summed_up(found: list[Finding]) -> list[Finding]:
    """The findings, with many tenants that are well as one."""
    well = [one for one in found if one.level == "ok" and one.about.startswith("tenant ")]
    if len(well) <= _MANY:
        return found
    rest = [one for one in found if one not in well]
    return [
        *rest,
        fine(counted(len(well), "tenant"), "Databases open, and are what the definitions say."),
    ]

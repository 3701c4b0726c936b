"""``freehold tenants``: the tenants there are, and settling what a crash left open."""

import sys

import rich_click as click

from api.cli.console import json_option, print_json, print_table, say
from api.cli.session import load_settings, run
from api.composition import Platform
from api.schemas.tenants import TenantAnswer
from central.provisioning.reconcile import Report

__all__ = ["tenants"]

_PAGE = 200
_COLUMNS = ("slug", "status", "name", "domain", "database", "id")


@click.group()
def tenants() -> None:
    """Tenants, as this installation has them."""


@tenants.command("list")
@json_option
def _list_tenants(as_json: bool) -> None:
    """Show all tenants, the newest first."""
    found = run(load_settings(), _all)
    if as_json:
        print_json(found)
    else:
        print_table("Tenants", [_row(tenant) for tenant in found], _COLUMNS)


@tenants.command("reconcile")
@json_option
def _reconcile_tenants(as_json: bool) -> None:
    """Undo half-made tenants and finish half-deleted ones that nobody is at work on any more.

    Freehold does the same when it starts and while it serves. Ends with status 1 when something could not be
    settled.
    """
    report = run(load_settings(), _reconcile)
    if as_json:
        print_json(report)
    else:
        _tell(report)
    if report.failed:
        sys.exit(1)


async def _all(platform: Platform) -> list[TenantAnswer]:
    found: list[TenantAnswer] = []
    cursor = None
    while True:
        page = await platform.registry.page(_PAGE, cursor)
        found += map(TenantAnswer.of, page.items)
        if page.next is None:
            return found
        cursor = page.next


async def _reconcile(platform: Platform) -> Report:
    platform.tenant_migrator.preload()
    return await platform.provisioning.reconcile()


def _row(tenant: TenantAnswer) -> dict[str, object]:
    return {
        "slug": tenant.slug,
        "status": tenant.status,
        "name": tenant.name,
        "domain": tenant.domain,
        "database": f"{tenant.db_name} on {tenant.db_server}",
        "id": tenant.tenant_id,
    }


def _tell(report: Report) -> None:
    for what, slugs in (
        ("Undone", report.undone),
        ("Deleted", report.finished),
        ("Not settled", report.failed),
    ):
        if slugs:
            say(f"{what}: {', '.join(slugs)}.")
    if report == Report():
        say("There was nothing to settle.")

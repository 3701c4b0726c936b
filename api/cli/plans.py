"""``freehold plans``: what tenants may use."""

from typing import Any

import msgspec
import rich_click as click

from api.cli.console import Output, say, with_output
from api.cli.session import ACTOR, load_settings, run
from api.composition import Platform
from api.operations.plan_acts import PlanActs, plan_faults
from api.schemas.plans import TenantPlanBody, TenantPlanResponse
from api.schemas.tenants import Deleted
from tenant_schema.problems import InvalidInput

__all__ = ["plans"]

_COLUMNS = ("plan", "requests/s", "burst", "concurrent", "rows", "storage", "users", "objects", "tenants")
_name = click.argument("name", metavar="PLAN")


@click.group("plans")
def plans() -> None:
    """What tenants may use: requests, rows, storage, users, objects."""


@plans.command("list")
@with_output
def _list_plans(out: Output) -> None:
    """List all plans, by name."""
    found = run(load_settings(), _all)
    out.many(found, "Plans", [_row(one) for one in found], _COLUMNS)


@plans.command("set")
@_name
@click.option("--requests", type=click.IntRange(1, 1_000_000), help="Requests a second.")
@click.option("--burst", type=click.IntRange(1, 10_000_000), help="Requests at once, after a time without.")
@click.option("--concurrent", type=click.IntRange(1, 1_000_000), help="Requests at the same time.")
@click.option("--rows", type=click.IntRange(0, 10**12), help="Records of all objects.")
@click.option("--storage", type=click.IntRange(0, 10**15), help="Bytes of the database.")
@click.option("--users", type=click.IntRange(0, 100_000_000), help="Active users.")
@click.option("--objects", type=click.IntRange(0, 100_000), help="Objects, standard ones included.")
@with_output
def _set_plan(name: str, out: Output, **given: Any) -> None:
    """Create the PLAN, or replace its limits. What is not given has no limit."""
    body = TenantPlanBody(
        requests_per_second=given["requests"],
        burst=given["burst"],
        concurrent_requests=given["concurrent"],
        rows=given["rows"],
        storage_bytes=given["storage"],
        users=given["users"],
        objects=given["objects"],
    )
    put = run(load_settings(), lambda platform: _put(platform, name, body))
    out.one(put, lambda: say(f"{put.plan} applies to {put.tenants} tenants."))


@plans.command("delete")
@_name
@with_output
def _delete_plan(name: str, out: Output) -> None:
    """Delete the PLAN, which no tenant may have."""
    run(load_settings(), lambda platform: _acts(platform).delete(name))
    out.one(Deleted(success=True), lambda: say(f"Deleted the plan {name}."))


def _row(plan: TenantPlanResponse) -> dict[str, object]:
    values = (
        *(plan.requests_per_second, plan.burst, plan.concurrent_requests, plan.rows),
        *(plan.storage_bytes, plan.users, plan.objects),
    )
    texts = ["" if value is None else f"{value:,}" for value in values]
    return dict(zip(_COLUMNS, [plan.plan, *texts, str(plan.tenants)], strict=True))


def _acts(platform: Platform) -> PlanActs:
    return PlanActs(platform.plans, platform.registry, ACTOR)


async def _all(platform: Platform) -> list[TenantPlanResponse]:
    return [TenantPlanResponse.of(*one) for one in await platform.plans.all()]


async def _put(platform: Platform, name: str, body: TenantPlanBody) -> TenantPlanResponse:
    problems = plan_faults(msgspec.to_builtins(body))
    if problems:
        raise InvalidInput(problems)
    return TenantPlanResponse.of(*await _acts(platform).put(body.limits(name)))

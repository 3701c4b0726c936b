"""A process killed at any point of any change: afterwards all agrees and no data is lost."""

import datetime as dt
import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tenant_schema.objects.changes.recovery import Recovery
from tenant_schema.objects.errors import ObjectNotFound
from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.objects.model.model import ObjectModel
from tenant_schema.objects.tables import SchemaChange
from tenant_schema.tenant_cache import DEFINITIONS, VersionedCache
from tests.support.thoroughly import times
from tests.tenant_schema.objects.changes.conftest import ON_MARIADB
from tests.tenant_schema.objects.changes.scenarios import SCENARIOS
from tests.tenant_schema.objects.changes.worlds import RECORDS, SCOPE, Config, Tenant

ROOT = Path(__file__).parents[4]
Dying = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def dying() -> Iterator[Dying]:
    """Runs a change in another process, which is killed at a point."""
    command = [sys.executable, "-m", "tests.tenant_schema.objects.changes.dying"]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdin
        assert process.stdout

        def die(**order: Any) -> dict[str, Any]:
            process.stdin.write(json.dumps(order) + "\n")
            process.stdin.flush()
            return json.loads(process.stdout.readline())

        yield die
        process.stdin.close()


async def model_of(tenant: Tenant, name: str) -> ObjectModel | None:
    tenant.catalog.forget(SCOPE)
    try:
        return await tenant.model(name)
    except ObjectNotFound:
        return None


async def assert_kept(tenant: Tenant, model: ObjectModel) -> None:
    """Every value of every field that is still there is what it was, whatever its type is now."""
    fields = [one for one in RECORDS[0] if one in model.fields]
    found = await tenant.rows(model.name, *fields)
    assert [[_plain(row[one]) for one in fields] for row in found] == [
        [row[one] for one in fields] for row in RECORDS
    ]


def _plain(value: Any) -> Any:
    return value.date() if isinstance(value, dt.datetime) else value


EVERY = times(3, 1)
"""At every third point; on the servers at others than on SQLite."""


def first_point(config: Config) -> int:
    return 0 if "path" in config else EVERY - 1


ON_MYSQL = ("add lookup", "change type")
"""MySQL's journal is MariaDB's; these are where its DDL differs."""
RUNS = [(kind, one) for kind in ("sqlite", "mariadb") for one in SCENARIOS]
RUNS += [("mysql", one) for one in ON_MYSQL]


@pytest.mark.parametrize(("database", "scenario"), RUNS, indirect=["database"])
async def test_killed_at_any_point(
    tenant: Tenant, database: Config, dying: Dying, name: str, scenario: str
) -> None:
    die_at, killed, happened = first_point(database), True, False
    while killed:
        its = f"{name}_{die_at}"
        await tenant.things(its, searched=SCENARIOS[scenario].searched)
        told = dying(config=database, scenario=scenario, name=its, die_at=die_at)
        killed = told["killed"]
        assert killed or not told["points"][-1].startswith("failed"), told
        await tenant.service.recover(SCOPE)
        where = (its, told)
        assert await tenant.drift() == [], where
        assert not await SchemaChange.exists().where(SchemaChange.state.not_in(["done", "undone"])), where
        model = await model_of(tenant, its)
        other = await model_of(tenant, f"{its}_new")
        happened = SCENARIOS[scenario].has_happened(model, other)
        for one in (model, other if scenario == "rename object" else None):
            if one is not None:
                await assert_kept(tenant, one)
        for one in (other, model):
            if one is not None:
                await tenant.drop(one.name, one.name)
        die_at += EVERY
    assert die_at > 2
    assert happened, "the last one was not killed"


@ON_MARIADB
async def test_whoever_reads_the_definitions_next_finishes_it(
    tenant: Tenant, database: Config, dying: Dying, name: str
) -> None:
    await tenant.things(name)
    told = dying(config=database, scenario="add lookup", name=name, die_at=3)
    assert told["killed"]
    assert await tenant.drift() != []
    restarted = Catalog(VersionedCache(DEFINITIONS), Recovery())
    assert "extra" in (await restarted.get(SCOPE, name)).fields
    assert await tenant.drift() == []
    await tenant.drop(name, name)

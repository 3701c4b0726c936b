"""While a deleted tenant's database is still there, restoring takes the deletion back."""

from pathlib import Path

import pytest

from central.database import CENTRAL
from central.jobs.pipeline import Moment
from central.lifecycle.replacement import LifeCycleParts
from central.lifecycle.service import LifeCycle
from central.registry.tables import DeletedTenant
from piccolo_engines.errors import ConnectionLost
from tests.api.conftest import ON_MARIADB, World
from tests.api.lifecycle.test_archived import DEALS, backed_up
from tests.api.lifecycle.test_copies import fill, names
from tests.api.lifecycle.test_deleted import (
    NEW_ACME,
    deleted,
    newest_job,
    objects_of,
    path_of,
    restore,
    settle,
    world,
)
from tests.api.scenarios import assert_problem

__all__ = ["world"]  # a fixture


class Stopping:
    """An observer that fails whatever comes behind a step."""

    def __init__(self, last: str) -> None:
        self.last, self.is_behind = last, False

    async def before(self, _moment: Moment) -> None:
        if self.is_behind:
            raise ConnectionLost

    async def after(self, moment: Moment) -> None:
        self.is_behind = self.is_behind or moment.step == self.last


async def run_until_behind(world: World, step: str) -> None:
    """Run jobs until a life cycle's step is done; nothing behind it is."""
    observer, platform = Stopping(step), world.platform
    parts = platform.life_cycle._parts
    lifecycle = LifeCycleParts(parts, platform.vault, parts.contents, platform.backups)  # type: ignore[arg-type]
    kinds = dict(platform.job_runner.kinds)
    kinds |= {one.name: one for one in LifeCycle(lifecycle, platform.jobs, observer).kinds}
    for _ in range(8):
        if not observer.is_behind:
            await world.run_jobs(*kinds.values())
    assert observer.is_behind


@ON_MARIADB
async def test_a_deletion_is_taken_back_while_the_database_is_there(world: World, tmp_path: Path) -> None:
    """Minutes after a mistake: it is the same database, with its sessions, and no archive is waited for."""
    await fill(world)
    user = await world.user()
    acme = await deleted(world, settled=False)
    begun = await world.operator().post(f"{path_of(acme)}/restore", json={})
    assert begun.status_code == 202, begun.text
    assert (begun.json()["slug"], begun.json()["domain"]) == ("acme", "acme.localhost")
    assert await names(user) == DEALS  # at once
    assert (await world.tenant("acme")).status == "read-only"
    await settle(world, "tenant.take-back")
    back = await world.tenant("acme")
    assert (back.id, back.status, back.db_name) == (acme.id, "active", acme.db_name)
    assert (await user.post("/api/v1/data/deals", json={"name": "After"})).status_code == 201
    assert (await newest_job(world, "tenant.keep"))["state"] == "cancelled"
    assert objects_of(tmp_path / "backups", "/deleted") == []
    with CENTRAL.bind(world.platform.central_engine):
        assert not await DeletedTenant.exists()
    await deleted(world)  # and again: this time its archive is kept
    await restore(world, acme)
    assert "After" in await names(await world.user())


async def test_a_deletion_is_taken_back_behind_each_step_until_the_database_is_forgotten(
    world: World, tmp_path: Path
) -> None:
    """The job that keeps the archive is stopped there; what it did is taken back, too."""
    await fill(world, 3)
    for last in ("build fence", "prove archive", "mark in store"):
        acme = await deleted(world, settled=False)
        await run_until_behind(world, last)
        begun = await world.operator().post(f"{path_of(acme)}/restore", json={})
        assert begun.status_code == 202, (last, begun.text)
        await settle(world, "tenant.take-back")
        world.tokens.clear()
        user = await world.user()
        assert (await user.post("/api/v1/data/deals", json={"name": last})).status_code == 201
        assert (await newest_job(world, "tenant.keep"))["state"] == "cancelled"
        assert objects_of(tmp_path / "backups", "/deleted") == []


@pytest.mark.parametrize("act", ["suspend", "read-only"])
async def test_it_gets_the_status_back_that_it_had(world: World, act: str) -> None:
    operator, acme = world.operator(), await world.tenant("acme")
    changed = await operator.post(f"{path_of(acme)}/{act}")
    former = changed.json()["status"]
    await deleted(world, settled=False)
    assert (await operator.post(f"{path_of(acme)}/restore", json={})).status_code == 202
    await settle(world, "tenant.take-back")
    assert (await world.tenant("acme")).status == former
    assert (await operator.post(f"{path_of(acme)}/resume")).status_code == 200
    user = await world.user()
    assert (await user.post("/api/v1/data/accounts", json={"name": "After"})).status_code == 201


async def test_a_deletion_is_not_taken_back_under_names_of_others(world: World) -> None:
    acme = await deleted(world, settled=False)
    assert (await world.operator().post("/setup/tenants", json=NEW_ACME)).status_code == 201
    assert_problem(await world.operator().post(f"{path_of(acme)}/restore", json={}), "slug-taken")
    other = {"slug": "acme-old", "primaryDomain": "acme-old"}
    begun = await world.operator().post(f"{path_of(acme)}/restore", json=other)
    assert (begun.status_code, begun.json()["slug"]) == (202, "acme-old")
    await settle(world, "tenant.take-back")
    assert (await world.tenant("acme-old")).id == acme.id
    assert (await world.client("acme-old.localhost").get("/api/v1/tenant")).status_code == 200


async def test_a_backup_is_restored_only_when_the_deletion_is_complete(world: World) -> None:
    backup = await backed_up(world)
    acme = await deleted(world, settled=False)
    early = await world.operator().post(f"{path_of(acme)}/restore", json={"backup": backup})
    assert_problem(early, "operation-running")

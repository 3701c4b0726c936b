"""The pool: tenants get databases that were prepared, and an interruption at any moment leaves nothing."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from central.jobs.owner import Owner
from central.jobs.pipeline import Moment
from central.provisioning.pool import TenantPool
from central.servers import DatabaseExists
from central.tables import PreparedDatabase, PreparedState, Tenant
from piccolo_engines.columns import new_id
from piccolo_engines.errors import DatabaseMissing
from tests.central.provisioning.world import CREATION, DEAD, Halt, PowerCut, Process, World, request

OTHER = replace(Owner.current(), pid=1)
"""A process that is alive."""


def interrupted(what: Callable[..., Any], *, when: str) -> Callable[..., Any]:
    """The coroutine function, with a process that ends before it or after it."""

    async def until_power_is_cut(*args: object, **kwargs: object) -> Any:
        if when == "after":
            await what(*args, **kwargs)
        raise PowerCut

    return until_power_is_cut


async def filled(world: World, size: int = 1, owner: Owner | None = None) -> Process:
    """A process that has filled the pool."""
    world.pool_size = size
    process = world.process(owner=owner)
    assert await process.pool.fill() == size
    return process


def prepared_files(world: World) -> list[str]:
    return [name for name in world.files() if "_pool_" in name and name.endswith(".sqlite")]


async def test_a_tenant_gets_a_prepared_database_and_the_names_of_any_other(world: World) -> None:
    process = await filled(world)
    assert len(prepared_files(world)) == 1
    halt = Halt("never", "", PowerCut())
    created = await world.process(halt).provisioning.create(request())
    assert created.tenant.db_name == "tenant_acme"
    assert prepared_files(world) == []
    await world.assert_complete(process, created.tenant)
    skipped = [moment.step for moment in halt.seen if moment.is_skipped]
    assert {"migrate", "seed access"} <= set(skipped)
    assert [row["state"] for row in await PreparedDatabase.select()] == [PreparedState.TAKEN]
    assert await process.pool.fill() == 1
    assert [row["state"] for row in await PreparedDatabase.select()] == [PreparedState.READY]
    assert await process.pool.fill() == 0


async def test_what_a_tenant_takes_is_not_filled_again_before_the_tenant_is_there(world: World) -> None:
    process = await filled(world)
    halt = Halt("never", "", PowerCut())
    states: list[list[str]] = []

    async def fill_meanwhile(moment: Moment) -> None:
        assert await process.pool.fill() == 0
        states.append([row["state"] for row in await PreparedDatabase.select()])

    halt.before = fill_meanwhile  # type: ignore[method-assign]
    created = await world.process(halt).provisioning.create(request())
    await world.assert_complete(process, created.tenant)
    assert states == [[PreparedState.READY]] + [[PreparedState.TAKEN]] * (len(CREATION) - 1)


async def test_without_a_prepared_database_a_tenant_is_created_as_ever(world: World) -> None:
    world.pool_size = 1
    process = world.process()
    created = await process.provisioning.create(request())
    await world.assert_complete(process, created.tenant)


async def test_a_prepared_database_that_is_broken_does_not_matter(world: World) -> None:
    process = await filled(world)
    (file,) = prepared_files(world)
    (world.directory / file).unlink()
    created = await process.provisioning.create(request())
    await world.assert_complete(process, created.tenant)
    await process.provisioning.reconcile()
    assert await PreparedDatabase.count() == 0


async def test_the_database_of_somebody_else_is_left_alone(world: World) -> None:
    process = await filled(world)
    (file,) = prepared_files(world)
    (world.directory / "tenant_acme.sqlite").write_bytes(b"theirs")
    with pytest.raises(DatabaseExists):
        await process.provisioning.create(request())
    assert [name for name in world.files() if name.endswith(".sqlite")] == [file, "tenant_acme.sqlite"]
    assert (world.directory / "tenant_acme.sqlite").read_bytes() == b"theirs"


async def test_two_processes_prepare_each_place_once_and_give_each_database_to_one_tenant(
    world: World,
) -> None:
    world.pool_size = 2
    one, other = world.process(), world.process(owner=OTHER)
    assert sum(await asyncio.gather(one.pool.fill(), other.pool.fill())) == 2
    assert len(prepared_files(world)) == 2
    created = await asyncio.gather(
        *(process.provisioning.create(request(slug)) for process, slug in ((one, "acme"), (other, "beta")))
    )
    for tenant in created:
        await world.assert_complete(one, tenant.tenant)
    assert prepared_files(world) == []
    assert [row["state"] for row in await PreparedDatabase.select()] == [PreparedState.TAKEN] * 2
    assert sum(await asyncio.gather(one.pool.fill(), other.pool.fill())) == 2


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("what", ["create_database", "create", "access"])
async def test_a_process_that_dies_while_it_prepares_leaves_nothing(
    world: World, what: str, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.pool_size = 1
    process = world.process(owner=DEAD)
    monkeypatch.setattr(TenantPool, "_drop", interrupted(TenantPool._drop, when="before"))
    with monkeypatch.context() as patch:
        if what == "access":
            seed = replace(world.seed, access=interrupted(world.seed.access, when=when))
            patch.setattr(process.pool, "_seed", seed)
        else:
            owner = world.server if what == "create_database" else world.migrator
            patch.setattr(owner, what, interrupted(getattr(owner, what), when=when))
        with pytest.raises(PowerCut):
            await process.pool.fill()
    monkeypatch.undo()
    assert await PreparedDatabase.count() == 1
    world.pool_size = 0
    report = await world.process().provisioning.reconcile()
    assert len(report.dropped) == 1
    assert await world.residue() == {}


@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_process_that_dies_while_a_tenant_takes_one_leaves_nothing(
    world: World, when: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(world)
    process = world.process(owner=DEAD)
    with monkeypatch.context() as patch:
        adopt = interrupted(world.server.adopt_database, when=when)
        patch.setattr(world.server, "adopt_database", adopt)
        with pytest.raises(PowerCut):
            await process.provisioning.create(request())
    report = await world.process().provisioning.reconcile()
    assert report.undone == ("acme",)
    assert await world.residue() == {}


async def test_a_process_that_dies_before_the_tenant_is_reserved_has_taken_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    await filled(world)
    process = world.process(owner=DEAD)
    monkeypatch.setattr(process.pool, "take", interrupted(process.pool.take, when="after"))
    with pytest.raises(PowerCut):
        await process.provisioning.create(request())
    assert await Tenant.count() == 0
    assert [row["state"] for row in await PreparedDatabase.select()] == [PreparedState.READY]


@pytest.mark.parametrize("step", ["reserve", "activate"])
async def test_what_was_taken_by_a_process_that_died_is_dropped(world: World, step: str) -> None:
    await filled(world)
    with pytest.raises(PowerCut):
        await world.process(Halt("after", step, PowerCut()), owner=DEAD).provisioning.create(request())
    report = await world.process().provisioning.reconcile()
    assert report.undone == (("acme",) if step == "reserve" else ())
    assert len(report.dropped) == 1
    assert await PreparedDatabase.count() == 0
    assert prepared_files(world) == []


async def test_passwords_are_hashed_ahead_and_given_away_once(world: World) -> None:
    seen: list[str] = []

    async def hashing(password: str) -> str:
        seen.append(password)
        return f"hash of {password}"

    world.seed = replace(world.seed, hashing=hashing)
    process = await filled(world, 2)
    assert (len(set(seen)), len(seen[0])) == (2, 24)
    ahead = list(seen)
    created = [await process.provisioning.create(request(slug)) for slug in ("acme", "beta", "gamma")]
    assert [one.admin.password for one in created] == seen
    assert seen[:2] == ahead, "the third was hashed when it was needed"
    hashes = [await one.admin.hashed for one in created if one.admin.hashed is not None]
    assert hashes == [f"hash of {password}" for password in seen]
    given = await process.provisioning.create(request("delta", admin_password="of their own"))
    assert (given.admin.password, seen[3:]) == ("of their own", ["of their own"])


async def test_a_password_that_cannot_be_hashed_ahead_is_hashed_later(world: World) -> None:
    async def busy(_: str) -> str:
        raise RuntimeError("too many hashes at the same time")

    world.seed = replace(world.seed, hashing=busy)
    process = await filled(world)
    made = process.pool.passwords.take()
    assert (len(made.password), made.hashed) == (24, None)
    assert made.password not in repr(made)


async def test_a_tenant_that_fails_later_gives_nothing_back_to_the_pool(world: World) -> None:
    await filled(world)
    process = world.process(Halt("before", "create user", RuntimeError()))
    with pytest.raises(Exception, match="create user"):
        await process.provisioning.create(request())
    assert await world.residue() == {}


async def test_what_is_too_much_or_of_another_level_is_dropped(world: World) -> None:
    process = await filled(world, 3)
    await PreparedDatabase.update({PreparedDatabase.level: "older"}).where(
        PreparedDatabase.place == "sqlite#0"
    )
    assert await process.pool.take("other:3306", new_id()) is None
    process.pool.size = 2
    assert len((await process.provisioning.reconcile()).dropped) == 2
    rows = await PreparedDatabase.select()
    assert [(row["place"], row["state"]) for row in rows] == [("sqlite#1", PreparedState.READY)]
    assert len(prepared_files(world)) == 1


async def test_what_another_process_is_preparing_is_left_alone(world: World) -> None:
    row = PreparedDatabase(place="sqlite#0", database_server="sqlite", db_name="tenant__pool_1", level="")
    row.owner = str(Owner.current())
    await PreparedDatabase.insert(row)
    assert (await world.process(owner=OTHER).provisioning.reconcile()).dropped == ()
    world.pool_size = 1
    assert await world.process().pool.fill() == 0


async def test_a_pool_that_cannot_be_filled_is_tried_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refuses(_: str) -> None:
        raise DatabaseMissing

    world.pool_size = 1
    process = world.process()
    with monkeypatch.context() as patch:
        patch.setattr(world.server, "create_database", refuses)
        assert await process.pool.fill() == 0
    assert await PreparedDatabase.count() == 0
    assert await process.pool.fill() == 1

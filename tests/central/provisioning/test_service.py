"""Making and deleting tenants: whole or not at all, whichever step fails, however many want the same name."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from central.database import CENTRAL
from central.errors import DomainTaken, InvalidSlug, ReservedSlug, SlugTaken, TenantNotFound, WrongStatus
from central.jobs.tables import Job, JobStep
from central.provisioning.errors import CreationFailed, DeletionFailed
from central.servers import DatabaseExists, DatabaseServers, UnknownServer, UserExists
from central.servers.credentials import Credentials
from central.tables import TenantStatus
from central.tenancy.engines import TenantGone
from tests.central.provisioning.world import (
    CREATION,
    DEAD,
    DELETION,
    Fault,
    Halt,
    PowerCut,
    ServerWithUsers,
    World,
    request,
)
from tests.support.waiting import until


class Broken(Exception):
    """Something that nobody foresaw, with a secret in its message."""

    def __init__(self) -> None:
        super().__init__("password=hunter2 at /var/lib/secret")


def moments(steps: Sequence[str]) -> list[tuple[str, str]]:
    """Before and after each step; after the last one there is nothing left that could fail."""
    return [(when, step) for when in ("before", "after") for step in steps][:-1]


async def test_a_new_tenant_is_active_and_complete(world: World):
    process = world.process()
    made = await process.provisioning.create(request("acme"))
    assert (made.tenant.slug, made.tenant.status, made.tenant.db_name) == ("acme", "active", "tenant_acme")
    assert world.files()[0] == "tenant_acme.sqlite"
    await world.assert_complete(process, made.tenant)
    assert await world.open_runs() == []


async def test_its_secrets_are_returned_once_and_shown_nowhere(world: World):
    made = await world.process().provisioning.create(request("acme"))
    assert len(made.admin.password) == 24
    assert made.admin.password not in repr(made)
    if isinstance(world.server, ServerWithUsers):
        assert world.server.users == {"tenant_acme_user": (made.db_password, "tenant_acme")}
        assert str(made.db_password) not in repr(made)
        login = await Credentials(world.vault).login(made.tenant.id)
        assert login is not None
        assert (login.username, login.password()) == (made.db_username, made.db_password)
    else:
        assert (made.db_username, made.db_password) == (None, None)


async def test_the_administrator_is_who_was_asked_for(world: World):
    wanted = request("acme", admin_email="ada@acme.example", admin_password="correct horse")
    made = await world.process().provisioning.create(wanted)
    assert (made.admin.email, made.admin.password) == ("ada@acme.example", "correct horse")


async def test_hyphens_stay_in_the_name_of_the_database(world: World):
    made = await world.process().provisioning.create(request("north-sea"))
    assert made.tenant.db_name == "tenant_north-sea"


async def test_the_journal_keeps_the_history_and_no_secret(world: World):
    made = await world.process().provisioning.create(request("acme"))
    runs = await Job.select()
    steps = await JobStep.select().order_by(JobStep.position)
    (run,) = runs
    assert (run["kind"], run["state"], run["tenant_id"]) == ("tenant.create", "done", made.tenant.id)
    assert {step["state"] for step in steps} == {"done"}
    names = [step["name"] for step in steps]
    assert names == [name for name in CREATION if name in names], "in order"
    assert {"reserve", "create database", "migrate", "activate"} <= set(names)
    for secret in filter(None, (made.db_password, made.admin.password)):
        assert secret not in repr((runs, steps))


@pytest.mark.parametrize(
    ("wanted", "error"),
    [
        (request("www"), ReservedSlug),
        (replace(request("acme"), slug="A_B"), InvalidSlug),
        (replace(request("acme"), server="db9:3306"), UnknownServer),
    ],
)
async def test_what_cannot_be_made_is_refused_before_anything_is(world: World, wanted, error):
    with pytest.raises(error):
        await world.process().provisioning.create(wanted)
    assert await world.residue() == {}
    assert await Job.count() == 0


async def test_a_taken_slug_is_refused_and_leaves_no_trace(world: World):
    process = world.process()
    made = await process.provisioning.create(request("acme"))
    before = await world.residue()
    with pytest.raises(SlugTaken):
        await process.provisioning.create(replace(request("acme"), domain="other.localhost"))
    assert await world.residue() == before
    await world.assert_complete(process, made.tenant)
    assert await Job.count() == 1


async def test_a_taken_domain_is_refused_and_frees_the_slug_again(world: World):
    process = world.process()
    await process.provisioning.create(request("acme"))
    before = await world.residue()
    with pytest.raises(DomainTaken):
        await process.provisioning.create(request("demo", domain="acme.localhost"))
    assert await world.residue() == before
    assert (await process.provisioning.create(request("demo"))).tenant.status == "active"


async def test_fifty_creations_of_one_slug_make_one_tenant(world: World):
    process = world.process()
    attempts = [request("acme", domain=f"acme{number}.localhost") for number in range(50)]
    results = await asyncio.gather(*map(process.provisioning.create, attempts), return_exceptions=True)
    made = [result for result in results if not isinstance(result, BaseException)]
    assert [type(result) for result in results if isinstance(result, BaseException)] == [SlugTaken] * 49
    assert len(made) == 1
    await world.assert_complete(process, made[0].tenant)


async def test_many_different_tenants_are_made_at_once(world: World):
    process = world.process()
    made = await asyncio.gather(*(process.provisioning.create(request(f"t{number}")) for number in range(10)))
    for one in made:
        await world.assert_complete(process, one.tenant)


@pytest.mark.parametrize(("when", "step"), moments(CREATION))
async def test_whichever_step_of_making_fails_everything_is_undone(world: World, when, step, caplog):
    halt = Halt(when, step, Broken())
    failing = world.process(halt)
    with caplog.at_level(logging.CRITICAL), pytest.raises(CreationFailed) as caught:
        await failing.provisioning.create(request("acme"))
    assert (caught.value.slug, caught.value.step, caught.value.is_clean) == ("acme", step, True)
    assert "hunter2" not in str(caught.value)
    assert "/var" not in str(caught.value)
    assert await world.residue() == {}
    assert failing.engines.stats().open == 0
    process = world.process()
    again = await process.provisioning.create(request("acme"))
    await world.assert_complete(process, again.tenant)


async def test_what_failed_is_in_the_journal_without_its_words(world: World):
    with pytest.raises(CreationFailed):
        await world.process(Halt("after", "migrate", Broken())).provisioning.create(request("acme"))
    run = (await Job.select())[0]
    assert (run["state"], run["error"]) == ("cancelled", "migrate: Broken")
    states = {row["name"]: row["state"] for row in await JobStep.select()}
    assert set(states.values()) == {"undone"}


async def test_a_migration_that_fails_undoes_the_tenant(world: World, tmp_path):
    class BrokenMigrator:
        async def migrate(self, engine):
            await world.migrator.migrate(engine)
            raise Broken

    with pytest.raises(CreationFailed, match=r"'migrate' failed\. It was undone\."):
        await world.process(migrator=BrokenMigrator()).provisioning.create(request("acme"))
    assert await world.residue() == {}


async def test_a_fault_of_the_caller_comes_out_as_it_is_once_everything_is_undone(world: World):
    with pytest.raises(Fault):
        await world.process().provisioning.create(request("acme", admin_password="weak"))
    assert await world.residue() == {}


async def test_a_database_that_was_there_before_is_neither_used_nor_dropped(world: World):
    world.directory.mkdir()
    (world.directory / "tenant_acme.sqlite").write_bytes(b"somebody's")
    with pytest.raises(DatabaseExists, match="'tenant_acme' already; it was left as it is"):
        await world.process().provisioning.create(request("acme"))
    assert (world.directory / "tenant_acme.sqlite").read_bytes() == b"somebody's"
    assert await world.residue() == {"files": ["tenant_acme.sqlite"]}


async def test_nor_is_one_that_appears_at_the_last_moment(world: World):
    server, exists = world.server, world.server.database_exists

    async def not_yet(database):
        found = await exists(database)
        world.directory.mkdir(exist_ok=True)
        (world.directory / "tenant_acme.sqlite").write_bytes(b"somebody's")
        return found

    server.database_exists = not_yet
    with pytest.raises(DatabaseExists):
        await world.process().provisioning.create(request("acme"))
    assert (world.directory / "tenant_acme.sqlite").read_bytes() == b"somebody's"


async def test_a_user_that_was_there_before_is_neither_used_nor_dropped(world: World):
    if not isinstance(world.server, ServerWithUsers):
        return
    world.server.users["tenant_acme_user"] = ("theirs", "theirs")
    with pytest.raises(UserExists, match="'tenant_acme_user' already; it was left as it is"):
        await world.process().provisioning.create(request("acme"))
    assert world.server.users == {"tenant_acme_user": ("theirs", "theirs")}
    assert await world.residue() == {"users": ["tenant_acme_user"]}


async def test_after_another_prefix_was_set_a_tenant_is_deleted_with_the_user_that_it_has(world: World):
    made = await world.process().provisioning.create(request("acme"))
    renamed = DatabaseServers([world.server], prefix="other_")
    if isinstance(world.server, ServerWithUsers):
        world.server.users["other_acme_user"] = ("theirs", "theirs")
    await world.process(servers=renamed).provisioning.delete(made.tenant.id)
    theirs = {"users": ["other_acme_user"]} if isinstance(world.server, ServerWithUsers) else {}
    assert await world.residue() == theirs


@pytest.mark.parametrize("step", ["create user", "migrate"])
async def test_after_another_prefix_was_set_a_creation_is_undone_with_the_user_that_it_created(
    world: World, step: str
):
    dying = world.process(Halt("after", step, PowerCut()), DEAD)
    with pytest.raises(PowerCut):
        await dying.provisioning.create(request("acme"))
    renamed = DatabaseServers([world.server], prefix="other_")
    assert (await world.process(servers=renamed).provisioning.reconcile()).undone == ("acme",)
    assert await world.residue() == {}


async def test_an_undo_that_fails_is_reported_and_finished_later(world: World):
    halt = Halt("before", "migrate", Broken())
    stuck = Halt("before", "create database", Broken(), undoing=True)

    class Both:
        async def before(self, moment):
            await halt.before(moment)
            await stuck.before(moment)

        async def after(self, moment):
            pass

    process = world.process(Both())
    with pytest.raises(CreationFailed, match="will be removed automatically") as caught:
        await process.provisioning.create(request("acme"))
    assert not caught.value.is_clean
    assert (await world.residue())["open runs"] == ["tenant.create acme waiting"]
    with pytest.raises(SlugTaken):
        await process.provisioning.create(request("acme"))
    report = await world.process().provisioning.reconcile()
    assert report.undone == ("acme",)
    assert await world.residue() == {}


async def test_making_goes_on_when_the_caller_is_cancelled(world: World):
    process = world.process()
    caller = asyncio.create_task(process.provisioning.create(request("acme")))
    await until(world.registry.version)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    await process.provisioning.close()
    await world.assert_complete(process, await world.registry.by_slug("acme"))


async def test_provisioning_refuses_to_be_part_of_a_transaction(world: World):
    async with CENTRAL.transaction():
        with pytest.raises(RuntimeError, match="outside"):
            await world.process().provisioning.create(request("acme"))


async def test_a_deleted_tenant_leaves_nothing(world: World):
    process = world.process()
    made = await process.provisioning.create(request("acme"))
    gone = await process.provisioning.delete(made.tenant.id)
    assert gone.slug == "acme"
    assert await world.residue() == {}
    again = await process.provisioning.create(request("acme"))
    assert again.tenant.id != made.tenant.id
    await world.assert_complete(process, again.tenant)


async def test_a_suspended_tenant_can_be_deleted(world: World):
    process = world.process()
    made = await process.provisioning.create(request("acme"))
    await world.registry.set_status(made.tenant.id, TenantStatus.SUSPENDED, expected={TenantStatus.ACTIVE})
    await process.provisioning.delete(made.tenant.id)
    assert await world.residue() == {}


async def test_deleting_waits_for_requests_under_way_and_their_queries_still_work(world: World):
    process = world.process(drain=30)
    tenant = (await process.provisioning.create(request("acme"))).tenant
    async with process.tenancy.use(tenant) as engine:
        deletion = asyncio.create_task(process.provisioning.delete(tenant.id))

        async def is_deleting() -> bool:
            return (await world.registry.get(tenant.id)).status == "deleting"

        await until(is_deleting)
        assert await engine.run_ddl("SELECT count(*) AS n FROM team") == [{"n": 2}]
    await deletion
    assert await world.residue() == {}


async def test_a_request_that_outlives_its_tenant_never_brings_the_file_back(world: World):
    process = world.process()
    tenant = (await process.provisioning.create(request("acme"))).tenant
    async with process.tenancy.use(tenant) as engine:
        await process.provisioning.delete(tenant.id)  # waits for as long as it is ready to, and goes on
        with pytest.raises(Exception, match="closed"):
            await engine.run_ddl("SELECT 1")
    with pytest.raises(TenantGone):
        async with process.tenancy.use(tenant):
            pass
    assert await world.residue() == {}


async def test_deleting_twice_at_once_deletes_once(world: World):
    process = world.process()
    tenant = (await process.provisioning.create(request("acme"))).tenant
    attempts = (process.provisioning.delete(tenant.id) for _ in range(5))
    results = await asyncio.gather(*attempts, return_exceptions=True)
    refused = [result for result in results if isinstance(result, BaseException)]
    assert {type(error) for error in refused} <= {WrongStatus, TenantNotFound}
    assert len(refused) == 4
    with pytest.raises(TenantNotFound):
        await process.provisioning.delete(tenant.id)


async def test_a_tenant_that_is_being_made_cannot_be_deleted(world: World):
    refusals = []

    class Impatient:
        async def before(self, moment):
            if moment.step == "migrate":
                tenant = await world.registry.by_slug("acme")
                with pytest.raises(WrongStatus) as caught:
                    await world.process().provisioning.delete(tenant.id)
                refusals.append(caught.value.current)

        async def after(self, moment):
            pass

    process = world.process(Impatient())
    made = await process.provisioning.create(request("acme"))
    assert refusals == ["provisioning"]
    await world.assert_complete(process, made.tenant)


@pytest.mark.parametrize(("when", "step"), moments(DELETION)[1:])
async def test_whichever_step_of_deleting_fails_it_is_finished_later(world: World, when, step):
    tenant = (await world.process().provisioning.create(request("acme"))).tenant
    process = world.process(Halt(when, step, Broken()))
    with pytest.raises(DeletionFailed) as caught:
        await process.provisioning.delete(tenant.id)
    assert (caught.value.slug, caught.value.step) == ("acme", step)
    assert "hunter2" not in str(caught.value)
    assert (await world.registry.get(tenant.id)).status == "deleting"
    report = await world.process().provisioning.reconcile()
    assert report.finished == ("acme",)
    assert await world.residue() == {}


async def test_a_deletion_that_fails_at_once_leaves_the_tenant_as_it_was(world: World):
    process = world.process()
    tenant = (await process.provisioning.create(request("acme"))).tenant
    with pytest.raises(Broken):
        await world.process(Halt("before", "mark deleting", Broken())).provisioning.delete(tenant.id)
    await world.assert_complete(process, tenant)
    assert await world.open_runs() == []


async def test_a_process_without_requests_closes_what_another_one_disconnected(world: World):
    made = await world.process().provisioning.create(request("acme"))
    idle = world.process()
    async with idle.tenancy.use(made.tenant):
        pass
    upkeep = asyncio.create_task(idle.provisioning.keep_up(timedelta(seconds=0.01)))
    await world.registry.disconnect(made.tenant.id, force=False, expected=[TenantStatus.ACTIVE])

    async def is_closed() -> bool:
        return idle.engines.stats().open == 0

    await until(is_closed)
    upkeep.cancel()
    await asyncio.gather(upkeep, return_exceptions=True)

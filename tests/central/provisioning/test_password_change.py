"""Another password for a tenant's database user: whole in the end, whatever happens, and deleting waits."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from central.errors import TenantNotFound, WrongStatus
from central.jobs.owner import Owner
from central.jobs.tables import Job
from central.provisioning.errors import NoDatabaseUser, PasswordChanging, PasswordNotChanged
from central.provisioning.reconcile import Report
from central.provisioning.steps import Parts, password_change
from central.provisioning.types import TenantJob
from central.registry import TenantRef
from central.servers import DatabaseServers
from central.servers.credentials import Credentials
from central.tables import Credential, TenantStatus
from piccolo_engines.sqlite import SQLiteEngine
from tests.central.provisioning.world import Halt, PowerCut, ServerWithUsers, World, request

STEPS = [step.name for step in password_change(Parts(*([None] * 8)))]  # type: ignore[arg-type] # names only
DEAD = Owner("elsewhere", 1, "0")


@pytest.fixture
async def world(central: SQLiteEngine, tmp_path: Path) -> AsyncIterator[World]:
    world = World(tmp_path, has_users=True)
    yield world
    await world.close()


@pytest.fixture
async def tenant(world: World) -> TenantRef:
    return (await world.process().provisioning.create(request("acme"))).tenant


def users_of(world: World) -> dict[str, tuple[str, str]]:
    assert isinstance(world.server, ServerWithUsers)
    return world.server.users


async def test_the_answer_is_what_the_server_and_the_registry_have(world: World, tenant: TenantRef) -> None:
    ((user, (old, database)),) = users_of(world).items()
    process = world.process()
    login = await process.provisioning.change_password(tenant.id)
    assert users_of(world) == {user: (login.password(), database)}
    assert login.password() != old
    assert len(login.password()) == 32
    await world.assert_complete(process, tenant)
    assert await world.open_runs() == []
    assert await Credentials(world.vault).next_password(tenant.id) is None


async def test_after_another_prefix_was_set_it_is_still_the_stored_user_s(
    world: World, tenant: TenantRef
) -> None:
    users_of(world)["other_acme_user"] = ("theirs", "theirs")
    process = world.process(servers=DatabaseServers([world.server], prefix="other_"))
    login = await process.provisioning.change_password(tenant.id)
    assert login.username == "tenant_acme_user"
    assert users_of(world) == {
        "other_acme_user": ("theirs", "theirs"),
        "tenant_acme_user": (login.password(), tenant.db_name),
    }


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("when", ["before", "after"])
async def test_a_crash_is_finished_by_the_next_process(
    world: World, tenant: TenantRef, when: str, step: str
) -> None:
    before = dict(users_of(world))
    process = world.process(Halt(when, step, PowerCut()), Owner.current())
    with pytest.raises(PowerCut):
        await process.provisioning.change_password(tenant.id)
    has_begun, is_over = (when, step) != ("before", STEPS[0]), (when, step) == ("after", STEPS[-1])
    following = world.process(owner=Owner.current())
    report = Report(changed=("acme",)) if has_begun and not is_over else Report()
    assert await following.provisioning.reconcile() == report
    assert (users_of(world) != before) == has_begun
    await world.assert_complete(following, tenant)
    assert await world.open_runs() == []


@pytest.mark.parametrize("step", STEPS[1:])
async def test_a_step_that_fails_is_reported_and_done_later(
    world: World, tenant: TenantRef, step: str
) -> None:
    process = world.process(Halt("before", step, OSError("password=hunter2")))
    with pytest.raises(PasswordNotChanged, match=step) as caught:
        await process.provisioning.change_password(tenant.id)
    assert "hunter2" not in str(caught.value)
    with pytest.raises(PasswordChanging):
        await process.provisioning.change_password(tenant.id)
    assert await world.process().provisioning.reconcile() == Report(changed=("acme",))
    await world.assert_complete(process, tenant)


async def test_of_many_changes_at_once_one_gets_through(world: World, tenant: TenantRef) -> None:
    processes = [world.process() for _ in range(8)]
    changes = [one.provisioning.change_password(tenant.id) for one in processes]
    found = await asyncio.gather(*changes, return_exceptions=True)
    refused = [one for one in found if isinstance(one, BaseException)]
    assert all(isinstance(one, PasswordChanging) for one in refused)
    assert len(refused) < len(processes)
    await world.assert_complete(processes[0], tenant)
    assert await world.open_runs() == []


async def test_deleting_waits_for_the_end_of_a_change_and_leaves_nothing(
    world: World, tenant: TenantRef
) -> None:
    """Otherwise the change could make the user anew after deleting has dropped it."""
    process = world.process(Halt("before", "change password", OSError()))
    with pytest.raises(PasswordNotChanged):
        await process.provisioning.change_password(tenant.id)
    with pytest.raises(PasswordChanging):
        await world.process().provisioning.delete(tenant.id)
    assert (await world.registry.get(tenant.id)).status == TenantStatus.ACTIVE
    following = world.process()
    await following.provisioning.reconcile()
    await following.provisioning.delete(tenant.id)
    assert await world.residue() == {}


async def test_a_suspended_tenant_stays_suspended_and_others_have_no_password_to_change(
    world: World, tenant: TenantRef
) -> None:
    provisioning = world.process().provisioning
    active = (TenantStatus.ACTIVE,)
    await world.registry.set_status(tenant.id, TenantStatus.SUSPENDED, expected=active)
    await provisioning.change_password(tenant.id)
    assert (await world.registry.get(tenant.id)).status == TenantStatus.SUSPENDED
    suspended = (TenantStatus.SUSPENDED,)
    await world.registry.set_status(tenant.id, TenantStatus.DELETING, expected=suspended)
    with pytest.raises(WrongStatus, match="deleting cannot be changed"):
        await provisioning.change_password(tenant.id)
    await world.registry.remove(tenant.id)
    with pytest.raises(TenantNotFound):
        await provisioning.change_password(tenant.id)
    assert await world.open_runs() == []


async def test_a_user_and_credentials_that_are_gone_are_made_anew(world: World, tenant: TenantRef) -> None:
    users_of(world).clear()
    await Credential.delete(force=True)
    process = world.process()
    login = await process.provisioning.change_password(tenant.id)
    assert users_of(world) == {login.username: (login.password(), tenant.db_name)}
    await world.assert_complete(process, tenant)


async def test_where_there_are_no_users_there_is_nothing_to_change(
    central: SQLiteEngine, tmp_path: Path
) -> None:
    world = World(tmp_path, has_users=False)
    tenant = (await world.process().provisioning.create(request("acme"))).tenant
    with pytest.raises(NoDatabaseUser):
        await world.process().provisioning.change_password(tenant.id)
    await world.close()
    assert await Job.count().where(Job.kind == TenantJob.CHANGE_PASSWORD) == 0

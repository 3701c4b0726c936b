"""An installation that has lost its central database finds tenants and backups again, in the store alone."""

from pathlib import Path

import pytest

from central.backups.adopting import AdoptBackups, Adopted
from central.backups.names import key_name, proof_name
from central.backups.records import BackupRecord
from central.backups.store import BackupStore
from central.backups.tables import Backup, BackupPlan, TenantKey
from central.jobs.tables import Job
from central.registry import TenantRef
from central.secrets.keys import EncryptionKey, generate_key
from central.settings.backups import FolderAddress
from central.tables import Domain, Tenant, TenantStatus
from tests.central.backups.world import World
from tests.central.conftest import ON_SQLITE

pytestmark = [ON_SQLITE, pytest.mark.usefixtures("central")]


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


async def lose_everything() -> None:
    for table in (Job, Backup, BackupPlan, TenantKey, Domain, Tenant):
        await table.delete(force=True)


async def adopted(world: World, store: BackupStore | None = None) -> dict[str, Adopted]:
    reported: list[Adopted] = []
    found = await AdoptBackups(world.parts, store).adopt(reported.append)
    assert found == reported
    return {one.slug or str(one.tenant_id): one for one in found}


async def backed_up(world: World, slug: str = "acme", times: int = 1) -> tuple[TenantRef, list[BackupRecord]]:
    tenant = await world.tenant(slug)
    for _ in range(times):
        backups = await world.taken(tenant)
    return tenant, backups


async def test_tenants_and_backups_are_found_again(world: World) -> None:
    acme, backups = await backed_up(world, times=2)
    demo, _ = await backed_up(world, "demo")
    await lose_everything()
    found = await adopted(world)
    assert found == {
        "acme": Adopted(acme.id, "acme", True, 2, 2),
        "demo": Adopted(demo.id, "demo", True, 1, 1),
    }
    again = await world.backups.list(acme.id)
    assert [(one.id, one.digest, one.bytes, one.rows) for one in again] == [
        (one.id, one.digest, one.bytes, one.rows) for one in backups
    ]
    assert all(world.backups.is_proven(one) for one in again)
    assert {one.reason for one in again} == {"adopted"}
    record = await world.registry.record(acme.id)
    assert (record.ref.slug, record.ref.name, record.ref.status) == ("acme", "Acme", TenantStatus.ARCHIVED)
    assert [one.domain for one in await world.registry.domains(acme.id)] == ["acme.localhost"]


async def test_adopting_again_changes_nothing(world: World) -> None:
    acme, _ = await backed_up(world)
    await lose_everything()
    await adopted(world)
    assert await adopted(world) == {"acme": Adopted(acme.id, "acme", False, 0, 1)}
    assert await Backup.count() == 1


async def test_what_the_registry_has_is_kept(world: World) -> None:
    acme, _ = await backed_up(world)
    await Backup.delete(force=True)
    assert (await adopted(world))["acme"].is_new is False
    assert (await world.registry.get(acme.id)).status is TenantStatus.ACTIVE
    assert len(await world.backups.list(acme.id)) == 1


async def test_an_adopted_backup_is_proved_again_like_any_other(world: World) -> None:
    acme, _ = await backed_up(world)
    await lose_everything()
    await adopted(world)
    (backup,) = await world.backups.list(acme.id)
    await world.backups.request_proof(backup)
    await world.runner.drain()
    (again,) = await world.backups.list(acme.id)
    assert world.backups.is_proven(again)
    assert again.proven_at is not None
    assert backup.proven_at is not None
    assert again.proven_at > backup.proven_at


async def test_a_backup_without_a_proof_is_adopted_and_proved_later(world: World) -> None:
    acme, (backup,) = await backed_up(world)
    await world.store.delete(proof_name(acme.id, backup.id))
    await lose_everything()
    assert (await adopted(world))["acme"].proven == 0
    (found,) = await world.backups.list(acme.id)
    assert not world.backups.is_proven(found)
    await world.backups.request_proof(found)
    await world.runner.drain()
    (found,) = await world.backups.list(acme.id)
    assert world.backups.is_proven(found)
    assert (found.digest, found.rows) == (backup.digest, backup.rows)


async def test_a_proof_of_somebody_else_does_not_count(world: World) -> None:
    acme, (backup,) = await backed_up(world)
    demo, (other,) = await backed_up(world, "demo")
    proof = await world.store.get(proof_name(demo.id, other.id), 10_000)
    await world.store.put(proof_name(acme.id, backup.id), proof)
    await lose_everything()
    found = await adopted(world)
    assert (found["acme"].proven, found["demo"].proven) == (0, 1)


async def test_a_damaged_archive_is_reported_and_the_others_are_adopted(world: World) -> None:
    acme, (newer, _) = await backed_up(world, times=2)
    await world.store.put(newer.object_name, b"damaged")
    await lose_everything()
    found = (await adopted(world))["acme"]
    assert (found.backups, found.proven) == (1, 1)
    assert str(newer.id) in found.problems[0]
    assert len(await world.backups.list(acme.id)) == 1


async def test_without_its_key_nothing_of_a_tenant_is_adopted(world: World) -> None:
    acme, _ = await backed_up(world)
    await backed_up(world, "demo")
    await world.store.delete(key_name(acme.id))
    await lose_everything()
    found = await adopted(world)
    assert "no data key" in found[str(acme.id)].problems[0]
    assert found["demo"].is_new
    assert await Tenant.count() == 1


async def test_another_encryption_key_opens_nothing(world: World, tmp_path: Path) -> None:
    acme, _ = await backed_up(world)
    await lose_everything()
    another = World(tmp_path, keys=(EncryptionKey.from_hex(generate_key()),))
    assert (await adopted(another))[str(acme.id)].problems
    assert (await Tenant.count(), await Backup.count(), await TenantKey.count()) == (0, 0, 0)


async def test_a_slug_that_is_taken_is_reported(world: World) -> None:
    acme, _ = await backed_up(world)
    await lose_everything()
    await world.server.drop_database("tenant_acme")
    await world.tenant("acme")
    found = (await adopted(world))["acme"]
    assert not found.is_new
    assert "acme" in found.problems[0]
    assert len(await world.backups.list(acme.id)) == 1


async def test_another_store_than_that_of_the_installation(world: World, tmp_path: Path) -> None:
    acme, _ = await backed_up(world)
    await lose_everything()
    elsewhere = World(tmp_path / "new", FolderAddress(tmp_path / "empty"))
    assert await adopted(elsewhere) == {}
    assert (await adopted(elsewhere, world.store))["acme"].is_new
    (backup,) = await world.backups.list(acme.id)
    assert backup.location.startswith(world.store.url)

"""Data keys: one for each tenant, sealed, with a copy in the store; gone when they are destroyed."""

from pathlib import Path
from uuid import UUID

import pytest

from central.backups.data_keys import DataKeys, SealedDataKey
from central.backups.errors import DataKeyMissing
from central.backups.names import key_name
from central.backups.tables import TenantKey
from central.errors import SealBroken, UnknownKey
from central.secrets.keys import EncryptionKey, generate_key
from central.secrets.vault import Vault
from piccolo_engines.columns import new_id
from tests.central.backups.world import KEY, World

pytestmark = pytest.mark.usefixtures("central")
NEW = EncryptionKey.from_hex(generate_key())


@pytest.fixture
def world(tmp_path: Path) -> World:
    return World(tmp_path)


@pytest.fixture
def keys(world: World) -> DataKeys:
    return world.parts.data_keys


async def copy_of(world: World, tenant_id: UUID) -> SealedDataKey:
    found = SealedDataKey.parse(await world.store.get(key_name(tenant_id), 4_096))
    assert found is not None
    return found


async def test_a_tenant_has_one_key_which_is_its_own(keys: DataKeys) -> None:
    acme, demo = new_id(), new_id()
    with pytest.raises(DataKeyMissing):
        await keys.get(acme)
    key = await keys.obtain(acme)
    assert await keys.obtain(acme) == await keys.get(acme) == key
    assert len(key.secret) == 32
    assert (await keys.obtain(demo)).secret != key.secret
    assert key.secret.hex() not in repr(key)
    row = await TenantKey.select().where(TenantKey.tenant_id == acme).first()
    assert row is not None
    assert key.secret.hex() not in row["sealed"]
    assert row["key_id"] == key.id


async def test_a_key_is_sealed_for_its_tenant(keys: DataKeys) -> None:
    acme, demo = new_id(), new_id()
    await keys.obtain(acme)
    row = await TenantKey.select().where(TenantKey.tenant_id == acme).first()
    assert row is not None
    await TenantKey.insert(TenantKey(tenant_id=demo, key_id=row["key_id"], sealed=row["sealed"]))
    with pytest.raises(SealBroken):
        await keys.get(demo)


async def test_its_copy_is_adopted_by_an_installation_that_has_lost_its_database(
    world: World, keys: DataKeys
) -> None:
    acme = new_id()
    key = await keys.obtain(acme)
    await keys.publish(acme, world.store)
    await TenantKey.delete(force=True)
    assert await keys.adopt(acme, world.store) == key
    assert await keys.get(acme) == key
    with pytest.raises(DataKeyMissing):
        await keys.adopt(new_id(), world.store)


async def test_a_copy_opens_with_the_encryption_key_only(world: World, keys: DataKeys) -> None:
    acme = new_id()
    await keys.obtain(acme)
    await keys.publish(acme, world.store)
    await TenantKey.delete(force=True)
    with pytest.raises(UnknownKey):
        await DataKeys(Vault([NEW])).adopt(acme, world.store)
    await world.store.put(key_name(acme), b"damaged")
    with pytest.raises(DataKeyMissing):
        await keys.adopt(acme, world.store)


async def test_a_destroyed_key_is_gone_everywhere(world: World, keys: DataKeys) -> None:
    acme = new_id()
    await keys.obtain(acme)
    await keys.publish(acme, world.store)
    await keys.destroy(acme, world.store)
    with pytest.raises(DataKeyMissing):
        await keys.get(acme)
    with pytest.raises(DataKeyMissing):
        await keys.adopt(acme, world.store)
    await keys.destroy(acme, None)


async def test_keys_are_sealed_again_and_so_are_their_copies(world: World, keys: DataKeys) -> None:
    tenants = [new_id() for _ in range(3)]
    before = {tenant: await keys.obtain(tenant) for tenant in tenants}
    for tenant in tenants:
        await keys.publish(tenant, world.store)
    both = DataKeys(Vault([NEW, KEY]))
    assert await both.pending() == sorted(tenants)
    reported: list[UUID] = []
    assert await both.reseal(lambda tenant, reason: reported.append(tenant)) == (3, 0)
    assert (reported, await both.pending()) == (sorted(tenants), [])
    assert await both.by_key() == {NEW.id: 3}
    only_new = DataKeys(Vault([NEW]))
    for tenant in tenants:
        assert await only_new.get(tenant) == before[tenant]
        await only_new.publish(tenant, world.store)
        assert (await copy_of(world, tenant)).sealed.startswith(f"v1.{NEW.id}.")


async def test_keys_that_cannot_be_opened_are_counted(keys: DataKeys) -> None:
    await keys.obtain(new_id())
    reasons: list[str | None] = []
    assert await DataKeys(Vault([NEW])).reseal(lambda _tenant, reason: reasons.append(reason)) == (0, 1)
    assert reasons != [None]


async def test_a_copy_that_is_there_is_not_written_again(
    world: World, keys: DataKeys, monkeypatch: pytest.MonkeyPatch
) -> None:
    acme = new_id()
    await keys.obtain(acme)
    await keys.publish(acme, world.store)
    monkeypatch.setattr(world.store, "put", None)
    await keys.publish(acme, world.store)

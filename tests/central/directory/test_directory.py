"""The directory: hashes instead of addresses, tenants by status, and several encryption keys."""

import pytest

from central.directory.hashes import AddressHashes
from central.directory.service import Directory
from central.secrets.keys import EncryptionKey, generate_key
from central.secrets.vault import Vault
from central.tables import DirectoryEntry, TenantStatus
from piccolo_engines.columns import new_id
from piccolo_engines.sqlite import SQLiteEngine
from tests.central.rows import make_tenant, statements_of
from tests.support.registries import new_registry

pytestmark = pytest.mark.usefixtures("central")

OLD, NEW = (EncryptionKey.from_hex(generate_key()) for _ in range(2))
ADA = "ada@acme.example"


def directory_of(*keys: EncryptionKey) -> Directory:
    return Directory(AddressHashes(Vault(keys or (OLD,))))


async def slugs_of(directory: Directory, address: str = ADA) -> list[str]:
    return [one.slug for one in await directory.tenants_of(address, 20)]


async def test_an_address_is_found_in_each_of_its_tenants_with_their_host_names() -> None:
    registry, directory = new_registry(), directory_of()
    for slug in ("acme", "globex", "initech"):
        tenant = await make_tenant(registry, slug)
        await directory.write(tenant.id, [ADA] if slug != "globex" else ["bob@globex.example"], [])
    found = await directory.tenants_of(ADA, 20)
    assert [(one.slug, one.primary_domain) for one in found] == [
        ("acme", "acme.localhost"),
        ("initech", "initech.localhost"),
    ]
    assert await slugs_of(directory, "nobody@acme.example") == []
    assert [one.slug for one in await directory.tenants_of(ADA, 1)] == ["acme"]


@pytest.mark.parametrize("status", TenantStatus)
async def test_a_tenant_that_nobody_can_sign_in_to_is_not_found(status: TenantStatus) -> None:
    tenant = await make_tenant(new_registry(), status=status)
    directory = directory_of()
    await directory.write(tenant.id, [ADA], [])
    is_found = status in (TenantStatus.ACTIVE, TenantStatus.READ_ONLY)
    assert await slugs_of(directory) == (["acme"] if is_found else [])


async def test_a_tenant_is_found_again_when_it_is_resumed() -> None:
    registry, directory = new_registry(), directory_of()
    tenant = await make_tenant(registry, status=TenantStatus.SUSPENDED)
    await directory.write(tenant.id, [ADA], [])
    await registry.set_status(tenant.id, TenantStatus.ACTIVE, expected={TenantStatus.SUSPENDED})
    assert await slugs_of(directory) == ["acme"]


async def test_entries_go_with_their_tenant_and_none_is_written_afterwards() -> None:
    registry, directory = new_registry(), directory_of()
    tenant = await make_tenant(registry)
    await directory.write(tenant.id, [ADA], [])
    await registry.remove(tenant.id)
    assert await DirectoryEntry.count() == 0
    await directory.write(tenant.id, [ADA], ["bob@acme.example"])
    await directory.write(new_id(), [ADA], [])
    assert await DirectoryEntry.count() == 0


async def test_what_is_stored_are_keyed_hashes() -> None:
    tenant = await make_tenant(new_registry())
    await directory_of(OLD).write(tenant.id, [ADA], [])
    (row,) = await DirectoryEntry.select()
    assert ADA not in str(row)
    assert row["key_id"] == OLD.id
    with_another_key = AddressHashes(Vault([NEW])).current(ADA, tenant.id)
    assert row["address_hash"] != with_another_key.address_hash
    in_another_tenant = AddressHashes(Vault([OLD])).current(ADA, new_id())
    assert row["address_hash"] == in_another_tenant.address_hash
    assert row["fingerprint"] != in_another_tenant.fingerprint


async def test_an_entry_of_an_earlier_key_is_found_and_replaced() -> None:
    tenant = await make_tenant(new_registry())
    await directory_of(OLD).write(tenant.id, [ADA], [])
    rotating = directory_of(NEW, OLD)
    assert await slugs_of(rotating) == ["acme"]
    assert await rotating.by_key() == {OLD.id: 1}
    assert await rotating.outdated_tenants() == [tenant.id]
    await rotating.write(tenant.id, [ADA], [])
    assert await rotating.by_key() == {NEW.id: 1}
    assert await slugs_of(directory_of(NEW)) == ["acme"]
    await directory_of(OLD, NEW).write(tenant.id, [], [ADA])
    assert await DirectoryEntry.count() == 0


async def test_writing_again_keeps_one_entry() -> None:
    tenant, directory = await make_tenant(new_registry()), directory_of()
    for _ in range(2):
        await directory.write(tenant.id, [ADA], [])
    assert await directory.count(tenant.id) == 1


async def test_an_entry_that_was_written_since_is_not_removed() -> None:
    tenant, directory = await make_tenant(new_registry()), directory_of()
    await directory.write(tenant.id, [ADA, "bob@acme.example"], [])
    seen = await directory.entries(tenant.id)
    await directory.write(tenant.id, [ADA], [])
    await directory.remove(seen)
    assert await slugs_of(directory) == ["acme"]
    assert await slugs_of(directory, "bob@acme.example") == []


@pytest.mark.parametrize("unopened", ["sqlite"], indirect=True)
async def test_known_and_unknown_addresses_are_looked_up_by_the_same_statement(central: SQLiteEngine) -> None:
    tenant, directory = await make_tenant(new_registry()), directory_of()
    await directory.write(tenant.id, [ADA], [])
    with statements_of(central) as known:
        await directory.tenants_of(ADA, 20)
    with statements_of(central) as unknown:
        await directory.tenants_of("nobody@acme.example", 20)
    assert len(known) == 1
    assert known == unknown

"""Following and rebuilding: the entries become what the accounts are, also when those change meanwhile."""

from collections.abc import AsyncIterator, Collection, Sequence

import pytest

from central.directory.follow import Rebuilt, follow, rebuild
from central.directory.hashes import AddressHashes
from central.directory.service import MOST_AT_ONCE, Directory
from central.errors import DirectoryUnsettled
from central.secrets.keys import EncryptionKey, generate_key
from central.secrets.vault import Vault
from central.tables import DirectoryEntry
from tests.central.rows import make_tenant
from tests.support.registries import new_registry

pytestmark = pytest.mark.usefixtures("central")

OLD, NEW = (EncryptionKey.from_hex(generate_key()) for _ in range(2))


class Tenant:
    """The accounts of a tenant as a set, with what happens to them just after they are read."""

    def __init__(self, *active: str) -> None:
        self.active = set(active)
        self.then: list[Collection[str]] = []

    async def accounts(self, addresses: Collection[str]) -> Collection[str]:
        found = self.active & set(addresses)
        if self.then:
            self.active = set(self.then.pop(0))
        return found

    async def pages(self, length: int = 2) -> AsyncIterator[Sequence[str]]:
        everybody = sorted(self.active)
        for start in range(0, len(everybody), length):
            yield everybody[start : start + length]


@pytest.fixture
def directory() -> Directory:
    return Directory(AddressHashes(Vault([OLD])))


async def known(directory: Directory, *addresses: str) -> list[str]:
    return [one for one in addresses if await directory.tenants_of(one, 1)]


async def test_entries_follow_the_accounts(directory: Directory) -> None:
    ref, tenant = await make_tenant(new_registry()), Tenant("a@x.example", "b@x.example")
    await follow(directory, ref.id, ["a@x.example", "b@x.example"], tenant.accounts)
    assert await known(directory, "a@x.example", "b@x.example") == ["a@x.example", "b@x.example"]
    tenant.active = {"b@x.example", "c@x.example"}
    await follow(directory, ref.id, ["a@x.example", "c@x.example"], tenant.accounts)
    assert await known(directory, "a@x.example", "b@x.example", "c@x.example") == [
        "b@x.example",
        "c@x.example",
    ]


async def test_an_account_that_ends_while_its_entry_is_written_has_none(directory: Directory) -> None:
    ref, tenant = await make_tenant(new_registry()), Tenant("a@x.example")
    tenant.then = [[]]
    await follow(directory, ref.id, ["a@x.example"], tenant.accounts)
    assert await known(directory, "a@x.example") == []


async def test_accounts_that_do_not_stop_changing_are_tried_again_later(directory: Directory) -> None:
    ref, tenant = await make_tenant(new_registry()), Tenant()
    tenant.then = [["a@x.example"], []] * 10
    with pytest.raises(DirectoryUnsettled):
        await follow(directory, ref.id, ["a@x.example"], tenant.accounts)


async def test_a_rebuild_corrects_differences_and_leaves_the_rest_alone(directory: Directory) -> None:
    ref, other = await make_tenant(new_registry()), await make_tenant(new_registry(), "other")
    await directory.write(ref.id, ["a@x.example", "gone@x.example"], [])
    await directory.write(other.id, ["gone@x.example"], [])
    fingerprint = directory.hashes.current("a@x.example", ref.id).fingerprint
    before = await DirectoryEntry.select().where(DirectoryEntry.fingerprint == fingerprint)
    tenant = Tenant("a@x.example", "b@x.example", "c@x.example")
    assert await rebuild(directory, ref.id, tenant.pages(), tenant.accounts) == Rebuilt(3, 2, 1)
    assert await DirectoryEntry.select().where(DirectoryEntry.id == before[0]["id"]) == before
    assert await rebuild(directory, ref.id, tenant.pages(), tenant.accounts) == Rebuilt(3, 0, 0)
    assert [one.slug for one in await directory.tenants_of("gone@x.example", 5)] == ["other"]


async def test_a_rebuild_that_was_interrupted_is_completed_by_the_next(directory: Directory) -> None:
    ref, tenant = await make_tenant(new_registry()), Tenant("a@x.example", "b@x.example", "c@x.example")

    async def interrupted() -> AsyncIterator[Sequence[str]]:
        yield ["a@x.example"]
        raise ZeroDivisionError

    await directory.write(ref.id, ["gone@x.example"], [])
    with pytest.raises(ZeroDivisionError):
        await rebuild(directory, ref.id, interrupted(), tenant.accounts)
    assert await known(directory, "a@x.example", "gone@x.example") == ["a@x.example", "gone@x.example"]
    assert await rebuild(directory, ref.id, tenant.pages(), tenant.accounts) == Rebuilt(3, 2, 1)


async def test_a_rebuild_does_not_remove_what_is_written_meanwhile(directory: Directory) -> None:
    """An account is deactivated, and active again after the rebuild has passed it."""
    ref, tenant = await make_tenant(new_registry()), Tenant("b@x.example")
    await directory.write(ref.id, ["a@x.example"], [])

    async def pages() -> AsyncIterator[Sequence[str]]:
        yield ["b@x.example"]
        tenant.active.add("a@x.example")
        await follow(directory, ref.id, ["a@x.example"], tenant.accounts)

    await rebuild(directory, ref.id, pages(), tenant.accounts)
    assert await known(directory, "a@x.example", "b@x.example") == ["a@x.example", "b@x.example"]


async def test_a_rebuild_writes_entries_with_the_first_key(directory: Directory) -> None:
    ref = await make_tenant(new_registry())
    tenant = Tenant(*(f"{number}@x.example" for number in range(MOST_AT_ONCE + 3)))
    rotating = Directory(AddressHashes(Vault([NEW, OLD])))
    await directory.write(ref.id, sorted(tenant.active)[:MOST_AT_ONCE], [])
    found = await rebuild(rotating, ref.id, tenant.pages(MOST_AT_ONCE + 1), tenant.accounts)
    assert found == Rebuilt(MOST_AT_ONCE + 3, MOST_AT_ONCE + 3, 0)
    assert await rotating.by_key() == {NEW.id: MOST_AT_ONCE + 3}


async def test_entries_of_a_lost_key_are_removed(directory: Directory) -> None:
    ref, tenant = await make_tenant(new_registry()), Tenant("a@x.example")
    await directory.write(ref.id, ["a@x.example"], [])
    anew = Directory(AddressHashes(Vault([NEW])))
    assert await rebuild(anew, ref.id, tenant.pages(), tenant.accounts) == Rebuilt(1, 1, 1)
    assert await anew.by_key() == {NEW.id: 1}

"""The text that only an installation's own encryption keys open: sealed at the first start, then required."""

import pytest

from central.errors import WrongEncryptionKey
from central.secrets.key_check import KeyCheck
from central.secrets.key_rotation import KeyRotation
from central.secrets.keys import EncryptionKey
from central.secrets.vault import Vault
from central.servers.credentials import Credentials
from central.tables import SealedCheck
from tests.central.rows import make_tenant
from tests.support.registries import new_registry

OLD, NEW = EncryptionKey("old1", bytes(range(32))), EncryptionKey("new1", bytes(range(1, 33)))


async def test_the_first_start_seals_it_and_the_same_key_is_taken_from_then_on(central):
    for _ in range(2):
        await KeyCheck(Vault([OLD])).require()
    assert await SealedCheck.count() == 1
    assert "installation" not in repr(await SealedCheck.select())


async def test_another_key_is_refused_and_the_missing_one_named(central):
    await KeyCheck(Vault([OLD])).require()
    with pytest.raises(WrongEncryptionKey, match="old1") as raised:
        await KeyCheck(Vault([NEW])).require()
    assert raised.value.missing == ("old1",)


async def test_a_key_with_the_same_id_that_does_not_open_it_is_refused(central):
    await KeyCheck(Vault([OLD])).require()
    with pytest.raises(WrongEncryptionKey):
        await KeyCheck(Vault([EncryptionKey("old1", bytes(32))])).require()


async def test_an_installation_with_credentials_gets_it_only_with_the_keys_that_they_are_under(central):
    tenant = await make_tenant(new_registry())
    await Credentials(Vault([OLD])).store(tenant.id, "tenant_acme_user", "hunter2")
    with pytest.raises(WrongEncryptionKey, match="old1"):
        await KeyCheck(Vault([NEW])).require()
    assert await SealedCheck.count() == 0
    await KeyCheck(Vault([NEW, OLD])).require()
    assert await KeyCheck(Vault([OLD])).key_id() == "new1"


async def test_the_older_key_is_needed_until_everything_is_rotated(central):
    tenant = await make_tenant(new_registry())
    await Credentials(Vault([OLD])).store(tenant.id, "tenant_acme_user", "hunter2")
    await KeyCheck(Vault([OLD])).require()
    both = Vault([NEW, OLD])
    await KeyCheck(both).require()
    with pytest.raises(WrongEncryptionKey, match="old1"):
        await KeyCheck(Vault([NEW])).require()
    await KeyRotation(both).rotate(lambda _tenant, _reason: None)
    await KeyCheck(Vault([NEW])).require()
    with pytest.raises(WrongEncryptionKey, match="new1"):
        await KeyCheck(Vault([OLD])).require()


async def test_a_rotation_of_an_installation_without_credentials_counts_too(central):
    await KeyCheck(Vault([OLD])).require()
    await KeyRotation(Vault([NEW, OLD])).rotate(lambda _tenant, _reason: None)
    await KeyCheck(Vault([NEW])).require()


async def test_one_that_is_under_a_lost_key_is_replaced_on_request(central):
    await KeyCheck(Vault([OLD])).require()
    await KeyCheck(Vault([NEW])).replace()
    await KeyCheck(Vault([NEW])).require()

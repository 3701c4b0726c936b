"""The database users of tenants: sealed at rest, opened only to connect."""

import pytest

from central.errors import SealBroken
from central.secrets.key_rotation import KeyRotation
from central.secrets.keys import EncryptionKey
from central.secrets.vault import Vault
from central.servers import DatabaseServers, SQLiteServer, UnknownServer
from central.servers.credentials import Credentials, TenantOpener
from central.tables import Credential
from piccolo_engines.errors import DatabaseMissing
from piccolo_engines.sqlite import SQLiteEngine
from tests.central.rows import make_tenant
from tests.support.registries import new_registry


@pytest.fixture
def credentials():
    return Credentials(Vault([EncryptionKey("k1", bytes(32))]))


async def test_what_is_stored_can_connect_and_the_row_does_not_tell_it(central, credentials):
    tenant = await make_tenant(new_registry())
    await credentials.store(tenant.id, "tenant_acme_user", "hunter2")
    login = await credentials.login(tenant.id)
    assert (login.username, login.password()) == ("tenant_acme_user", "hunter2")
    assert "hunter2" not in repr(await Credential.select()) + repr(login)


async def test_storing_again_replaces_and_removing_again_is_no_error(central, credentials):
    tenant = await make_tenant(new_registry())
    for password in ("first", "second"):
        await credentials.store(tenant.id, "tenant_acme_user", password)
    assert (await credentials.login(tenant.id)).password() == "second"
    for _ in range(2):
        await credentials.remove(tenant.id)
    assert await credentials.login(tenant.id) is None


async def test_a_secret_copied_to_another_tenant_does_not_open(central, credentials):
    acme, demo = await make_tenant(new_registry(), "acme"), await make_tenant(new_registry(), "demo")
    await credentials.store(acme.id, "tenant_acme_user", "hunter2")
    await Credential.update({Credential.tenant: demo.id}, force=True)
    with pytest.raises(SealBroken):
        (await credentials.login(demo.id)).password()


async def test_a_tenants_engine_is_opened_on_its_own_server_and_database(central, credentials, tmp_path):
    server = SQLiteServer(tmp_path / "tenants", engine=lambda path: SQLiteEngine(path, create=False))
    tenant = await make_tenant(new_registry())
    opener = TenantOpener(DatabaseServers([server]), credentials)
    with pytest.raises(DatabaseMissing):
        await opener(tenant)
    await server.create_database(tenant.db_name)
    assert (await opener(tenant)).path == tmp_path / "tenants" / "tenant_acme.sqlite"


async def test_a_tenant_on_a_server_that_is_not_ours_is_not_opened(central, credentials):
    tenant = await make_tenant(new_registry())
    with pytest.raises(UnknownServer):
        await TenantOpener(DatabaseServers([]), credentials)(tenant)


async def test_a_password_that_is_being_changed_is_put_under_a_new_key_as_well(central):
    old, new = EncryptionKey("k1", bytes(range(32))), EncryptionKey("k2", bytes(range(1, 33)))
    tenant = await make_tenant(new_registry())
    credentials = Credentials(Vault([old]))
    await credentials.store(tenant.id, "acme_user", "in use")
    assert await credentials.begin_change(tenant.id, "acme_user", "comes next")
    rotation = KeyRotation(Vault([new, old]))
    assert await rotation.by_key() == {"k1": 2}
    assert await rotation.rotate(lambda *_: None) == (1, 0)
    assert (await rotation.by_key(), await rotation.pending()) == ({"k2": 2}, [])
    renewed = Credentials(Vault([new]))
    login = await renewed.login(tenant.id)
    assert login is not None
    assert [login.password(), *[one.password() for one in await login.others()]] == ["in use", "comes next"]
    await renewed.finish_change(tenant.id)
    assert [one.password() for one in await login.others()] == ["comes next"]
    assert await renewed.begin_change(tenant.id, "acme_user", "and so on")

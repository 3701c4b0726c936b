"""Erasing a tenant: nothing of it can be read any more, and a certificate says what was destroyed."""

import base64
import json
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from central.backups.tables import Backup, BackupPlan, TenantKey
from central.database import CENTRAL
from central.secrets.certificates import CertificateSigner, verified
from central.settings.backups import FolderAddress
from tests.api.conftest import World
from tests.api.lifecycle.test_archived import backed_up
from tests.api.lifecycle.test_copies import fill
from tests.api.scenarios import assert_problem


async def test_everything_is_destroyed_and_certified(world_with: Any, tmp_path: Path) -> None:
    store = tmp_path / "backups"
    async with world_with(backup_store=FolderAddress(store)) as world:
        await fill(world, 3)
        tenant = await world.tenant("acme")
        backup = await backed_up(world)
        path = f"/setup/tenants/{tenant.id}"
        digest = (await world.operator().get(f"{path}/backups")).json()["data"][0]["digest"]
        (archive,) = store.rglob("*.freehold")
        archive.with_name(f"{archive.name}#1").write_bytes(b"what a killed process has left of an upload")
        response = (await world.operator().delete(f"{path}?erase=true")).json()
        assert response["success"] is True
        found = response["certificate"]["certificate"]
        assert (found["kind"], found["tenant"], found["slug"]) == ("erasure", str(tenant.id), "acme")
        assert [(one["id"], one["digest"]) for one in found["backups"]] == [(backup, digest)]
        assert found["by"]
        assert [one for one in store.rglob("*") if one.is_file() and str(tenant.id) in str(one)] == []
        with CENTRAL.bind(world.platform.central_engine):
            for table in (Backup, BackupPlan, TenantKey):
                assert not await table.exists().where(table.tenant_id == tenant.id)  # type: ignore[attr-defined]
        assert_problem(await world.client().get("/api/v1/tenant"), "tenant-not-found")
        _assert_signed(world, response["certificate"])


def _assert_signed(world: World, certificate: dict[str, Any]) -> None:
    """By the installation's key, in the form that the documents describe; and no other document is."""
    document = json.dumps(
        certificate["certificate"], sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )
    key = Ed25519PublicKey.from_public_bytes(base64.b64decode(certificate["publicKey"]))
    key.verify(base64.b64decode(certificate["signature"]), document.encode())
    keys = CertificateSigner(world.platform.vault).public_keys()
    assert verified(json.dumps(certificate).encode(), keys) == certificate["certificate"]
    changed = {**certificate, "certificate": {**certificate["certificate"], "by": "nobody"}}
    assert verified(json.dumps(changed).encode(), keys) is None
    assert verified(json.dumps(certificate).encode(), ("another key",)) is None
    assert verified(b"{", keys) is None


async def test_what_one_process_has_begun_another_one_finishes(world_with: Any, tmp_path: Path) -> None:
    store = tmp_path / "backups"
    async with world_with(backup_store=FolderAddress(store)) as world:
        tenant, backup = await world.tenant("acme"), await backed_up(world)
        erasure = world.platform.erasure
        destroy = erasure._destroy

        async def dying(tenant_id: Any) -> None:
            await destroy(tenant_id)
            raise RuntimeError("the power is gone")

        erasure._destroy = dying
        response = await world.operator().delete(f"/setup/tenants/{tenant.id}?erase=true")
        assert response.status_code == 500
        erasure._destroy = destroy
        await world.run_jobs()
        jobs = (await world.operator().get("/setup/jobs?kind=tenant.erase")).json()["data"]
        assert [one["state"] for one in jobs] == ["done"]
        certified = jobs[0]["result"]["certificate"]["backups"]
        assert [one["id"] for one in certified] == [backup]


async def test_without_a_store_the_tenant_is_erased_as_well(world: World) -> None:
    path = f"/setup/tenants/{await world.tenant_id('acme')}?erase=true"
    response = (await world.operator().delete(path)).json()
    assert response["certificate"]["certificate"]["backups"] == []
    assert_problem(await world.operator().delete(path), "tenant-not-found")


async def test_deleting_without_it_has_no_certificate(world: World) -> None:
    path = f"/setup/tenants/{await world.tenant_id('acme')}"
    assert (await world.operator().delete(path)).json() == {"success": True}


async def test_a_tenant_that_cannot_be_deleted_keeps_its_backups(world_with: Any, tmp_path: Path) -> None:
    store = tmp_path / "backups"
    async with world_with(backup_store=FolderAddress(store)) as world:
        tenant_id = await world.tenant_id("acme")
        await backed_up(world)
        path = f"/setup/tenants/{tenant_id}"
        assert (await world.operator().post(f"{path}/archive")).status_code == 202
        assert_problem(await world.operator().delete(f"{path}?erase=true"), "operation-running")
        assert len(list(store.rglob("*.freehold"))) == 1
        jobs = (await world.operator().get("/setup/jobs?kind=tenant.erase")).json()["data"]
        assert jobs == []

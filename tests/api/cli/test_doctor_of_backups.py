"""``freehold doctor`` about backups: none, an unreachable store, missing, old and bad ones."""

from pathlib import Path
from typing import Any

import pytest

from tests.api.cli.conftest import Run, Told


@pytest.fixture
def store(environ: dict[str, str], tmp_path: Path) -> Path:
    folder = tmp_path / "backups"
    environ["BACKUP_URL"] = f"file://{folder}"
    environ["FREEHOLD_LOCAL"] = "1"
    return folder


def about_backups(told: Told, status: int = 0, **more: str) -> list[dict[str, Any]]:
    """What is found about backups."""
    return [
        one
        for one in told("doctor", status=status, **more)
        if one["about"] == "backups" or "backup" in one["message"]
    ]


def aged(call: Run, slug: str) -> None:
    """As if the tenant and its backups were from long ago."""
    call(
        "shell",
        slug,
        "-c",
        "from datetime import datetime, UTC\n"
        "from central.backups.tables import BackupPlan\n"
        "from central.tables import Tenant\n"
        "ago = datetime(2026, 1, 1, tzinfo=UTC)\n"
        "await Tenant.update({Tenant.created_at: ago}).where(Tenant.id == tenant.id)\n"
        "await BackupPlan.update({BackupPlan.proven_until: ago})"
        ".where(BackupPlan.tenant_id == tenant.id, BackupPlan.proven_until.is_not_null())\n",
    )


def test_without_a_store_it_warns_unless_it_is_for_local_use(told: Told) -> None:
    (local,) = about_backups(told, FREEHOLD_LOCAL="1")
    assert local["level"] == "ok"
    (served,) = about_backups(told)
    assert (served["level"], served["message"]) == ("warning", "Tenants are not backed up.")
    assert "BACKUP_URL" in served["mend"]


def test_new_tenants_have_time(told: Told, store: Path) -> None:
    (found,) = about_backups(told)
    assert found["level"] == "ok"


def test_a_tenant_without_a_recent_backup_is_named(told: Told, call: Run, store: Path) -> None:
    for slug in ("acme", "demo"):
        aged(call, slug)
    told("backups", "run", "acme")
    (found,) = about_backups(told, status=1)
    assert (found["about"], found["message"]) == ("tenant demo", "It has no proven backup.")
    assert found["mend"] == "freehold backups run demo"
    aged(call, "acme")
    messages = {one["about"]: one["message"] for one in about_backups(told, status=1)}
    assert messages["tenant acme"] == "Its latest proven backup is of 2026-01-01 00:00 UTC."


def test_a_backup_that_failed_its_proof_is_named(told: Told, call: Run, store: Path) -> None:
    told("backups", "run", "acme")
    (path,) = store.rglob("*.freehold")
    path.write_bytes(path.read_bytes()[:-1])
    call("backups", "verify", "acme", status=1)
    found = about_backups(told, status=1)
    assert any("could not be proved: The end of the archive" in one["message"] for one in found)


def test_a_store_that_refuses_is_reported(told: Told, call: Run) -> None:
    (found,) = about_backups(told, status=1, BACKUP_URL="file:///proc/nowhere/at/all", FREEHOLD_LOCAL="1")
    assert (found["about"], found["level"]) == ("backups", "error")
    assert "/proc" not in found["message"]

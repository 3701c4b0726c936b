"""``freehold backups``: taken, proved, listed, verified, pruned, in a folder."""

from pathlib import Path
from typing import Any

import pytest

from central.secrets.keys import generate_key
from tests.api.cli.conftest import Run, Told

NO_BACKUP = "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"


@pytest.fixture
def store(environ: dict[str, str], tmp_path: Path) -> Path:
    """The folder of the backups."""
    folder = tmp_path / "backups"
    environ["BACKUP_URL"] = f"file://{folder}"
    return folder


def archives(store: Path, slug: str = "") -> list[Path]:
    return sorted(store.rglob("*.freehold"))


def test_tenants_are_backed_up_and_proved(told: Told, store: Path) -> None:
    outcomes = told("backups", "run", "--all", "--parallel", "2")
    assert sorted((one["slug"], one["state"], one["proven"]) for one in outcomes) == [
        ("acme", "done", True),
        ("demo", "done", True),
    ]
    assert len(archives(store)) == 2
    found = told("backups", "list", "acme")
    (backup,) = found["data"]
    assert backup["provenAt"] is not None
    assert backup["id"] in {one["backup"] for one in outcomes}
    assert found["plan"]["schedule"] == "0 2 * * *"


def test_as_text(call: Run, store: Path) -> None:
    assert "is proven" in call("backups", "run", "acme", "--text").stdout
    text = call("backups", "list", "acme", "--text").stdout
    assert "Schedule 0 2 * * *" in text
    assert "Backups of demo: none." in call("backups", "list", "demo", "--text").stdout


def test_a_backup_is_verified_as_it_is_in_the_store(call: Run, told: Told, store: Path) -> None:
    told("backups", "run", "acme")
    (outcome,) = told("backups", "verify", "acme")
    assert outcome["proven"]
    (path,) = archives(store)
    data = bytearray(path.read_bytes())
    data[200] ^= 1
    path.write_bytes(data)
    call("backups", "verify", "acme", status=1)
    (found,) = told("backups", "list", "acme")["data"]
    assert found["provenAt"] is None
    assert found["failure"]
    call("backups", "verify", "acme", NO_BACKUP, status=1)
    assert "has no backups" in call("backups", "verify", "demo", status=1).stderr


def test_one_that_fails_among_others(call: Run, told: Told, store: Path, folder: Path) -> None:
    next(folder.rglob("tenant_demo.sqlite")).write_bytes(b"this is no database" * 1_000)
    call("backups", "run", "acme", "demo", status=3)
    assert len(archives(store)) == 1


def test_backups_are_pruned_by_the_plan_of_their_tenant(call: Run, told: Told, store: Path) -> None:
    for _ in range(3):
        told("backups", "run", "acme")
    assert len(archives(store)) == 3
    plan: dict[str, Any] = told("backups", "plan", "acme", "--keep", "last=1", "--schedule", "0 */4 * * *")
    assert (plan["keep"], plan["schedule"]) == ("last=1,daily=0,weekly=0,monthly=0", "0 */4 * * *")
    assert told("backups", "prune") == {"acme": 2, "demo": 0}
    assert len(archives(store)) == 1
    assert told("backups", "plan", "acme") == plan
    plan = told("backups", "plan", "acme", "--keep", "", "--schedule", "")
    assert (plan["ownKeep"], plan["ownSchedule"]) == (False, False)
    assert "keep:" in call("backups", "plan", "acme", "--keep", "everything", status=1).stderr


def test_a_registry_that_was_lost_is_rebuilt(call: Run, told: Told, store: Path, folder: Path) -> None:
    told("backups", "run", "--all")
    before = {one["slug"]: one for one in told("tenants", "list")}
    for path in folder.glob("central.sqlite*"):
        path.unlink()
    call("migrate", "--central-only")
    call("backups", "adopt", f"file://{store.parent}/nothing")
    found = told("backups", "adopt", f"file://{store}")
    assert [(one["slug"], one["isNew"], one["backups"], one["proven"]) for one in found] == [
        ("acme", True, 1, 1),
        ("demo", True, 1, 1),
    ]
    after = {one["slug"]: one for one in told("tenants", "list")}
    assert {slug: one["tenantId"] for slug, one in after.items()} == {
        slug: one["tenantId"] for slug, one in before.items()
    }
    assert {one["status"] for one in after.values()} == {"archived"}
    assert told("backups", "list", "acme")["data"][0]["provenAt"]
    assert "adopted" in call("backups", "adopt", "--text").stdout
    call("backups", "adopt", "ftp://nowhere", status=2)


def test_a_backup_is_a_file_that_opens_with_the_key_beside_it(
    call: Run, told: Told, store: Path, tmp_path: Path
) -> None:
    (outcome,) = told("backups", "run", "acme")
    (path,) = archives(store)
    key = path.parent / "key"
    found = told("archive", "verify", str(path), "--tenant-key", str(key))
    assert (found["archive"], found["manifest"]["tenant"]["slug"]) == (outcome["backup"], "acme")
    (backup,) = told("backups", "list", "acme")["data"]
    assert (found["digest"], found["bytes"]) == (backup["digest"], backup["bytes"])
    told("backups", "run", "demo")
    (other,) = [one.parent / "key" for one in archives(store) if one != path]
    wrong = call("archive", "verify", str(path), "--tenant-key", str(other), status=1)
    assert "not sealed with a data key" in wrong.stderr
    lost = {"ENCRYPTION_KEY": generate_key()}
    call("archive", "verify", str(path), "--tenant-key", str(key), status=1, **lost)
    call("archive", "verify", str(path), "--tenant-key", str(path), status=2)


def test_without_a_store(call: Run) -> None:
    for arguments in (("run", "acme"), ("verify", "acme"), ("prune",)):
        assert "set BACKUP_URL" in call("backups", *arguments, status=1).stderr
    assert "none" in call("backups", "list", "acme", "--text").stdout


def test_wrong_usage(call: Run, store: Path) -> None:
    call("backups", "run", status=2)
    call("backups", "run", "acme", "--all", status=2)
    assert "no tenant 'nobody'" in call("backups", "run", "nobody", status=1).stderr


@pytest.mark.parametrize("url", ["s3:///x", "file://relative", "ftp://x/y", "s3://b?endpoint=x"])
def test_an_address_that_is_none_is_reported(call: Run, url: str) -> None:
    stderr = call("backups", "list", "acme", status=1, BACKUP_URL=url).stderr
    assert "BACKUP_URL" in stderr

"""``freehold attest``, its job, and what doctor and the metrics make of it."""

import json
import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from central.database import CENTRAL
from central.operators import audit
from tests.api.cli.conftest import Run, Told
from tests.api.conftest import ON_SQLITE

ACME, DEMO = "tenant_acme.sqlite", "tenant_demo.sqlite"


def attested(call: Run, *arguments: str, status: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(call("attest", *arguments, "--json", status=status).stdout)
    return found


def codes(report: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["tenant"], one["code"]) for one in report["findings"]]


def test_nothing_is_found_where_nothing_is_wrong(call: Run) -> None:
    report = attested(call)
    assert (report["tenants"], report["findings"]) == (["acme", "demo"], [])
    assert "nothing found" in call("attest", "acme", "--text").stdout


def test_files_of_others_modes_and_links_are_found(call: Run, folder: Path) -> None:
    acme, demo = folder / "tenants" / ACME, folder / "tenants" / DEMO
    acme.chmod(0o644)
    assert codes(attested(call, status=1)) == [("acme", "file-mode")]
    acme.chmod(0o600)
    os.link(acme, folder / "elsewhere.sqlite")
    assert codes(attested(call, status=1)) == [("acme", "file-link")]
    (folder / "elsewhere.sqlite").unlink()
    (folder / "tenants").chmod(0o755)
    assert ("demo", "directory-mode") in codes(attested(call, status=1))
    (folder / "tenants").chmod(0o700)
    shutil.copy(acme, demo)
    assert codes(attested(call, status=1)) == [("demo", "database-mismatch")]


def test_a_report_is_signed(call: Run, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    made = attested(call, "--report", str(report))
    assert attested(call, "--verify", str(report)) == made
    report.write_text(report.read_text().replace('"acme"', '"acne"'))
    refused = call("attest", "--verify", str(report), status=1)
    assert "changed afterwards" in refused.stderr
    report.write_text("no report")
    assert "not a report" in call("attest", "--verify", str(report), status=1).stderr


def move(folder: Path, domain: str, slug: str) -> None:
    """Give a host name to another tenant past Freehold, in the database."""
    with closing(sqlite3.connect(folder / "central.sqlite")) as central:
        to = "(SELECT id FROM tenant WHERE slug = ?)"
        central.execute(f"UPDATE domain SET tenant = {to} WHERE domain = ?", (slug, domain))  # noqa: S608 # own text
        central.commit()


def test_a_host_name_that_was_moved_by_hand_is_found(call: Run, folder: Path) -> None:
    move(folder, "acme.localhost", "demo")
    report = attested(call, status=1)
    assert codes(report) == [("demo", "domain-moved")]
    assert "acme.localhost" in report["findings"][0]["detail"]
    listed = json.loads(call("doctor", "--json", status=1).stdout)
    (finding,) = [one for one in listed if one["about"] == "domain acme.localhost"]
    assert (finding["level"], "changed by hand" in finding["message"]) == ("error", True)
    move(folder, "acme.localhost", "acme")
    assert codes(attested(call)) == []


def test_host_names_are_sealed_again_with_a_new_key_and_not_those_moved_by_hand(
    call: Run, told: Told, folder: Path, environ: dict[str, str]
) -> None:
    old, new, third = environ["ENCRYPTION_KEY"], *(told("keys", "generate")["key"] for _ in range(2))
    told("tenants", "domains", "add", "acme", "crm.example.com", FREEHOLD_LOCAL="1")
    move(folder, "crm.example.com", "demo")
    told("keys", "rotate", ENCRYPTION_KEY=f"{new},{old}")

    def found(key: str, status: int = 0) -> list[tuple[str, str]]:
        return codes(json.loads(call("attest", "--json", status=status, ENCRYPTION_KEY=key).stdout))

    assert found(new, 1) == [("demo", "domain-moved")]
    move(folder, "crm.example.com", "acme")
    assert found(f"{new},{old}") == []
    told("keys", "replace-lost", "--yes", ENCRYPTION_KEY=third)
    assert found(third) == []


@ON_SQLITE
async def test_a_round_finds_what_was_moved_since(world_with: Callable[..., Any], folder: Path) -> None:
    async with world_with(attestation_hours=24) as world:
        move(folder, "acme.localhost", "demo")
        await world.run_jobs(world.platform.attestation_jobs.kind)
        lines = (await world.client("localhost").get("/metrics")).text.splitlines()
        assert 'freehold_attestation_findings{code="domain-moved"} 1' in lines
        with CENTRAL.bind(world.platform.central_engine):
            recorded = [one for one in (await audit.page(200)).items if one.action == "attestation.finding"]
        assert [one.tenant_slug for one in recorded] == ["demo"]


@ON_SQLITE
async def test_a_round_is_remembered_until_the_next(
    world_with: Callable[..., Any], told: Told, folder: Path
) -> None:
    async with world_with(attestation_hours=24) as world:
        acme = folder / "tenants" / ACME
        acme.chmod(0o640)
        for _ in range(2):
            await world.run_jobs(world.platform.attestation_jobs.kind)
        lines = (await world.client("localhost").get("/metrics")).text.splitlines()
        assert 'freehold_attestation_findings{code="file-mode"} 1' in lines
        assert any(line.startswith("freehold_attestation_age_seconds ") for line in lines)
        with CENTRAL.bind(world.platform.central_engine):
            recorded = [one for one in (await audit.page(200)).items if one.action == "attestation.finding"]
        assert [one.tenant_slug for one in recorded] == ["acme"], "a finding is recorded once"
        acme.chmod(0o600)
        await world.run_jobs()
        lines = (await world.client("localhost").get("/metrics")).text.splitlines()
        assert not any("file-mode" in line for line in lines)


def test_doctor_reports_the_findings_of_the_last_round(told: Told) -> None:
    (finding,) = [one for one in told("doctor", ATTESTATION_HOURS="24") if one["about"] == "isolation"]
    assert (finding["level"], finding["message"]) == ("ok", "The first round is due.")
    (finding,) = [one for one in told("doctor", ATTESTATION_HOURS="0") if one["about"] == "isolation"]
    assert "ATTESTATION_HOURS" in finding["mend"]

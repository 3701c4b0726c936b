"""Commands over an installation with tenants in it."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from tests.api.conftest import KEY

Run = Callable[..., Result]


@pytest.fixture
def run(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """``freehold ...`` on a copy of the two tenants."""
    monkeypatch.chdir(tmp_path)
    environ = {
        "DATA_DIR": str(folder),
        "CENTRAL_DATABASE_URL": f"sqlite:///{folder / 'central.sqlite'}",
        "ENCRYPTION_KEY": KEY.secret.hex(),
    }

    def invoke(*arguments: str, status: int = 0) -> Result:
        done = CliRunner().invoke(main, list(arguments), env=environ)
        assert done.exit_code == status, done.output
        return done

    return invoke


def test_tenants_are_listed_the_newest_first(run: Run) -> None:
    found = json.loads(run("tenants", "list", "--json").stdout)
    assert [(one["slug"], one["status"]) for one in found] == [("demo", "active"), ("acme", "active")]
    table = run("tenants", "list").stdout
    assert found[0]["tenantId"] in table
    assert "acme.localhost" in table


def test_migrating_goes_through_every_tenant(run: Run) -> None:
    outcome = json.loads(run("migrate", "--json").stdout)
    assert outcome == {"central": 0, "tenants": {"acme": 0, "demo": 0}, "failures": {}}
    assert json.loads(run("migrate", "--central-only", "--json").stdout)["tenants"] == {}


def test_a_tenant_that_cannot_be_migrated_is_told_and_the_others_are_migrated(run: Run, folder: Path) -> None:
    for path in (folder / "tenants").glob("tenant_acme.sqlite*"):
        path.unlink()
    done = run("migrate", status=1)
    assert "1 tenants are up to date" in done.stdout
    assert "acme is not" in done.stderr
    assert not list((folder / "tenants").glob("tenant_acme*"))

"""``freehold ...`` as a test calls it, on a copy of the two tenants."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from tests.api.conftest import KEY

Run = Callable[..., Result]
Told = Callable[..., Any]


@pytest.fixture
def environ(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What the commands see; they are called in ``tmp_path``."""
    monkeypatch.chdir(tmp_path)
    return {
        "DATA_DIR": str(folder),
        "CENTRAL_DATABASE_URL": f"sqlite:///{folder / 'central.sqlite'}",
        "ENCRYPTION_KEY": KEY.secret.hex(),
        "SQLITE_SYNCHRONOUS": "NORMAL",
    }


@pytest.fixture
def call(environ: dict[str, str]) -> Run:
    """Calls ``freehold ...``, which has to end with the given status."""

    def invoke(
        *arguments: str, status: int = 0, stdin: str | None = None, traceback: bool = False, **more: str
    ) -> Result:
        done = CliRunner().invoke(main, list(arguments), input=stdin, env=environ | more)
        assert done.exit_code == status, done.output
        assert traceback or "Traceback" not in done.output
        return done

    return invoke


@pytest.fixture
def told(call: Run) -> Told:
    """What a command says in JSON."""

    def invoke(*arguments: str, status: int = 0, **more: str) -> Any:
        return json.loads(call(*arguments, "--json", status=status, **more).stdout)

    return invoke

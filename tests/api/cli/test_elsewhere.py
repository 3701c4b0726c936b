"""The same commands where Litestar's and Piccolo's people look for them, and what shells complete."""

import subprocess
import sys
from pathlib import Path

import httpx
import msgspec
import pytest
from click.shell_completion import get_completion_class
from openapi_spec_validator import OpenAPIV31SpecValidator

from api.cli import main
from tests.api.cli.conftest import Run
from tests.api.conftest import KEY
from tests.support.processes import LITESTAR, PICCOLO, environment, free_port, run, serving

BIN = Path(sys.executable).parent


def test_litestar_has_them_too(tmp_path: Path, environ: dict[str, str]) -> None:
    command = [str(BIN / "litestar"), "freehold", "tenants", "list", "--text"]
    done = subprocess.run(
        command, cwd=tmp_path, env=environment(environ), capture_output=True, text=True, check=False
    )
    assert "acme.localhost" in done.stdout, done.stderr


def litestar(arguments: list[str], folder: Path, environ: dict[str, str]) -> str:
    environ = environ | {"LITESTAR_APP": "api.app:create_app", "COLUMNS": "200"}
    done = run(LITESTAR, arguments, folder=folder, environ=environ)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_litestar_lists_every_route(tmp_path: Path, environ: dict[str, str]) -> None:
    listed = litestar(["routes"], tmp_path, environ)
    for route in ("/setup/tenants", "/api/v1/data/{object:str}", "/problems", "/health"):
        assert f"{route} (HTTP)" in listed
    assert "create_record async POST" in listed
    assert "OpenAPI" in litestar(["info"], tmp_path, environ)


def test_litestar_writes_the_document_of_both_kinds_of_host(tmp_path: Path, environ: dict[str, str]) -> None:
    litestar(["schema", "openapi", "--output", "document.json"], tmp_path, environ)
    document = msgspec.json.decode((tmp_path / "document.json").read_bytes())
    assert {"/setup/tenants", "/api/v1/data/{object}"} <= set(document["paths"])
    assert list(OpenAPIV31SpecValidator(document).iter_errors()) == []
    litestar(["schema", "typescript", "--output", "document.ts"], tmp_path, environ)
    assert "export namespace createRecord" in (tmp_path / "document.ts").read_text()


def test_litestar_runs_it(tmp_path: Path, environ: dict[str, str]) -> None:
    port = free_port()
    command = [str(BIN / "litestar"), "run", "--port", str(port)]
    environ = environ | {"LITESTAR_APP": "api.app:create_app"}
    with serving(folder=tmp_path, port=port, environ=environ, command=command):
        assert httpx.get(f"http://localhost:{port}/health").json() == {"status": "ok"}


def test_piccolo_looks_after_the_central_database(tmp_path: Path, environ: dict[str, str]) -> None:
    environ = environ | {"PICCOLO_CONF": "piccolo_conf"}
    fresh = environ | {"CENTRAL_DATABASE_URL": f"sqlite:///{tmp_path / 'fresh.sqlite'}"}
    (tmp_path / "fresh.sqlite").touch()
    behind = run(PICCOLO, ["central", "check"], folder=tmp_path, environ=fresh)
    assert "pending: central " in behind.stdout
    assert behind.returncode != 0
    done = run(PICCOLO, ["central", "forwards"], folder=tmp_path, environ=fresh)
    assert "ran: central " in done.stdout


def test_piccolo_migrations_say_what_to_use(tmp_path: Path, environ: dict[str, str]) -> None:
    environ = environ | {"PICCOLO_CONF": "piccolo_conf"}
    done = run(PICCOLO, ["migrations", "forwards", "central"], folder=tmp_path, environ=environ)
    assert "piccolo central forwards" in done.stdout + done.stderr
    assert "freehold migrate" in done.stdout + done.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_shells_are_given_what_they_need(call: Run, shell: str) -> None:
    assert "_FREEHOLD_COMPLETE" in call("completion", shell).stdout


def completed(*words: str) -> list[str]:
    """What a shell is offered for the last of these words."""
    *before, begun = words
    completion = get_completion_class("bash")(main, {}, "freehold", "_FREEHOLD_COMPLETE")
    return [item.value for item in completion.get_completions(list(before), begun)]


def test_commands_and_tenants_are_completed(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert completed("do") == ["doctor"]
    assert completed("tenants", "show", "ac") == ["acme"]
    assert sorted(completed("migrate", "")) == ["acme", "demo"]


def test_where_there_is_nothing_nothing_is_completed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("ENCRYPTION_KEY", raising=False)
    assert completed("shell", "a") == []
    monkeypatch.setenv("ENCRYPTION_KEY", KEY.secret.hex())
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "nowhere"))
    assert completed("shell", "a") == []

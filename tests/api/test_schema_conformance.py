"""schemathesis against the real server: what ``/schema`` promises is what comes back, on both kinds of host.

``positive_data_acceptance`` is left out: a reserved slug or a weak password has the form that the document
asks for, and is refused all the same.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.api.conftest import KEY, OPERATOR_TOKEN, PASSWORD
from tests.support.processes import free_port, serving

pytestmark = pytest.mark.timeout(600)

CONFIG = """
[parameters]
"path.object" = "accounts"
"""
OPTIONS = (
    *("--no-color", "--no-shrink", "--generation-deterministic", "--continue-on-failure"),
    *("--max-examples", "8", "--exclude-checks", "positive_data_acceptance"),
)


@pytest.fixture
def port(folder: Path) -> Iterator[int]:
    """Where the real server listens, on a copy of the two tenants."""
    found = free_port()
    environ = {
        "PORT": str(found),
        "DATA_DIR": str(folder),
        "CENTRAL_DATABASE_URL": f"sqlite:///{folder / 'central.sqlite'}",
        "ENCRYPTION_KEY": KEY.secret.hex(),
        "SQLITE_SYNCHRONOUS": "OFF",
        "LOG_LEVEL": "info",
        "ACCESS_TOKEN_SECONDS": "3600",
    }
    with serving(folder=folder, port=found, environ=environ):
        yield found


def token_for(host: str, port: int) -> str:
    if host == "localhost":
        return OPERATOR_TOKEN
    body = {"email": "administrator@acme.example", "password": PASSWORD}
    answer = httpx.post(f"http://127.0.0.1:{port}/api/v1/auth/login", json=body, headers={"Host": host})
    return str(answer.json()["accessToken"])


@pytest.mark.parametrize(
    ("host", "selection"),
    [
        ("localhost", []),
        ("acme.localhost", ["--exclude-operation-id", "logout"]),
        ("acme.localhost", ["--include-operation-id", "logout"]),  # by itself, since it ends the session
    ],
    ids=["central", "tenant", "signing out"],
)
def test_no_5xx_and_no_undocumented_answer(folder: Path, port: int, host: str, selection: list[str]) -> None:
    (folder / "schemathesis.toml").write_text(CONFIG)
    headers = ["-H", f"Host: {host}", "-H", f"Authorization: Bearer {token_for(host, port)}"]
    command = [str(Path(sys.executable).with_name("schemathesis")), "run", f"http://127.0.0.1:{port}/schema"]
    done = subprocess.run(
        [*command, *headers, *OPTIONS, *selection],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
    assert '"status":5' not in (folder / f"serve-{port}.log").read_text()

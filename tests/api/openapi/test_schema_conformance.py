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
from tests.api.every_type import EVERY_TYPE
from tests.support.processes import free_port, serving
from tests.support.thoroughly import THOROUGHLY, times

pytestmark = pytest.mark.timeout(600)
NAME = EVERY_TYPE["name"]

HOOKS = """
import schemathesis

schemathesis.serializer.alias("application/vnd.freehold.archive", "application/octet-stream")
"""
CONFIG = """
hooks = "archive_hooks.py"

[parameters]
"path.object" = "accounts"

[[operations]]
include-path-regex = "/history$"
checks.use_after_free.enabled = false  # the history of a destroyed record is kept

[[operations]]
include-operation-id = "changeObject"  # If-Match is looked at before the fields of indexes
checks.negative_data_rejection.expected-statuses = [400, 401, 403, 404, 409, 412, 415, 422]

[[operations]]
include-operation-id = "replaceLogo"  # a body over maxLength is 413, by default no refusal for the check
checks.negative_data_rejection.expected-statuses = [400, 401, 403, 404, 413, 415, 422]
"""
QUICK = "examples,fuzzing,stateful"
PHASES = f"{QUICK},coverage" if THOROUGHLY else QUICK
"""``coverage`` tries each rule of each field, one after the other: most of the time that all of them take."""
OPTIONS = (
    *("--no-color", "--no-shrink", "--generation-deterministic", "--continue-on-failure"),
    *("--max-examples", str(times(3, 8)), "--exclude-checks", "positive_data_acceptance"),
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
        ("localhost", ["--exclude-operation-id", "mayHaveCertificate"]),  # nobody here is a trusted proxy
        ("acme.localhost", ["--exclude-operation-id", "logout"]),
        ("acme.localhost", ["--include-operation-id", "logout"]),  # by itself, since it ends the session
    ],
    ids=["central", "tenant", "signing out"],
)
def test_no_5xx_and_no_undocumented_answer(folder: Path, port: int, host: str, selection: list[str]) -> None:
    document = httpx.get(f"http://127.0.0.1:{port}/schema", headers={"Host": host}).content
    check(folder, port, host, document, token_for(host, port), [*selection, "--phases", PHASES])


def test_the_routes_of_a_tenant_s_own_object_keep_what_its_own_document_promises(
    folder: Path, port: int
) -> None:
    """Without ``coverage``, which would try thousands of bodies for so many fields."""
    host, url = "acme.localhost", f"http://127.0.0.1:{port}"
    token = token_for(host, port)
    headers = {"Host": host, "Authorization": f"Bearer {token}"}
    made = httpx.post(f"{url}/api/v1/objects", json=EVERY_TYPE, headers=headers)
    assert made.status_code == 201, made.text
    for _ in range(3):
        body = {"constructor": "x", "money": "12.50", "extra": {"a": 1}, "tags": ["won"]}
        assert httpx.post(f"{url}/api/v1/data/{NAME}", json=body, headers=headers).status_code == 201
    document = httpx.get(f"{url}/schema", headers=headers).content
    check(folder, port, host, document, token, ["--include-tag", NAME, "--phases", QUICK])


def check(folder: Path, port: int, host: str, document: bytes, token: str, selection: list[str]) -> None:
    """Every operation that is selected, with what the document says of it, against the server."""
    (folder / "schemathesis.toml").write_text(CONFIG)
    (folder / "archive_hooks.py").write_text(HOOKS)
    (folder / "schema.json").write_bytes(document)
    headers = ["-H", f"Host: {host}", "-H", f"Authorization: Bearer {token}"]
    command = [str(Path(sys.executable).with_name("schemathesis")), "run", "schema.json"]
    done = subprocess.run(
        [*command, "--url", f"http://127.0.0.1:{port}", *headers, *OPTIONS, *selection],
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=500,
        check=False,
    )
    failures = done.stdout.partition("= FAILURES =")[2]
    assert done.returncode == 0, failures[:6000] + done.stdout[-2000:] + done.stderr[-2000:]
    assert '"status":5' not in (folder / f"serve-{port}.log").read_text()

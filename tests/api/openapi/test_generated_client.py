"""A client that openapi-python-client generates from a tenant's document works against that tenant."""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.api.conftest import ON_SQLITE, PASSWORD, World
from tests.api.every_type import EVERY_TYPE

pytestmark = ON_SQLITE

NAME = EVERY_TYPE["name"]
CONFIG = """
package_name_override: generated
post_hooks: []
content_type_overrides:
  "image/*": application/octet-stream
"""
"""The generator knows images by no other name."""


def generated(document: dict[str, Any], folder: Path) -> str:
    """Generate a client into ``folder/generated``. Returns what the generator printed."""
    (folder / "document.json").write_text(json.dumps(document))
    (folder / "config.yaml").write_text(CONFIG)
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none"]
    command += [
        "--fail-on-warning",
        "--path",
        "document.json",
        "--config",
        "config.yaml",
        "--output-path",
        "generated",
    ]
    run = subprocess.run(command, check=False, cwd=folder, capture_output=True, text=True, timeout=240)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout


@contextmanager
def imported_from(folder: Path) -> Iterator[None]:
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.partition(".")[0] == "generated"]:
            del sys.modules[name]


def module(name: str) -> Any:
    return importlib.import_module(f"generated.{name}")


async def test_a_generated_client_signs_in_lists_creates_changes_and_meets_a_412(
    world: World, tmp_path: Path
) -> None:
    if sys.version_info >= (3, 15):
        pytest.skip("openapi-python-client needs pydantic, which has no wheel for Python 3.15")
    admin = await world.user()
    assert (await admin.post("/api/v1/objects", json=EVERY_TYPE)).status_code == 201
    document = (await admin.get("/schema")).json()
    assert "arning" not in generated(document, tmp_path)
    transport = httpx.ASGITransport(app=world.app)  # type: ignore[arg-type]
    options = {"base_url": "http://acme.localhost", "httpx_args": {"transport": transport}}
    with imported_from(tmp_path):
        client, models = module("client"), module("models")
        credentials = models.Credentials(email="administrator@acme.example", password=PASSWORD)
        async with client.Client(**options) as anonymous:
            tokens = await module("api.signing_in.login").asyncio(client=anonymous, body=credentials)
        async with client.AuthenticatedClient(token=tokens.access_token, **options) as signed_in:
            await use(signed_in, models)


async def use(client: Any, models: Any) -> None:
    accounts = "api.accounts"
    body = models.AccountsCreate(name="Globex", annual_revenue="1234.50")
    created = await module(f"{accounts}.create_record_accounts").asyncio(client=client, body=body)
    assert created.data.annual_revenue == "1234.50"
    page = await module(f"{accounts}.list_records_accounts").asyncio(client=client)
    assert [record.name for record in page.data] == ["Globex"]
    query = models.AccountsQuery(filter_=models.AccountsFilter.from_dict({"name": {"startswith": "Glo"}}))
    found = await module(f"{accounts}.query_records_accounts").asyncio(client=client, body=query)
    assert [record.id for record in found.data] == [created.data.id]
    update = module(f"{accounts}.update_record_accounts")
    change = models.AccountsChange(name="Globex Corporation")
    changed = await update.asyncio(created.data.id, client=client, body=change, if_match='"1"')
    assert (changed.data.name, changed.data.version) == ("Globex Corporation", 2)
    refused = await update.asyncio(created.data.id, client=client, body=change, if_match='"1"')
    assert (refused.status, refused.code) == (412, "version-mismatch")
    name = "list_records_prototype_2_x"  # the generator's form of listRecords_prototype_2x
    own = await module(f"api.{NAME}.{name}").asyncio(client=client)
    assert (own.data, own.page.next_) == ([], None)

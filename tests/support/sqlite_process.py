"""``python -m tests.support.sqlite_process FOLDER``: a process whose settings name no MySQL server.

It provisions a tenant and serves requests of it, then prints as JSON what it listed and which modules of
MySQL were imported. An import of the MySQL driver fails in this process, as if it was not installed.
"""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import httpx

import api.cli.main  # noqa: F401 - the commands are part of the process, whichever is run
from api.app import create_app
from api.composition import compose
from central.database import CENTRAL
from central.secrets.keys import EncryptionKey, generate_key
from central.settings.settings import Settings

__all__ = ["main"]

TOKEN = "fho_" + "a-token-for-this-process-" * 2
ADMIN = {"email": "ada@acme.example", "password": "correct horse battery"}
FIELDS = [
    {"name": "name", "type": "text", "required": True, "searchable": True, "index": True},
    {"name": "code", "type": "text", "unique": True},
    {"name": "account", "type": "lookup", "target": "accounts"},
]


async def main(folder: Path) -> None:
    """Provision a tenant; create an object, change it, write records, list and search them."""
    settings = Settings(
        central_database_url=f"sqlite:///{folder / 'central.sqlite'}",
        data_dir=folder,
        encryption_keys=(EncryptionKey.from_hex(generate_key()),),
        operator_token=TOKEN,
        sqlite_synchronous="OFF",
    )
    platform = compose(settings)
    await platform.central_migrator.migrate(platform.central_engine)
    with CENTRAL.bind(platform.central_engine):
        await platform.operators.ensure_first_operator(TOKEN)
    app = create_app(platform=platform)
    async with app.lifespan():
        names = await _requests(app)
    loaded = [name for name in sys.modules if name.startswith(("piccolo_engines.mysql", "asyncmy."))]
    print(json.dumps({"names": names, "loaded": loaded}))  # noqa: T201


async def _requests(app: Any) -> list[str]:
    operator, tenant = _client(app, "localhost", TOKEN), _client(app, "acme.localhost")
    acme = {"name": "Acme", "slug": "acme", "primaryDomain": "acme", "admin": ADMIN}
    await _send(operator, "POST", "/setup/tenants", acme)
    signed_in = await _send(tenant, "POST", "/api/v1/auth/login", ADMIN)
    tenant.headers["authorization"] = f"Bearer {signed_in['accessToken']}"
    await _send(tenant, "POST", "/api/v1/objects", {"name": "deals", "fields": FIELDS})
    await _send(tenant, "POST", "/api/v1/objects/deals/fields", {"name": "amount", "type": "integer"})
    await _send(tenant, "POST", "/api/v1/data/deals", {"name": "One", "code": "1", "amount": 1})
    await _send(tenant, "GET", "/api/v1/data/deals?search=one&sort=name&filter[amount][gte]=1&expand=account")
    listed = await _send(tenant, "GET", "/api/v1/data/deals?sort=-name")
    return [record["name"] for record in listed["data"]]


def _client(app: Any, host: str, token: str = "") -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app=app, client=("203.0.113.7", 4711))
    headers = {"authorization": f"Bearer {token}"} if token else {}
    return httpx.AsyncClient(transport=transport, base_url=f"http://{host}", headers=headers)


async def _send(client: httpx.AsyncClient, method: str, path: str, body: object = None) -> Any:
    response = await client.request(method, path, json=body)
    assert response.is_success, (path, response.text)
    return response.json()


if __name__ == "__main__":
    sys.modules["asyncmy"] = None  # type: ignore[assignment]  # Python's way to make an import fail
    asyncio.run(main(Path(sys.argv[1])))

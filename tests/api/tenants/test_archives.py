"""Tenants as archives over REST: who may, what comes back, and what a bad archive leaves."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx
import pytest

from api.operations.archives import TenantImport
from api.operations.repeatable_import import RepeatableImport
from central.database import CENTRAL
from central.idempotency import Idempotency
from central.operators.audit import Actor
from central.provisioning.types import TenantRequest
from central.tables import Credential, DirectoryEntry, Domain, Tenant
from piccolo_engines.columns import utc_now
from tenant_schema.archives.format.key_text import new_key_pair
from tests.api.conftest import OPERATOR_TOKEN, PASSWORD, World
from tests.api.scenarios import Callers, Scenario, assert_problem, check, table
from tests.api.tenants.requests import NOBODY, TENANTS, acts

PASSPHRASE = "töpfer & söhne, gmbh"
SEALED = {"Archive-Passphrase": quote(PASSPHRASE)}
TYPE = "application/vnd.freehold.archive"
PAIR = new_key_pair()
COPY = {"slug": "copy", "name": "A copy", "primaryDomain": "copy"}


@table(
    Scenario(
        name="export a tenant",
        method="GET",
        path=f"{TENANTS}/{{tenant}}/export?recipient={PAIR.public}",
        host="localhost",
        statuses={"operator": 200, "*": 401},
        shows=("FREEHOLD ARCHIVE 1",),
        hides=("administrator@acme.example", "Initech"),
    ),
    Scenario(
        name="export on a tenant's host",
        method="GET",
        path=f"{TENANTS}/{{tenant}}/export",
        headers=SEALED,
        statuses={"*": 404},
    ),
    Scenario(
        name="import without an archive",
        method="POST",
        path=f"{TENANTS}/import?slug=copy&name=Copy&primaryDomain=copy",
        host="localhost",
        headers={**SEALED, "Content-Type": TYPE},
        body={"no": "archive"},
        statuses={"operator": 422, "*": 401},
    ),
)
async def test_scenarios(world: World, scenario: Scenario, callers: Callers) -> None:
    await check(world, scenario, callers, tenant=await world.tenant_id("acme"))


async def exported(world: World, slug: str = "acme", **options: Any) -> bytes:
    path = f"{TENANTS}/{await world.tenant_id(slug)}/export"
    response = await world.operator().get(path, **({"headers": SEALED} | options))
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == TYPE
    assert response.headers["cache-control"] == "no-store"
    assert "attachment" in response.headers["content-disposition"]
    return response.content


async def imported(world: World, data: bytes, *, query: Any = None, **headers: str) -> httpx.Response:
    given = {**SEALED, "Content-Type": TYPE} | headers
    return await world.operator().post(
        f"{TENANTS}/import", params=query or COPY, content=data, headers=given, timeout=60
    )


async def rows_of_central(world: World) -> list[int]:
    with CENTRAL.bind(world.platform.central_engine):
        return [await one.count() for one in (Tenant, Domain, Credential, DirectoryEntry)]


def left(world: World) -> set[str]:
    """The databases of tenants on SQLite."""
    return {path.name for path in world.platform.settings.data_dir.rglob("*.sqlite*") if "copy" in path.name}


async def test_a_copy_has_all_that_the_tenant_has_and_goes_its_own_way(world: World) -> None:
    ada = await world.user()
    account = (await ada.post("/api/v1/data/accounts", json={"name": "Initech"})).json()["data"]["id"]
    data = await exported(world)
    await ada.patch(f"/api/v1/data/accounts/{account}", json={"name": "Changed since"})
    response = await imported(world, data)
    assert response.status_code == 201, response.text
    made = response.json()
    tenant_id = await world.tenant_id("acme")
    assert made["archive"]["tenantId"] == tenant_id != made["tenantId"]
    assert (made["archive"]["slug"], made["slug"], made["status"]) == ("acme", "copy", "active")
    assert made["admin"] == {"email": "administrator@acme.example", "password": None}
    assert made["domain"] == "copy.localhost"
    assert response.headers["cache-control"] == "no-store"
    body = {"email": "administrator@acme.example", "password": PASSWORD}
    signed_in = await world.client("copy.localhost").post("/api/v1/auth/login", json=body)
    assert signed_in.status_code == 200, signed_in.text
    there = world.client("copy.localhost", signed_in.json()["accessToken"])
    assert (await there.get(f"/api/v1/data/accounts/{account}")).json()["data"]["name"] == "Initech"
    assert (await there.get("/api/v1/drift")).json().get("data", []) == []
    assert (await there.post("/api/v1/data/accounts", json={"name": "Only here"})).status_code == 201
    assert "Only here" not in (await ada.get("/api/v1/data/accounts")).text
    actions = [one for one in await acts(world) if "port" in one[0]]
    assert actions == [
        ("tenant.export", "acme"),
        ("tenant.exported", "acme"),
        ("tenant.import", "copy"),
        ("tenant.imported", "copy"),
    ]


async def test_users_of_the_copy_are_found_on_the_central_host(world: World) -> None:
    await imported(world, await exported(world))
    with CENTRAL.bind(world.platform.central_engine):
        found = await world.platform.directory.tenants_of("administrator@acme.example", 9)
    assert "copy" in {one.slug for one in found}


async def test_an_archive_for_a_recipient_is_opened_by_the_private_key(world: World) -> None:
    data = await exported(world, headers={}, params={"recipient": PAIR.public})
    refused = await imported(world, data)
    assert assert_problem(refused, "archive-locked")["status"] == 422
    wanted = {"Content-Type": TYPE, "Archive-Identity": PAIR.private}
    response = await world.operator().post(
        f"{TENANTS}/import", params=COPY, content=data, headers=wanted, timeout=60
    )
    assert response.status_code == 201, response.text


async def test_what_cannot_be_sealed_or_found_is_refused(world: World) -> None:
    path = f"{TENANTS}/{await world.tenant_id('acme')}/export"
    operator = world.operator()
    assert_problem(await operator.get(path), "validation")
    assert_problem(await operator.get(path, headers={"Archive-Passphrase": "short"}), "validation")
    assert_problem(await operator.get(path, params={"recipient": "freehold-public-x"}), "validation")
    assert (await operator.get(path, params={"recipent": "x"})).status_code == 400
    missing = await operator.get(f"{TENANTS}/{NOBODY}/export", headers=SEALED)
    assert assert_problem(missing, "tenant-not-found")


async def test_a_suspended_tenant_can_be_exported(world: World) -> None:
    await world.operator().post(f"{TENANTS}/{await world.tenant_id('acme')}/suspend")
    assert await exported(world)


@pytest.mark.parametrize("settings", ["sqlite", "mariadb"], indirect=True)
async def test_a_bad_archive_leaves_nothing(world: World) -> None:
    data = await exported(world)
    before = await rows_of_central(world)
    middle = len(data) // 2
    flipped = data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :]
    for bad in (flipped, data[:-1], data + b"x", data[: len(data) - 1000], b"", b"no archive"):
        response = await imported(world, bad)
        assert assert_problem(response, "archive-damaged")["status"] == 422
    wrong = {"Archive-Passphrase": quote("correct horse battery")}
    assert_problem(await imported(world, data, **wrong), "archive-locked")
    assert await rows_of_central(world) == before
    assert left(world) == set()
    assert (await imported(world, data)).status_code == 201


async def test_what_is_taken_or_malformed_is_refused_before_anything_is_made(world: World) -> None:
    data = await exported(world)
    before = await rows_of_central(world)
    queries = {
        "slug-taken": COPY | {"slug": "demo"},
        "domain-taken": COPY | {"primaryDomain": "demo"},
        "validation": COPY | {"slug": "No Slug", "name": " ", "primaryDomain": "-"},
        "unknown-database-server": COPY | {"dbHost": "db9"},
    }
    for code, query in queries.items():
        assert_problem(await imported(world, data, query=query), code)
    assert (await imported(world, data, query={"slug": "copy"})).status_code == 400
    assert (await imported(world, data, **{"Content-Type": "application/json"})).status_code == 415
    assert (await imported(world, data, **{"Content-Encoding": "gzip"})).status_code == 415
    assert await rows_of_central(world) == before
    assert left(world) == set()


async def test_an_archive_is_not_larger_than_is_allowed(world: World) -> None:
    data = await exported(world)
    world.platform.__class__.settings.__set__(  # type: ignore[attr-defined]  # a slot
        world.platform, replace(world.platform.settings, max_archive_bytes=len(data) - 1)
    )
    assert_problem(await imported(world, data), "body-too-large")

    async def pieces() -> Any:  # without a length
        for start in range(0, len(data), 1000):
            yield data[start : start + 1000]

    assert_problem(await imported(world, pieces()), "body-too-large")  # type: ignore[arg-type]  # httpx takes both


async def test_only_so_many_run_at_a_time(world: World) -> None:
    data, tenant_id = await exported(world), await world.tenant_id("acme")
    slots = world.platform.long_requests
    most = [slots.exports.take(UUID(tenant_id)) for _ in range(4)]
    for one in most:
        one.__enter__()
    refused = await world.operator().get(f"{TENANTS}/{tenant_id}/export", headers=SEALED)
    assert refused.status_code == 429
    for one in most:
        one.__exit__(None, None, None)
    assert await exported(world)
    assert slots.exports.running == 0
    with slots.uploads.take(UUID(int=0)), slots.uploads.take(UUID(int=0)):
        assert (await imported(world, data)).status_code == 429
    assert (await imported(world, data)).status_code == 201
    assert slots.uploads.running == 0


async def test_two_imports_with_one_slug_make_one_tenant(world: World) -> None:
    data = await exported(world)
    responses = await asyncio.gather(imported(world, data), imported(world, data))
    assert sorted(one.status_code for one in responses) == [201, 409]


async def test_the_document_describes_both(world: World) -> None:
    document = json.loads((await world.operator().get("/schema/openapi.json")).content)
    export = document["paths"]["/setup/tenants/{tenantId}/export"]["get"]
    assert TYPE in export["responses"]["200"]["content"]
    assert {one["name"] for one in export["parameters"]} >= {"Archive-Passphrase", "recipient"}
    created = document["paths"]["/setup/tenants/import"]["post"]
    assert list(created["requestBody"]["content"]) == [TYPE]
    assert {"201", "409", "413", "415", "422"} <= created["responses"].keys()


async def test_an_import_with_a_key_is_executed_once(world: World) -> None:
    data, key = await exported(world), {"Idempotency-Key": "import-copy"}
    both = await asyncio.gather(imported(world, data, **key), imported(world, data, **key))
    assert [one.status_code for one in both] == [201, 201]
    assert both[0].json()["tenantId"] == both[1].json()["tenantId"]
    assert sorted("idempotency-replayed" in one.headers for one in both) == [False, True]
    other = await imported(world, data, query={**COPY, "name": "Another"}, **key)
    assert_problem(other, "idempotency-mismatch")
    assert_problem(await imported(world, await exported(world), **key), "idempotency-mismatch")
    assert_problem(await imported(world, data, **{"Idempotency-Key": "two words"}), "invalid-idempotency-key")


async def test_an_import_whose_process_died_after_it_reports_that_tenant(world: World) -> None:
    data = await exported(world)
    made = (await imported(world, data)).json()
    an_hour_ago = Idempotency(now=lambda: utc_now() - timedelta(hours=1))
    with CENTRAL.bind(world.platform.central_engine), NamedTemporaryFile() as file:
        file.write(data)
        file.flush()
        operator = await world.platform.operators.authenticate(OPERATOR_TOKEN)
        assert operator is not None
        imports = RepeatableImport(TenantImport(world.platform, Actor("a test")), operator)
        wanted = TenantRequest(slug="copy", name="A copy", domain="copy.localhost")
        await an_hour_ago.begin(operator.id, "k", await imports._fingerprint(Path(file.name), wanted))
    again = await imported(world, data, **{"Idempotency-Key": "k"})
    assert (again.status_code, again.headers["idempotency-replayed"]) == (201, "true")
    assert again.json() == {**made, "dbPassword": None}

"""Host names: which tenant, which kind of path, and what is refused before anything is looked up."""

from collections.abc import Callable
from ipaddress import ip_network
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from central.database import CENTRAL
from central.tables import TenantStatus
from tests.api.conftest import World
from tests.api.scenarios import assert_problem
from tests.support.registries import new_registry
from tests.support.thoroughly import times


async def ask(
    world: World, host: str | bytes | None, path: str = "/api/v1/tenant", *, more: Any = (), scope: Any = None
) -> httpx.Response:
    """One GET with exactly these headers, past the client library's ideas of what a host is."""
    headers = [] if host is None else [(b"host", host.encode() if isinstance(host, str) else host)]
    sent: list[dict[str, Any]] = []

    async def receive() -> Any:
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        sent.append(message)

    given_scope = {
        "type": "http",
        "method": "GET",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [*headers, *more],
        "client": ("203.0.113.7", 4711),
        **(scope or {}),
    }
    await world.app(given_scope, receive, send)  # type: ignore[arg-type]  # a scope as plain as it can be
    body = b"".join(message.get("body", b"") for message in sent[1:])
    return httpx.Response(sent[0]["status"], headers=sent[0]["headers"], content=body)


@pytest.mark.parametrize(
    "host",
    [
        "acme.localhost",
        "acme.localhost:8000",
        "ACME.LOCALHOST",
        "Acme.LocalHost:1",
        "acme.localhost.",
        "acme.localhost.:65535",
    ],
)
async def test_a_tenant_is_found_however_its_name_is_written(world: World, host: str) -> None:
    answer = await ask(world, host)
    assert answer.status_code == 200
    shown = {"name": "Acme Corporation", "slug": "acme", "displayName": "Acme Corporation", "logo": None}
    unset = dict.fromkeys(("language", "timeZone", "currency", "accent"), "")
    assert answer.json() == shown | unset


@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        " ",
        "acme.localhost ",
        "acme_.localhost",
        "acme..localhost",
        ".acme.localhost",
        "acme.localhost:",
        "acme.localhost:0",
        "acme.localhost:65536",
        "acme.localhost:80:80",
        "acme.localhost\x00",
        "acme\x00.localhost",
        "acme.localhost/x",
        "user@acme.localhost",
        "[::1",
        "[zz]",
        "::1",
        "a" * 300,
        "a." * 150,
        b"\xff\xfe.localhost",
        "ａｃｍｅ.localhost",
        "-acme.localhost",
    ],
)
async def test_what_is_no_host_is_400(world: World, host: str | bytes | None) -> None:
    answer = await ask(world, host)
    assert answer.status_code == 400
    assert_problem(answer, "invalid-host")


@pytest.mark.parametrize("second", [b"demo.localhost", b"acme.localhost"])
async def test_two_host_headers_are_400_even_when_they_agree(world: World, second: bytes) -> None:
    assert_problem(await ask(world, "acme.localhost", more=[(b"host", second)]), "invalid-host")


@pytest.mark.parametrize(
    "host",
    [
        "nobody.localhost",
        "x.acme.localhost",
        "acme.example.com",
        "acme",
        "acme.localhost.evil.example",
        "8.8.8.8",
        "bücher.localhost",
        "xn--bcher-kva.localhost",
        "admin.localhost",
    ],
)
async def test_nobody_s_name_is_404(world: World, host: str) -> None:
    answer = await ask(world, host)
    assert answer.status_code == 404
    assert_problem(answer, "tenant-not-found")


@pytest.mark.parametrize(
    "host", ["localhost", "localhost:8000", "127.0.0.1", "127.0.0.1:8000", "[::1]:8000", "LOCALHOST."]
)
async def test_a_central_host_serves_the_platform(world: World, host: str) -> None:
    assert (await ask(world, host, "/health")).json() == {"status": "ok"}


@pytest.mark.parametrize(
    ("host", "path", "status"),
    [
        ("localhost", "/health", 200),
        ("localhost", "/ready", 200),
        ("localhost", "/metrics", 200),
        ("localhost", "/schema", 200),
        ("localhost", "/setup/tenants", 401),
        ("localhost", "/api/v1/tenant", 404),
        ("localhost", "/api/v1/auth/me", 404),
        ("localhost", "/api/v1/data/accounts", 404),
        ("localhost", "/", 404),
        ("acme.localhost", "/api/v1/tenant", 200),
        ("acme.localhost", "/schema", 200),
        ("acme.localhost", "/setup/tenants", 404),
        ("acme.localhost", "//setup/tenants", 404),
        ("acme.localhost", "/api/v1/../../setup/tenants", 404),
        ("acme.localhost", "/health", 404),
        ("acme.localhost", "/ready", 404),
        ("acme.localhost", "/metrics", 404),
        ("acme.localhost", "/", 404),
    ],
)
async def test_a_path_of_the_other_kind_is_not_there(world: World, host: str, path: str, status: int) -> None:
    answer = await ask(world, host, path)
    assert answer.status_code == status
    if status >= 400:
        assert_problem(answer)


async def test_the_two_documents_differ(world: World) -> None:
    central, tenant = [await ask(world, host, "/schema") for host in ("localhost", "acme.localhost")]
    paths = set(central.json()["paths"]), set(tenant.json()["paths"])
    assert paths[0] & paths[1] == {"/schema", "/schema/openapi.json", "/problems", "/problems/{code}"}


async def test_forwarded_hosts_of_strangers_are_ignored(world: World) -> None:
    answer = await ask(world, "acme.localhost", more=[(b"x-forwarded-host", b"demo.localhost")])
    assert answer.json()["slug"] == "acme"


async def test_forwarded_hosts_of_a_trusted_proxy_count(world_with: Callable[..., Any]) -> None:
    async with world_with(trusted_proxies=(ip_network("203.0.113.0/24"),)) as world:
        forwarded = [(b"x-forwarded-host", b"demo.localhost")]
        assert (await ask(world, "inner", more=forwarded)).json()["slug"] == "demo"
        elsewhere = {"client": ("198.51.100.1", 1)}
        assert (await ask(world, "acme.localhost", more=forwarded, scope=elsewhere)).json()["slug"] == "acme"
        assert_problem(await ask(world, "inner", more=[*forwarded, *forwarded]), "invalid-host")


async def test_the_tenant_header_is_ignored_unless_switched_on(world: World) -> None:
    assert (await ask(world, "acme.localhost", more=[(b"x-tenant-id", b"demo")])).json()["slug"] == "acme"
    assert (await ask(world, "localhost", more=[(b"x-tenant-id", b"demo")])).status_code == 404


async def test_the_tenant_header_names_a_tenant_by_id_or_slug(world_with: Callable[..., Any]) -> None:
    async with world_with(allow_tenant_header=True) as world:
        for key in ("demo", await world.tenant_id("demo")):
            named = [(b"x-tenant-id", key.encode())]
            assert (await ask(world, "localhost", more=named)).json()["slug"] == "demo"
        for key in ("nobody", "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11", "", "DEMO", "\xff"):
            named = [(b"x-tenant-id", key.encode("latin-1"))]
            assert_problem(await ask(world, "localhost", more=named), "tenant-not-found")
        assert (await ask(world, "localhost", "/health")).status_code == 200


async def test_suspending_and_resuming_count_from_the_next_request_on(world: World) -> None:
    tenant_id, operator = await world.tenant_id("acme"), world.operator()
    user = await world.user()
    assert (await user.get("/api/v1/auth/me")).status_code == 200
    assert (await operator.post(f"/setup/tenants/{tenant_id}/suspend")).json()["status"] == "suspended"
    for path in ("/api/v1/auth/me", "/api/v1/tenant", "/schema", "/nothing"):
        answer = await user.get(path)
        assert answer.status_code == 403
        assert_problem(answer, "tenant-suspended")
    assert (await world.client("demo.localhost").get("/api/v1/tenant")).status_code == 200
    assert (await operator.post(f"/setup/tenants/{tenant_id}/resume")).json()["status"] == "active"
    assert (await user.get("/api/v1/auth/me")).status_code == 200


async def test_deleting_counts_from_the_next_request_on(world: World) -> None:
    user, tenant_id = await world.user(), await world.tenant_id("acme")
    assert (await user.get("/api/v1/auth/me")).status_code == 200
    assert (await world.operator().delete(f"/setup/tenants/{tenant_id}")).json() == {"success": True}
    assert_problem(await user.get("/api/v1/auth/me"), "tenant-not-found")


async def test_a_tenant_half_made_or_half_deleted_is_not_served(world: World) -> None:
    tenant = await world.tenant("acme")
    for status, expected, code in (
        (TenantStatus.PROVISIONING, 503, "tenant-not-ready"),
        (TenantStatus.DELETING, 404, "tenant-not-found"),
        (TenantStatus.DELETED, 404, "tenant-not-found"),
        (TenantStatus.ARCHIVED, 503, "tenant-archived"),
    ):
        with CENTRAL.bind(world.platform.central_engine):
            await world.platform.registry.set_status(tenant.id, status, expected=tuple(TenantStatus))
        answer = await ask(world, "acme.localhost")
        assert answer.status_code == expected
        assert_problem(answer, code)


async def test_changes_of_other_processes_count_after_cache_seconds(world_with: Callable[..., Any]) -> None:
    async with world_with(cache_seconds=0.0) as world:
        assert (await ask(world, "acme.localhost")).status_code == 200
        with CENTRAL.bind(world.platform.central_engine):
            tenant = await world.platform.registry.by_slug("acme")
            elsewhere = new_registry()  # one whose changes this process's resolver is not told of
            await elsewhere.set_status(tenant.id, TenantStatus.SUSPENDED, expected=(TenantStatus.ACTIVE,))
        assert_problem(await ask(world, "acme.localhost"), "tenant-suspended")


async def test_any_bytes_in_a_host_header_are_answered(world: World) -> None:
    """Whatever they are: 400 or 404, and never the answer of a tenant."""
    import asyncio

    loop = asyncio.get_running_loop()

    @limits(max_examples=times(40, 150), deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.binary(max_size=60) | st.text(max_size=30).map(lambda text: f"{text}.localhost".encode()))
    def play(host: bytes) -> None:
        answer = asyncio.run_coroutine_threadsafe(ask(world, host), loop).result(10)
        assert answer.status_code in (400, 404)
        assert_problem(answer)

    await asyncio.to_thread(play)

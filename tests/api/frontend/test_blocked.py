"""What a browser gets where there is no workspace: the workspace's page with the error's status."""

import re

import httpx
import pytest

from central.database import CENTRAL
from central.tables import TenantStatus
from tests.api.conftest import ON_SQLITE, World
from tests.api.scenarios import assert_problem

pytestmark = ON_SQLITE

BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def assert_page(response: httpx.Response, status: int, kind: str) -> str:
    """It is the workspace's page, about this; returns the address of the central host in it."""
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "text/html; charset=utf-8"
    assert response.headers["cache-control"] == "no-store"
    assert response.headers["vary"] == "accept"
    assert int(response.headers["content-length"]) == len(response.content)
    policy = response.headers["content-security-policy"]
    nonce = re.search(r"style-src 'self' 'nonce-([\w-]{22})'", policy)
    assert nonce is not None
    assert "unsafe" not in policy
    assert f'name="csp-nonce" content="{nonce[1]}"' in response.text
    assert f'name="freehold-host" content="{kind}"' in response.text
    central = re.search(r'name="freehold-central" content="([^"]*)"', response.text)
    return "" if central is None else central[1]


async def set_status(world: World, status: TenantStatus) -> None:
    with CENTRAL.bind(world.platform.central_engine):
        tenant_id = (await world.tenant("acme")).id
        await world.platform.registry.set_status(tenant_id, status, expected=(TenantStatus.ACTIVE,))


@pytest.mark.parametrize(
    "path", ["/", "/login", "/o/accounts?view=x", "/setup/objects", "/nothing", "/health"]
)
async def test_a_host_of_nobody(world: World, path: str) -> None:
    client = world.client("nobody.localhost:8000")
    assert assert_page(await client.get(path, headers=BROWSER), 404, "unknown") == "http://localhost:8000"


async def test_a_domain_of_somebody_else_is_not_told_whose_platform_it_is(world: World) -> None:
    response = await world.client("nobody.example.org").get("/", headers=BROWSER)
    assert assert_page(response, 404, "unknown") == ""
    assert "localhost" not in response.text


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (TenantStatus.SUSPENDED, 403, "suspended"),
        (TenantStatus.ARCHIVED, 503, "archived"),
        (TenantStatus.DELETED, 404, "unknown"),
        (TenantStatus.PROVISIONING, 503, "not-ready"),
        (TenantStatus.DELETING, 404, "unknown"),
    ],
)
async def test_a_tenant_that_is_not_served(world: World, status: TenantStatus, code: int, kind: str) -> None:
    await set_status(world, status)
    for path in ("/", "/o/accounts", "/reset/x"):
        response = await world.client().get(path, headers=BROWSER)
        assert_page(response, code, kind)
        assert ("retry-after" in response.headers) == (code == 503)
        assert (await world.client().head(path, headers=BROWSER)).status_code == code
    for path, headers in (("/", {"Accept": "application/json"}), ("/api/v1/tenant", BROWSER), ("/", {})):
        assert_problem(await world.client().get(path, headers=headers))
    assert_problem(await world.client().post("/login", headers=BROWSER))


@pytest.mark.parametrize(("host", "kind"), [("localhost", "central"), ("acme.localhost", "tenant")])
async def test_an_address_without_a_page(world: World, host: str, kind: str) -> None:
    client = world.client(host)
    for path in ("/nothing", "/nothing/at/all", "/favicon.ico"):
        assert assert_page(await client.get(path, headers=BROWSER), 404, kind) == ""
        assert_problem(await client.get(path, headers={"Accept": "application/json"}), "not-found")
    for path in ("/api/v1/nothing", "/schema/nothing", "/assets/nothing.js", "/health/nothing"):
        response = await client.get(path, headers=BROWSER)
        assert response.status_code == 404, path
        assert "freehold-host" not in response.text, path


async def test_what_operators_ask_for_is_not_a_page(world: World) -> None:
    client = world.operator()
    for path in ("/setup/tenants/0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11", "/setup/nothing"):
        assert_problem(await client.get(path, headers=BROWSER))


@pytest.mark.parametrize("host", ["nobody.localhost", "nobody.example.org", "localhost", "acme.localhost"])
async def test_its_assets_are_on_every_host(world: World, host: str) -> None:
    await set_status(world, TenantStatus.SUSPENDED)
    client = world.client(host)
    page = (await client.get("/", headers=BROWSER)).text
    named = re.findall(r'"(/assets/[^"]+\.js)"', page)
    assert named
    for path in named:
        assert (await client.get(path)).status_code == 200, path
    assert_problem(await client.get("/assets/none.js"), "not-found")
    assert_problem(
        await client.get("/assets/../index.html"),
    )


@pytest.mark.parametrize(
    "host",
    [
        '"><script>alert(1)</script>.localhost',
        "x' onload='alert(1).localhost",
        "a_b.localhost",
        "nobody.localhost:99999",
        'nobody.localhost:80"><script>',
        "..",
        "",
        "x" * 300 + ".localhost",
        "nobody.localhost@evil.example",
        "nobody.localhost/evil",
    ],
)
async def test_a_strange_host_name_is_in_no_page(world: World, host: str) -> None:
    client = world.client("localhost")
    raw = host.encode()
    response = await client.get("/", headers=[(b"host", raw), (b"accept", BROWSER["Accept"].encode())])
    assert response.status_code == 400
    assert "freehold-host" not in response.text
    assert "<script" not in response.text
    assert "evil" not in response.text


@pytest.mark.parametrize(
    "host", ["n\u00f6body\u200b.localhost", "xn--nbody-jua.localhost", "NOBODY.localhost."]
)
async def test_another_form_of_a_name_is_in_no_page_either(world: World, host: str) -> None:
    headers = [(b"host", host.encode()), (b"accept", BROWSER["Accept"].encode())]
    response = await world.client("localhost").get("/", headers=headers)
    assert assert_page(response, 404, "unknown").startswith("http://localhost")
    assert "body" not in response.text.replace("<body>", "").replace("</body>", "")


async def test_forwarded_headers_of_strangers_are_not_in_the_page(world: World) -> None:
    headers = BROWSER | {"X-Forwarded-Host": 'evil.example"><script>', "X-Forwarded-Proto": "javascript"}
    response = await world.client("nobody.localhost").get("/", headers=headers)
    assert assert_page(response, 404, "unknown") == "http://localhost"
    assert "evil" not in response.text


async def test_a_tenant_named_by_a_header_is_in_no_page(world_with: object) -> None:
    async with world_with(allow_tenant_header=True) as world:  # type: ignore[operator]
        for name in ("nobody", '"><script>alert(1)</script>'):
            response = await world.client("localhost").get("/", headers=BROWSER | {"x-tenant-id": name})
            assert_page(response, 404, "unknown")
            assert name not in response.text

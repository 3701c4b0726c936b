"""The files of the frontend: which paths it serves, and with which headers."""

import gzip
import re

import pytest

from tests.api.conftest import ON_SQLITE, World

pytestmark = ON_SQLITE

BROWSER = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}
PAGES = (
    "/",
    "/login?to=/o/accounts",
    "/forgot",
    "/o/accounts",
    "/o/accounts/new",
    "/a/sales/accounts",
    "/invite/x",
    "/setup/objects",
)


async def test_pages_need_no_sign_in_and_have_a_policy_without_unsafe_sources(world: World) -> None:
    nonces = set()
    for path in PAGES:
        response = await world.client().get(path, headers=BROWSER)
        assert response.status_code == 200, path
        assert response.headers["content-type"] == "text/html; charset=utf-8"
        assert response.headers["cache-control"] == "no-store"
        policy = response.headers["content-security-policy"]
        assert "unsafe" not in policy
        nonce = re.search(r"style-src 'self' 'nonce-([\w-]{22})'", policy)
        assert nonce is not None
        assert f'name="csp-nonce" content="{nonce[1]}"' in response.text
        nonces.add(nonce[1])
    assert len(nonces) == len(PAGES)


async def test_each_kind_of_host_has_its_own_pages(world: World) -> None:
    for host, kind in (("localhost", "central"), ("acme.localhost", "tenant")):
        page = await world.client(host).get("/", headers=BROWSER)
        assert f'name="freehold-host" content="{kind}"' in page.text
    assert (await world.client("localhost").get("/o/accounts", headers=BROWSER)).status_code == 404
    assert (await world.client().get("/find", headers=BROWSER)).status_code == 404


async def test_the_first_page_loads_little(world: World) -> None:
    client, sizes = world.client(), {"js": 0, "css": 0}
    for path in set(re.findall(r'"(/assets/[^"]+)"', (await client.get("/", headers=BROWSER)).text)):
        kind = path.rpartition(".")[2]
        if kind in sizes:
            sizes[kind] += len(gzip.compress((await client.get(path)).content, 9))
    assert 0 < sizes["js"] <= 170_000
    assert 0 < sizes["css"] <= 20_000


async def test_assets_that_the_page_names_are_there_and_are_cached_for_ever(world: World) -> None:
    client = world.client()
    named = re.findall(r'"(/assets/[^"]+)"', (await client.get("/", headers=BROWSER)).text)
    assert any(one.endswith(".js") for one in named)
    for path in named:
        response = await client.get(path)
        assert response.status_code == 200, path
        assert "immutable" in response.headers["cache-control"]
        assert (
            await client.get(path, headers={"If-None-Match": response.headers["etag"]})
        ).status_code == 304


@pytest.mark.parametrize(
    "path", ["/assets/none.js", "/assets/../index.html", "/assets/%2e%2e/files.py", "/assets/"]
)
async def test_a_missing_asset_is_not_the_page(world: World, path: str) -> None:
    assert (await world.client().get(path)).status_code == 404


@pytest.mark.parametrize("path", ["/api/v1/none", "/setup/tenants", "/none", "/health"])
async def test_other_paths_are_not_the_frontend_s(world: World, path: str) -> None:
    response = await world.client().get(path, headers={"Accept": "application/json"})
    assert response.status_code in (401, 404)
    assert response.headers["content-type"] == "application/problem+json"


async def test_programs_get_a_problem_where_browsers_get_a_page(world: World) -> None:
    for accept in ("application/json", "*/*"):
        response = await world.client().get("/", headers={"Accept": accept})
        assert (response.status_code, response.json()["code"]) == (404, "not-found")


async def test_a_page_needs_no_connection_to_the_tenant_s_database(world: World) -> None:
    await world.platform.engines.close_idle()
    before = set(world.platform.engines.open_tenants)
    assert (await world.client().get("/login", headers=BROWSER)).status_code == 200
    assert set(world.platform.engines.open_tenants) == before - {(await world.tenant("acme")).id}


async def test_a_suspended_tenant_has_no_pages(world: World) -> None:
    await world.operator().post(f"/setup/tenants/{await world.tenant_id('acme')}/suspend")
    assert (await world.client().get("/login", headers=BROWSER)).status_code == 403


async def test_pages_are_read_only(world: World) -> None:
    assert (await world.client().post("/login", headers=BROWSER)).status_code in (404, 405)
    assert (await world.client().head("/login", headers=BROWSER)).content == b""

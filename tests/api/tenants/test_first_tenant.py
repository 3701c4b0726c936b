"""POST /first-tenant: the link of ``freehold serve`` creates one tenant, and nothing else."""

import asyncio
from datetime import timedelta
from typing import Any

import pytest

from api.first_tenant_links import FirstTenantLinks
from central.database import CENTRAL
from central.registry import Registry
from piccolo_engines.columns import utc_now
from tests.api.conftest import ON_SQLITE, World
from tests.api.scenarios import assert_problem

ADMIN = {"email": "ada@first.example", "password": "correct horse battery", "name": "Ada"}


def body(token: str, **more: Any) -> dict[str, Any]:
    return {"token": token, "name": "First Company", "slug": "first", "admin": ADMIN} | more


@pytest.fixture
async def empty(world: World) -> World:
    """An installation whose tenants were deleted."""
    for slug in ("acme", "demo"):
        await world.operator().delete(f"/setup/tenants/{await world.tenant_id(slug)}")
    return world


async def test_the_link_creates_the_first_tenant_and_signs_its_administrator_in(empty: World) -> None:
    links = empty.platform.first_tenant_links
    client = empty.client("localhost")
    response = await client.post("/first-tenant", json=body(token := links.create()))
    assert response.status_code == 201, response.text
    created = response.json()
    assert (created["name"], created["slug"], created["url"]) == (
        *("First Company", "first", "https://first.localhost"),
    )
    assert response.headers["cache-control"] == "no-store"
    ticket = created["ticketUrl"].removeprefix("https://first.localhost/login#ticket=")
    session = await empty.client("first.localhost").post("/api/v1/auth/ticket", json={"ticket": ticket})
    assert (session.status_code, session.json()["user"]["name"]) == (200, "Ada")
    again = await client.post("/first-tenant", json=body(token, slug="second"))
    assert again.status_code == 403
    assert_problem(again, "first-tenant-link")


async def test_two_requests_with_one_link_create_one_tenant(
    empty: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    token, client = empty.platform.first_tenant_links.create(), empty.client("localhost")
    look, both = Registry.page, asyncio.Barrier(2)

    async def page(registry: Registry, *arguments: Any, **more: Any) -> Any:
        found = await look(registry, *arguments, **more)
        await both.wait()
        return found

    with monkeypatch.context() as patch:
        patch.setattr(Registry, "page", page)
        slugs = ("first", "second")
        responses = await asyncio.gather(
            *(client.post("/first-tenant", json=body(token, slug=slug)) for slug in slugs)
        )
    assert sorted(one.status_code for one in responses) == [201, 403]
    assert_problem(next(one for one in responses if one.status_code == 403), "first-tenant-link")
    with CENTRAL.bind(empty.platform.central_engine):
        assert len((await empty.platform.registry.page(9)).items) == 1


@ON_SQLITE
async def test_while_there_is_a_tenant_no_link_is_valid(world: World) -> None:
    token = world.platform.first_tenant_links.create()
    response = await world.client("localhost").post("/first-tenant", json=body(token))
    assert response.status_code == 403
    assert_problem(response, "first-tenant-link")


@ON_SQLITE
async def test_other_tokens_are_refused(empty: World) -> None:
    links, client = empty.platform.first_tenant_links, empty.client("localhost")
    key_id, expires, signature = links.create().removeprefix("fhw_").split(".")
    expired = FirstTenantLinks(empty.platform.vault, lambda: utc_now() - timedelta(hours=25))
    for token in (
        "",
        "fhw_",
        f"fhw_{key_id}.9999999999.{signature}",
        f"fhw_x.{expires}.{signature}",
        f"fhw_{key_id}.{expires}.{'A' * 43}",
        expired.create(),
    ):
        response = await client.post("/first-tenant", json=body(token))
        assert response.status_code == 403, token
        assert_problem(response, "first-tenant-link")
    with CENTRAL.bind(empty.platform.central_engine):
        assert (await empty.platform.registry.page(1)).items == ()


@ON_SQLITE
@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"slug": "Not a slug"}, "slug"),
        ({"slug": "www"}, "slug"),
        ({"name": ""}, "name"),
        ({"admin": {"email": "nobody", "password": "correct horse battery"}}, "admin.email"),
        ({"admin": {"email": "ada@first.example", "password": "x"}}, "admin.password"),
        ({"admin": None}, "admin"),
    ],
)
async def test_faults_are_reported_by_field(empty: World, more: dict[str, Any], field: str) -> None:
    token = empty.platform.first_tenant_links.create()
    response = await empty.client("localhost").post("/first-tenant", json=body(token, **more))
    assert response.status_code == 422, response.text
    assert field in [one["field"] for one in assert_problem(response)["errors"]]


@ON_SQLITE
async def test_pages_of_other_sites_cannot(empty: World) -> None:
    token = empty.platform.first_tenant_links.create()
    foreign = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
    response = await empty.client("localhost").post("/first-tenant", json=body(token), headers=foreign)
    assert response.status_code == 403
    assert_problem(response, "cross-site")


@ON_SQLITE
async def test_a_tenant_s_host_has_no_such_path(world: World) -> None:
    response = await world.client("acme.localhost").post("/first-tenant", json=body("fhw_"))
    assert response.status_code == 404

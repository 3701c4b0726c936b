"""What a person sees where programs get a problem; programs get it as before."""

from typing import Any

from central.database import CENTRAL
from central.tables import TenantStatus
from tests.api.conftest import ON_SQLITE, World
from tests.api.scenarios import assert_problem

pytestmark = ON_SQLITE
BROWSER = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}


def assert_page(answer: Any, status: int, words: str) -> None:
    assert answer.status_code == status
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert int(answer.headers["content-length"]) == len(answer.content)
    assert words in answer.text
    assert answer.headers["x-request-id"] in answer.text


async def test_a_suspended_tenant_s_admin_says_so(world: World) -> None:
    with CENTRAL.bind(world.platform.central_engine):
        tenant_id, active = (await world.tenant("acme")).id, (TenantStatus.ACTIVE,)
        await world.platform.registry.set_status(tenant_id, TenantStatus.SUSPENDED, expected=active)
    for path in ("/admin", "/admin/"):
        answer = await world.client().get(path, headers=BROWSER)
        assert_page(answer, 403, "This tenant is suspended.")
        assert "href" not in answer.text
    api = await world.client().get("/admin/public/meta/", headers=BROWSER)
    assert_problem(api, "tenant-suspended")


async def test_nobody_else_gets_a_page(world: World) -> None:
    client = world.client("localhost")
    for accept in ("*/*", "application/json", "application/problem+json, */*"):
        for path in ("/", "/nothing"):
            assert_problem(await client.get(path, headers={"Accept": accept}), "not-found")
    assert_problem(await client.post("/", headers=BROWSER), "not-found")
    assert_problem(await world.client().get("/api/v1/nothing", headers=BROWSER), "not-found")


async def test_a_name_that_somebody_made_up_is_text_in_the_page(world: World) -> None:
    answer = await world.client("nobody.localhost").get("/admin", headers=BROWSER)
    assert_page(answer, 404, "no such tenant")
    assert "href" not in answer.text

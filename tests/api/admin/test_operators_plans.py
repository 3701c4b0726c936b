"""Plans are changed in the operators' admin as over REST, and what tenants use is looked at."""

from typing import Any

from central.database import CENTRAL
from central.operators import audit
from central.plans.tables import UsageDay
from tests.api.admin.browsing import Browser, operators_browser, said_against, tenants_browser
from tests.api.conftest import ON_SQLITE, World

pytestmark = ON_SQLITE

LIMITS: dict[str, Any] = {
    "requests_per_second": 50,
    "burst": None,
    "concurrent_requests": None,
    "rows": 1000,
    "storage_bytes": None,
    "users": 3,
    "objects": None,
}


async def add(browser: Browser, **values: Any) -> Any:
    return await browser.send("POST", "api/tables/plans/", values)


async def acts(world: World) -> list[str]:
    with CENTRAL.bind(world.platform.central_engine):
        return [one.action for one in (await audit.page(200)).items if one.action.startswith("plan.")]


async def test_a_plan_is_created_changed_and_deleted(world: World) -> None:
    browser = await operators_browser(world)
    created = await add(browser, plan="basic", **LIMITS)
    assert created.status_code == 201, created.text
    shown = (await world.operator().get("/setup/plans/basic")).json()
    assert (shown["requestsPerSecond"], shown["rows"], shown["users"], shown["burst"]) == (50, 1000, 3, None)
    changed = await browser.send("PATCH", "api/tables/plans/basic/", {"users": 5, "rows": None})
    assert changed.status_code == 200, changed.text
    assert changed.json() == {
        "plan": "basic",
        **LIMITS,
        "users": 5,
        "rows": None,
        "tenants": 0,
        "id": "basic",
    }
    assert (await browser.rows("plans", users="5"))[0]["plan"] == "basic"
    assert (await browser.send("DELETE", "api/tables/plans/basic/")).status_code in (200, 204)
    assert await browser.rows("plans") == []
    assert await acts(world) == ["plan.delete", "plan.put", "plan.put"]


async def test_faults_are_told_at_their_fields(world: World) -> None:
    browser = await operators_browser(world)
    assert set(said_against(await add(browser, plan="basic", burst=5, users=-1))) == {"users", "burst"}
    assert set(said_against(await add(browser, plan="No!"))) == {"plan"}
    assert set(said_against(await add(browser, plan="basic", users="many"))) == {"users"}
    await add(browser, plan="basic", users=1)
    assert set(said_against(await add(browser, plan="basic"))) == {"plan"}
    renamed = await browser.send("PATCH", "api/tables/plans/basic/", {"plan": "other"})
    assert set(said_against(renamed)) == {"plan"}
    assert [row["users"] for row in await browser.rows("plans")] == [1]


async def test_a_plan_that_tenants_have_is_kept(world: World) -> None:
    browser = await operators_browser(world)
    await add(browser, plan="basic", users=10)
    path = f"/setup/tenants/{await world.tenant_id('acme')}"
    assert (await world.operator().patch(path, json={"plan": "basic"})).status_code == 200
    refused = await browser.send("DELETE", "api/tables/plans/basic/")
    assert refused.status_code in (409, 422), refused.text
    assert [(row["plan"], row["tenants"]) for row in await browser.rows("plans")] == [("basic", 1)]


async def test_what_tenants_used_is_listed_by_day(world: World) -> None:
    acme = await world.tenant("acme")
    day = UsageDay(key=f"{acme.id}:2026-05-01", tenant_id=acme.id, tenant_slug="acme", day="2026-05-01")
    day.requests, day.refused, day.storage_bytes = 12, 3, 4096
    with CENTRAL.bind(world.platform.central_engine):
        await UsageDay.insert(day)
    browser = await operators_browser(world)
    (row,) = await browser.rows("usage", tenant_slug="acme", day="2026-05-01")
    assert (row["requests"], row["refused"], row["storage_bytes"]) == (12, 3, 4096)
    assert row["stored_rows"] is None


async def test_tenants_administrators_have_none_of_it(world: World) -> None:
    browser = await tenants_browser(world)
    assert not {"plans", "usage"} & set(await browser.get("tables/"))

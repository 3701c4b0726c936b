"""Apps and pages over HTTP: who sees and changes what, and what is said of mistakes."""

from typing import Any

import httpx
import pytest

from piccolo_conf import DB
from tenant_schema.apps.tables import AppPage
from tenant_schema.users.tables import FieldRestriction, Permission, Role, RolePermission
from tests.api.conftest import ON_SQLITE, World
from tests.api.scenarios import Callers, Scenario, assert_problem, check, table

APPS = "/api/v1/apps"
PAGES = f"{APPS}/sales/pages"
EVERYBODY = {**dict.fromkeys(("viewer", "member", "manager", "administrator"), 200), "*": 401}
MANAGERS = {"viewer": 403, "member": 403, "manager": 200, "administrator": 200, "*": 401}
MAKERS = MANAGERS | {"manager": 201, "administrator": 201}
REMOVERS = MANAGERS | {"manager": 204, "administrator": 204}
NOT_THERE = {**dict.fromkeys(("viewer", "member", "manager", "administrator"), 404), "*": 401}
IN_ORDER = [
    *("opportunity", "my_open_opportunities", "opportunities"),
    *("contact", "contacts", "account", "accounts"),
]
LIST = {
    "name": "customers",
    "label": "Customers",
    "type": "list",
    "object": "accounts",
    "layout": {"columns": ["name", "phone"], "filter": {"type": "customer"}},
}


async def given(client: httpx.AsyncClient, path: str, body: Any) -> dict[str, Any]:
    answer = await client.post(path, json=body)
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    assert (await client.get(answer.headers["location"])).json() == made
    return made


async def hide(world: World, role: str, *fields: str) -> None:
    """From now on the role may not read these fields of accounts. To be said before anybody signs in."""
    async with world.platform.tenancy.use(await world.tenant("acme")), DB.transaction():
        found = await Role.objects().get(Role.name == role)
        assert found is not None
        for field in fields:
            await FieldRestriction(role=found.id, object="accounts", field=field, readable=False).save()


async def leave_only(world: World, role: str, *permissions: str) -> None:
    """From now on the role allows no more than this. To be said before anybody signs in."""
    async with world.platform.tenancy.use(await world.tenant("acme")), DB.transaction():
        found = await Role.objects().get(Role.name == role)
        assert found is not None
        await RolePermission.delete().where(RolePermission.role == found.id)
        for name in permissions:
            permission = await Permission.objects().get_or_create(Permission.name == name)
            await RolePermission(role=found.id, permission=permission.id).save()


@table(
    Scenario(name="list", method="GET", path=APPS, statuses=EVERYBODY, shows=("Sales",), hides=("Secret",)),
    Scenario(name="read", method="GET", path=f"{APPS}/sales", statuses=EVERYBODY, shows=("Customers",)),
    Scenario(
        name="create",
        method="POST",
        path=APPS,
        body={"name": "support", "label": "Support", "navigation": [{"label": "All", "pages": []}]},
        statuses=MAKERS,
        shows=('"icon":""', '"active":true'),
    ),
    Scenario(
        name="change",
        method="PATCH",
        path=f"{APPS}/sales",
        body={"label": "Selling", "navigation": [{"label": "One", "pages": ["account"]}]},
        statuses=MANAGERS,
        shows=("Selling", '"One"'),
    ),
    Scenario(name="delete", method="DELETE", path=f"{APPS}/sales", statuses=REMOVERS),
    Scenario(name="order", method="PUT", path=f"{APPS}/order", body={"apps": ["sales"]}, statuses=MANAGERS),
    Scenario(name="no app", method="GET", path=f"{APPS}/secret", statuses=NOT_THERE),
    Scenario(name="pages", method="GET", path=PAGES, statuses=EVERYBODY, shows=("annual_revenue",)),
    Scenario(name="page", method="GET", path=f"{PAGES}/account", statuses=EVERYBODY, shows=("Billing",)),
    Scenario(name="no page", method="GET", path=f"{PAGES}/nothing", statuses=NOT_THERE),
    Scenario(name="pages of no app", method="GET", path=f"{APPS}/secret/pages", statuses=NOT_THERE),
    Scenario(
        name="create page", method="POST", path=PAGES, body=LIST, statuses=MAKERS, shows=('"leftOut":[]',)
    ),
    Scenario(
        name="change page",
        method="PATCH",
        path=f"{PAGES}/accounts",
        body={"label": "All", "layout": {"columns": ["name"]}},
        statuses=MANAGERS,
        shows=('"All"', '{"columns":["name"]}'),
    ),
    Scenario(name="delete page", method="DELETE", path=f"{PAGES}/accounts", statuses=REMOVERS),
    Scenario(
        name="order pages",
        method="PUT",
        path=f"{PAGES}/order",
        body={"pages": IN_ORDER},
        statuses=MANAGERS,
    ),
    Scenario(name="central host", method="GET", path=APPS, host="localhost", statuses={"*": 404}),
)
@ON_SQLITE
async def test_roles_decide(world: World, scenario: Scenario, callers: Callers) -> None:
    demo = await world.user("administrator", "demo")
    await given(demo, APPS, {"name": "secret", "label": "Secret of demo"})
    await check(world, scenario, callers)


async def test_an_app_through_its_life(world: World) -> None:
    client = await world.user("manager")
    await given(client, APPS, {"name": "support", "label": "Support", "icon": "lifebuoy"})
    page = await given(client, f"{APPS}/support/pages", LIST)
    assert page["layout"] == LIST["layout"]
    await given(client, f"{APPS}/support/pages", {"name": "board", "label": "Board", "type": "custom"})
    navigation = [{"label": "Work", "pages": ["board", "customers"]}]
    changed = await client.patch(f"{APPS}/support", json={"name": "service", "navigation": navigation})
    assert changed.json()["navigation"] == navigation
    assert [one["name"] for one in changed.json()["pages"]] == ["customers", "board"]
    assert (await client.get(f"{APPS}/support")).status_code == 404
    ordered = await client.put(f"{APPS}/order", json={"apps": ["service", "sales"]})
    assert [one["name"] for one in ordered.json()["data"]] == ["service", "sales"]
    assert (await client.delete(f"{APPS}/service")).status_code == 204
    assert [one["name"] for one in (await client.get(APPS)).json()["data"]] == ["sales"]
    async with world.platform.tenancy.use(await world.tenant("acme")):
        assert not await AppPage.exists().where(AppPage.name == "board")


@ON_SQLITE
async def test_who_changed_what_is_in_the_audit_trail(world: World) -> None:
    client = await world.user("manager")
    await given(client, APPS, {"name": "support", "label": "Support"})
    await given(client, f"{APPS}/support/pages", LIST)
    await client.patch(f"{APPS}/support/pages/customers", json={"label": "All"})
    await client.delete(f"{APPS}/support/pages/customers")
    await client.patch(f"{APPS}/support", json={"icon": "ring"})
    await client.delete(f"{APPS}/support")
    await client.patch(f"{APPS}/sales", json={"colour": "red"})
    events = (await (await world.user()).get("/api/v1/audit")).json()["data"]
    found = [(one["action"], one["detail"]) for one in events]
    assert [one for one in reversed(found) if one[0].startswith(("app.", "page."))] == [
        ("app.create", {}),
        ("page.create", {"app": "support"}),
        ("page.update", {"app": "support", "changed": ["label"]}),
        ("page.delete", {"app": "support"}),
        ("app.update", {"changed": ["icon"]}),
        ("app.delete", {}),
    ]


async def test_the_navigation_follows_its_pages(world: World) -> None:
    client = await world.user()
    renamed = await client.patch(f"{PAGES}/accounts", json={"name": "companies"})
    assert renamed.json()["name"] == "companies"
    await client.patch(f"{APPS}/sales", json={"navigation": [{"label": "All", "pages": ["companies"]}]})
    await client.patch(f"{PAGES}/companies", json={"name": "firms"})
    app = (await client.get(f"{APPS}/sales")).json()
    assert app["navigation"] == [{"label": "All", "pages": ["firms"]}]
    await client.delete(f"{PAGES}/firms")
    app = (await client.get(f"{APPS}/sales")).json()
    assert app["navigation"] == [{"label": "All", "pages": []}]
    assert (await (await world.user("viewer")).get(f"{APPS}/sales")).json()["navigation"] == []


async def test_pages_keep_the_order_that_they_are_given(world: World) -> None:
    client = await world.user()
    ordered = await client.put(f"{PAGES}/order", json={"pages": IN_ORDER})
    assert [one["name"] for one in ordered.json()["data"]] == IN_ORDER
    assert (await client.get(PAGES)).json() == ordered.json()
    problem = assert_problem(await client.put(f"{PAGES}/order", json={"pages": ["account", "acounts"]}))
    assert [(one["field"], one["code"], one.get("didYouMean")) for one in problem["errors"]] == [
        ("pages.1", "unknown-page", "accounts"),
        ("pages", "missing-page", None),
    ]


@ON_SQLITE
@pytest.mark.parametrize(
    ("path", "body", "problems"),
    [
        (APPS, {"name": "Support!", "lable": "x", "active": 1}, "active label lable name"),
        (APPS, {"name": "x", "label": "", "icon": "y" * 41, "description": 5}, "description icon label"),
        (APPS, {"name": "Select", "label": "x\0"}, "label name"),
        (APPS, {"name": "x", "label": "x", "navigation": [{"pages": ["no"]}]},
         "navigation.0.label navigation.0.pages.0"),
        (PAGES, {"type": "lst"}, "label layout name object type"),
        (PAGES, {"name": "a", "label": "a", "type": "list", "object": "acounts", "layout": {}}, "object"),
        (PAGES, {"name": "a", "label": "a", "type": {}, "object": [], "layout": []}, "object type"),
        (PAGES, {"name": "a", "label": "a", "type": "list", "object": {}, "layout": {}}, "object"),
        (PAGES, {"name": "a", "label": "a", "type": "custom", "object": "deals"}, "object"),
        (PAGES, LIST | {"layout": {"columns": ["nmae"], "sort": ["phon"], "filter": {"tpye": 1}}},
         "layout.columns.0 layout.filter.tpye layout.sort.0"),
    ],
)  # fmt: skip
async def test_every_problem_is_told_at_once(world: World, path: str, body: Any, problems: str) -> None:
    answer = await (await world.user()).post(path, json=body)
    assert answer.status_code == 422
    assert sorted({one["field"] for one in assert_problem(answer)["errors"]}) == problems.split()


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", APPS, {"name": "sales", "label": "Sales"}),
        ("PATCH", f"{APPS}/other", {"name": "sales"}),
        ("POST", PAGES, LIST | {"name": "account"}),
        ("PATCH", f"{PAGES}/account", {"name": "accounts"}),
    ],
)
async def test_a_name_is_taken_once(world: World, method: str, path: str, body: Any) -> None:
    client = await world.user()
    await given(client, APPS, {"name": "other", "label": "Other"})
    answer = await client.request(method, path, json=body)
    assert answer.status_code == 409, answer.text
    assert [one["field"] for one in assert_problem(answer, "name-taken")["errors"]] == ["name"]


@ON_SQLITE
async def test_what_a_page_shows_and_of_what_stays(world: World) -> None:
    answer = await (await world.user()).patch(f"{PAGES}/account", json={"type": "list", "object": "users"})
    assert answer.status_code == 422
    assert {one["field"]: one["code"] for one in answer.json()["errors"]} == {
        "type": "kept",
        "object": "kept",
    }


async def test_every_list_of_the_sales_app_is_one_that_the_record_api_gives(world: World) -> None:
    client = await world.user("member")
    for page in (await client.get(PAGES)).json()["data"]:
        layout = page["layout"]
        lists = [layout | {"object": page["object"]}] if page["type"] == "list" else layout.get("related", [])
        for one in lists:
            query = {"fields": one["columns"], "sort": one["sort"], "filter": one.get("filter", {})}
            answer = await client.post(f"/api/v1/data/{one['object']}/query", json=query)
            assert answer.status_code == 200, answer.text


@ON_SQLITE
async def test_a_column_beyond_a_lookup(world: World) -> None:
    client = await world.user()
    layout = {"columns": ["name", "account.industry", "owner.name"], "sort": ["account.name"]}
    answer = await client.patch(f"{PAGES}/opportunities", json={"layout": layout})
    assert answer.json()["layout"] == layout
    wrong = {"columns": ["account.indusry", "owner.password_hash"]}
    problem = assert_problem(await client.patch(f"{PAGES}/opportunities", json={"layout": wrong}))
    assert [(one["field"], one.get("didYouMean")) for one in problem["errors"]] == [
        ("layout.columns.0", "account.industry"),
        ("layout.columns.1", None),
    ]


@ON_SQLITE
async def test_a_misspelled_name_comes_with_the_one_that_was_meant(world: World) -> None:
    client = await world.user()
    for path, meant in ((f"{APPS}/saels", "sales"), (f"{PAGES}/acount", "account")):
        (error,) = assert_problem(await client.get(path))["errors"]
        assert error["didYouMean"] == meant


@ON_SQLITE
async def test_what_is_not_active_is_there_for_those_who_manage(world: World) -> None:
    manager, member = await world.user("manager"), await world.user("member")
    await manager.patch(f"{APPS}/sales", json={"active": False})
    assert (await member.get(APPS)).json() == {"data": []}
    assert (await member.get(f"{PAGES}/account")).status_code == 404
    assert (await manager.get(f"{APPS}/sales")).json()["active"] is False


@ON_SQLITE
async def test_a_page_is_there_for_those_who_may_read_its_object(world: World) -> None:
    await leave_only(world, "viewer", "contracts:read")
    await leave_only(world, "manager", "apps:manage")
    manager, viewer = await world.user("manager"), await world.user("viewer")
    assert (await viewer.get(APPS)).json() == {"data": []}
    assert (await viewer.get(f"{PAGES}/account")).status_code == 404
    await given(manager, PAGES, {"name": "help", "label": "Help", "type": "custom", "layout": {"url": "/h"}})
    assert [page["name"] for page in (await viewer.get(PAGES)).json()["data"]] == ["help"]
    page = (await manager.get(f"{PAGES}/account")).json()
    assert page["layout"] == {"sections": [], "related": []}
    assert "layout.sections.0.fields.0" in page["leftOut"]


@ON_SQLITE
async def test_fields_that_the_caller_may_not_read_are_left_out(world: World) -> None:
    await hide(world, "viewer", "annual_revenue", "billing_street", "billing_city", "billing_region",
               "billing_postal_code", "billing_country", "type")  # fmt: skip
    client, viewer = await world.user(), await world.user("viewer")
    await client.patch(
        f"{PAGES}/accounts",
        json={
            "layout": {
                "columns": ["name", "annual_revenue"],
                "sort": ["-annual_revenue", "name"],
                "filters": ["type", "industry"],
                "filter": {"industry": "media", "or": [{"type": "customer"}, {"type": "partner"}]},
            }
        },
    )
    shown = (await viewer.get(f"{PAGES}/accounts")).json()
    assert shown["layout"] == {
        "columns": ["name"],
        "sort": ["name"],
        "filters": ["industry"],
        "filter": {"industry": "media"},
    }
    assert shown["leftOut"] == ["layout.columns.1", "layout.filters.0", "layout.sort.0", "layout.filter"]
    record = (await viewer.get(f"{PAGES}/account")).json()
    assert [section["label"] for section in record["layout"]["sections"]] == [
        "Account",
        "Contact",
        "Description",
        "History",
    ]
    assert "annual_revenue" not in record["layout"]["sections"][0]["fields"]
    assert not [
        text for text in ("annual_revenue", "billing_", "customer") if text in (await viewer.get(PAGES)).text
    ]


@ON_SQLITE
async def test_nobody_replaces_a_layout_of_which_something_is_hidden_from_them(world: World) -> None:
    await hide(world, "manager", "annual_revenue")
    manager = await world.user("manager")
    layout = {"columns": ["name"]}
    answer = await manager.patch(f"{PAGES}/accounts", json={"layout": layout})
    assert answer.status_code == 403
    assert_problem(answer, "layout-hidden")
    assert (await manager.patch(f"{PAGES}/accounts", json={"label": "All"})).status_code == 200
    assert (await (await world.user()).patch(f"{PAGES}/accounts", json={"layout": layout})).status_code == 200
    assert (await manager.patch(f"{PAGES}/accounts", json={"layout": layout})).status_code == 200
    problem = assert_problem(
        await manager.patch(f"{PAGES}/accounts", json={"layout": {"columns": ["annual_revenue"]}})
    )
    assert [(one["field"], one["code"]) for one in problem["errors"]] == [
        ("layout.columns.0", "unknown-field")
    ]

"""Views with widths, pinned columns, translations, and in an order; apps and pages with translations."""

from typing import Any

import pytest

from tests.api.apps.test_apps import given, hide
from tests.api.conftest import ON_SQLITE, World
from tests.api.scenarios import Callers, Scenario, assert_problem, check, table

VIEWS, ORDER = "/api/v1/views", "/api/v1/views/order"
VIEW: dict[str, Any] = {"object": "accounts", "label": "All", "columns": ["name", "industry"]}
SHARED = VIEW | {"roles": ["member", "viewer"]}
PEOPLE = ("viewer", "member", "manager", "administrator")


@table(
    Scenario(
        name="order one's own",
        method="PUT",
        path=ORDER,
        body={"object": "accounts", "views": []},
        statuses={"viewer": 200, "member": 200, "manager": 422, "administrator": 422, "*": 401},
    ),
    Scenario(
        name="on a central host",
        method="PUT",
        path=ORDER,
        host="localhost",
        body={"object": "accounts", "views": []},
        statuses={"*": 404},
    ),
)
@ON_SQLITE
async def test_everybody_orders_the_views_that_they_may_change(
    world: World, scenario: Scenario, callers: Callers
) -> None:
    await given(await world.user(), VIEWS, SHARED)  # which managers have to name
    await check(world, scenario, callers)


async def test_shared_views_come_first_and_new_ones_last(world: World) -> None:
    manager, member = await world.user("manager"), await world.user("member")
    a, b, c = [(await given(manager, VIEWS, SHARED | {"label": one}))["id"] for one in "abc"]
    mine, other = [(await given(member, VIEWS, VIEW | {"label": one}))["id"] for one in ("0", "1")]

    async def order_of(client: Any) -> list[str]:
        found = (await client.get(VIEWS, params={"object": "accounts"})).json()["data"]
        return [one["label"] for one in found]

    assert await order_of(member) == ["a", "b", "c", "0", "1"]
    moved = await manager.put(ORDER, json={"object": "accounts", "views": [c, a, b]})
    assert [one["label"] for one in moved.json()["data"]] == ["c", "a", "b"]
    moved = await member.put(ORDER, json={"object": "accounts", "views": [other, mine]})
    assert [one["label"] for one in moved.json()["data"]] == ["c", "a", "b", "1", "0"]
    await given(manager, VIEWS, SHARED | {"label": "A new one"})
    assert await order_of(member) == ["c", "a", "b", "A new one", "1", "0"]
    refused = assert_problem(await member.put(ORDER, json={"object": "accounts", "views": [mine, a]}))
    assert [(one["field"], one["code"]) for one in refused["errors"]] == [
        ("views.1", "unknown-view"),
        ("views", "missing-view"),
    ]
    assert_problem(await member.put(ORDER, json={"object": "secrets", "views": []}))
    assert_problem(await member.put(ORDER, json={"object": [], "views": {}}))


async def test_columns_have_widths_and_the_first_ones_do_not_scroll(world: World) -> None:
    client = await world.user()
    shown = {"widths": {"name": 240, "owner.name": 90}, "pinned": ["name"]}
    view = await given(client, VIEWS, SHARED | shown)
    assert {key: view[key] for key in shown} == shown
    path = f"{VIEWS}/{view['id']}"
    changed = (await client.patch(path, json={"widths": {"industry": 20}})).json()
    assert (changed["widths"], changed["pinned"]) == ({"industry": 20}, ["name"])
    await client.patch(path, json={"widths": {"industry": 20, "name": 2_000}, "pinned": ["industry"]})
    renamed = await client.patch("/api/v1/objects/accounts/fields/industry", json={"label": "Branch"})
    assert renamed.status_code == 200
    await hide(world, "viewer", "industry")
    seen = (await (await world.user("viewer")).get(path)).json()
    assert (seen["columns"], seen["widths"], seen["pinned"]) == (["name"], {"name": 2_000}, [])
    assert "industry" not in str(seen)


async def test_widths_follow_the_names_of_fields(world: World) -> None:
    client = await world.user()
    field = {"name": "score", "type": "integer"}
    assert (await client.post("/api/v1/objects/accounts/fields", json=field)).status_code == 201
    shown = {"columns": ["score", "name"], "widths": {"score": 99}, "pinned": ["score"]}
    view = await given(client, VIEWS, VIEW | shown)
    await client.patch("/api/v1/objects/accounts/fields/score", json={"name": "points"})
    seen = (await client.get(f"{VIEWS}/{view['id']}")).json()
    assert (seen["columns"], seen["widths"], seen["pinned"]) == (
        ["points", "name"],
        {"points": 99},
        ["points"],
    )
    await client.delete("/api/v1/objects/accounts/fields/points")
    seen = (await client.get(f"{VIEWS}/{view['id']}")).json()
    assert (seen["columns"], seen["widths"], seen["pinned"]) == (["name"], {}, [])


@ON_SQLITE
@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"widths": []}, "widths", "wrong-type"),
        ({"widths": {"name": 19}}, "widths.name", "out-of-range"),
        ({"widths": {"name": 2_001}}, "widths.name", "out-of-range"),
        ({"widths": {"name": True}}, "widths.name", "out-of-range"),
        ({"widths": {"nmae": 100}}, "widths.nmae", "unknown-field"),
        ({"pinned": ["nmae"]}, "pinned.0", "unknown-field"),
        ({"pinned": "name"}, "pinned", "invalid-list"),
        ({"position": 1}, "position", "unknown-field"),
        ({"translations": {"de": {"description": "x"}}}, "translations.de.description", "unknown-text"),
        ({"translations": {"!": {}}}, "translations.!", "invalid-language"),
        ({"translations": None}, "translations", "wrong-type"),
    ],
)
async def test_what_is_refused_is_named(world: World, change: dict, field: str, code: str) -> None:
    client = await world.user()
    view = await given(client, VIEWS, VIEW)
    problem = assert_problem(await client.patch(f"{VIEWS}/{view['id']}", json=change))
    assert [(one["field"], one["code"]) for one in problem["errors"]] == [(field, code)]


async def test_labels_of_views_apps_and_pages_are_translated(world: World) -> None:
    client = await world.user()
    german = {"de": {"label": "Alle"}}
    view = await given(client, VIEWS, VIEW | {"translations": {"DE": {"label": "Alle"}}})
    assert view["translations"] == german
    app = {"name": "field_work", "label": "Field work", "translations": german}
    described = {"de": {"label": "Außendienst", "description": "Wer draußen ist."}}
    assert (await given(client, "/api/v1/apps", app))["translations"] == german
    changed = await client.patch("/api/v1/apps/field_work", json={"translations": described})
    assert changed.json()["translations"] == described
    page = {"name": "map", "label": "Map", "type": "custom", "translations": {"de": {"label": "Karte"}}}
    made = await given(client, "/api/v1/apps/field_work/pages", page)
    assert made["translations"] == {"de": {"label": "Karte"}}
    path = "/api/v1/apps/field_work/pages/map"
    assert (await client.patch(path, json={"translations": {}})).json()["translations"] == {}
    assert (await client.patch(path, json={"translations": german})).json()["translations"] == german
    navigation = (await client.get("/api/v1/navigation")).json()
    seen = next(one for one in navigation["apps"] if one["name"] == "field_work")
    assert seen["translations"] == described
    assert [one["translations"] for one in seen["pages"]] == [german]
    refused = assert_problem(await client.patch(path, json={"translations": {"de": {"label": ""}}}))
    assert refused["errors"][0]["field"] == "translations.de.label"


async def test_groups_sections_and_related_lists_have_translations_that_renaming_keeps(world: World) -> None:
    client, sales = await world.user(), "/api/v1/apps/sales"
    german = {"de": {"label": "Kundschaft"}, "pt-BR": {"label": "Clientes"}}
    groups = [{"label": "Customers", "pages": ["accounts"], "translations": german}]
    changed = await client.patch(sales, json={"navigation": [*groups, {"label": "Bare", "pages": []}]})
    assert changed.json()["navigation"] == [*groups, {"label": "Bare", "pages": []}]
    await client.patch(f"{sales}/pages/accounts", json={"name": "firms"})
    assert (await client.get(sales)).json()["navigation"][0] == groups[0] | {"pages": ["firms"]}
    layout = (await client.get(f"{sales}/pages/account")).json()["layout"]
    assert layout["sections"][2]["translations"] == {"de": {"label": "Rechnungsanschrift"}}
    assert layout["related"][0]["translations"] == {"de": {"label": "Kontakte"}}
    for place, given_texts in (
        ("DE", {"DE": {"label": "x"}}),
        ("de.text", {"de": {"text": "x"}}),
    ):
        group = {"label": "Customers", "pages": ["firms"], "translations": given_texts}
        refused = assert_problem(await client.patch(sales, json={"navigation": [group]}))
        assert [one["field"] for one in refused["errors"]] == [f"navigation.0.translations.{place}"]
    layout["sections"][0]["translations"] = {"!": {}}
    refused = assert_problem(await client.patch(f"{sales}/pages/account", json={"layout": layout}))
    assert [one["field"] for one in refused["errors"]] == ["layout.sections.0.translations.!"]

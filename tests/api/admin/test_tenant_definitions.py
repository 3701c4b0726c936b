"""Objects, fields, apps and pages in a tenant's admin: through the schema service and the app service."""

from typing import Any

from tests.api.admin.browsing import Browser, said_against, tenants_browser
from tests.api.admin.test_tenant_people import change
from tests.api.conftest import ON_SQLITE, World

pytestmark = ON_SQLITE


async def object_id(browser: Browser, name: str) -> str:
    found: str = next(row["id"] for row in await browser.rows("objects", name=name) if row["name"] == name)
    return found


async def add_field(browser: Browser, object_name: str, **facts: Any) -> Any:
    body = {"object": await object_id(browser, object_name), "required": "false", "unique": "false"} | facts
    return await browser.send("POST", "api/tables/fields/", body)


async def test_a_field_is_added_and_has_its_place_in_forms_at_once(world: World) -> None:
    browser = await tenants_browser(world)
    answer = await add_field(
        browser,
        "accounts",
        name="stage",
        label="Stage",
        type="select",
        options=["open", "won = Won for good"],
    )
    assert answer.status_code == 201, answer.text
    schema = await browser.get("tables/accounts/schema/")
    choices = schema["properties"]["stage"]["extra"]["choices"]
    assert choices["won"]["display_name"] == "Won for good"
    made = await browser.send("POST", "api/tables/accounts/", {"name": "Globex", "stage": "won"})
    assert made.status_code == 201, made.text
    assert (await browser.rows("accounts", stage="won"))[0]["name"] == "Globex"
    row = await browser.get(f"tables/fields/{answer.json()[0]['id']}/")
    assert row["options"] == ["open", "won = Won for good"]
    assert row["object_readable"] == "accounts"


async def test_a_change_of_options_keeps_what_the_form_does_not_show(world: World) -> None:
    browser, client = await tenants_browser(world), await world.user()
    added = await add_field(browser, "accounts", name="stage", type="select", options=["open", "won"])
    path = "/api/v1/objects/accounts/fields/stage"
    won = {"value": "won", "label": "Won", "color": "green", "translations": {"de": {"label": "Gewonnen"}}}
    gone = {"value": "gone", "label": "gone", "archived": True}
    assert (await client.patch(path, json={"options": ["open", won, gone]})).status_code == 200
    row = await browser.get(f"tables/fields/{added.json()[0]['id']}/")
    answer = await change(browser, "fields", row, options=["won = Won for good", "gone", "lost"])
    assert answer.status_code == 200, answer.text
    kept = [won | {"label": "Won for good"}, gone, {"value": "lost", "label": "lost"}]
    deal = (await client.get("/api/v1/objects/accounts")).json()["data"]
    assert next(one for one in deal["fields"] if one["name"] == "stage")["options"] == kept


async def test_a_field_is_relabelled_renamed_and_dropped(world: World) -> None:
    browser = await tenants_browser(world)
    added = await add_field(browser, "accounts", name="score", type="integer", default="5")
    field_id = added.json()[0]["id"]
    row = await browser.get(f"tables/fields/{field_id}/")
    assert (row["label"], row["default"]) == ("Score", "5")
    answer = await change(browser, "fields", row, name="points", label="Points")
    assert answer.status_code == 200, answer.text
    await browser.send("POST", "api/tables/accounts/", {"name": "Globex"})
    assert (await browser.rows("accounts"))[0]["points"] == 5
    kept = await browser.send("DELETE", f"api/tables/fields/{field_id}/")
    assert kept.status_code == 422, kept.text
    assert "to be lost for good" in kept.text
    assert (
        "Nothing was deleted"
        in (await browser.refused("delete-a-field", object="accounts", field="points", confirm="point"))[
            "form"
        ]
    )
    await browser.done("delete-a-field", object="accounts", field="points", confirm="points")
    assert "points" not in (await browser.get("tables/accounts/schema/"))["properties"]


async def test_what_cannot_be_done_to_a_field_is_told(world: World) -> None:
    browser = await tenants_browser(world)
    answer = await add_field(browser, "accounts", name="Bad Name", type="text")
    assert "name" in said_against(answer)
    assert "type" in said_against(await add_field(browser, "accounts", name="x", type="txt"))
    assert "name" in said_against(await add_field(browser, "accounts", name="industry", type="text"))
    assert said_against(await add_field(browser, "accounts", name="s", type="select"))
    for nowhere in ("accounts", "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"):
        answer = await add_field(browser, "accounts", object=nowhere, name="x", type="text")
        assert said_against(answer) == {"object": "there is no such object"}
    standard = (await browser.rows("fields", name="industry"))[0]
    dropped = await browser.send("DELETE", f"api/tables/fields/{standard['id']}/")
    assert dropped.status_code == 422
    assert "comes with the product" in dropped.text
    moved = await change(browser, "fields", standard, object=await object_id(browser, "contacts"))
    assert said_against(moved) == {"object": "a field stays with its object"}


async def test_an_object_is_made_filled_and_deleted(world: World) -> None:
    browser = await tenants_browser(world)
    made = await browser.send("POST", "api/tables/objects/", {"name": "deals", "label": "Deal"})
    assert made.status_code == 201, made.text
    assert (await add_field(browser, "deals", name="title", type="text")).status_code == 201
    lookup = await add_field(
        browser, "deals", name="account", type="lookup", target="accounts", on_delete="set_null"
    )
    assert lookup.status_code == 201, lookup.text
    row = await browser.get(f"tables/objects/{made.json()[0]['id']}/")
    assert (await change(browser, "objects", row, name_field="title")).status_code == 200
    assert "deals" in await browser.get("tables/")
    account = await browser.send("POST", "api/tables/accounts/", {"name": "Globex"})
    deal = await browser.send(
        "POST", "api/tables/deals/", {"title": "Big one", "account": account.json()[0]["id"]}
    )
    assert deal.status_code == 201, deal.text
    shown = (await browser.rows("deals"))[0]
    assert (shown["title"], shown["account_readable"]) == ("Big one", "Globex")
    assert list((await browser.get("tables/deals/ids/", search="big")).values()) == ["Big one"]
    kept = await browser.send("DELETE", f"api/tables/objects/{row['id']}/")
    assert kept.status_code == 422, kept.text
    await browser.done("delete-an-object", object="deals", confirm="deals")
    assert "deals" not in await browser.get("tables/")
    assert (await browser.http.get("/admin/api/tables/deals/")).status_code == 404


async def test_an_object_that_is_called_like_a_table_of_the_admin_has_another_address(world: World) -> None:
    browser = await tenants_browser(world)
    for name in ("login", "forms"):
        made = await browser.send("POST", "api/tables/objects/", {"name": name, "label": name})
        assert made.status_code == 201, made.text
        assert f"{name}_records" in await browser.get("tables/")
        assert await browser.rows(f"{name}_records") == []


async def test_apps_and_pages_are_made_and_changed(world: World) -> None:
    browser = await tenants_browser(world)
    made = await browser.send("POST", "api/tables/apps/", {"name": "service", "label": "Service"})
    assert made.status_code == 201, made.text
    app_id = made.json()[0]["id"]
    page = {"app": app_id, "name": "accounts", "label": "Accounts", "type": "list", "object": "accounts"}
    wrong = await browser.send(
        "POST", "api/tables/pages/", page | {"layout": '{"columns": ["nmae"], "sort": [], "filters": []}'}
    )
    assert "name" in str(said_against(wrong))
    right = page | {"layout": '{"columns": ["name"], "sort": [], "filters": []}'}
    assert (await browser.send("POST", "api/tables/pages/", right)).status_code == 201
    row = (await browser.rows("pages", app=app_id))[0]
    assert (row["app_readable"], row["type"]) == ("service", "list")
    answer = await change(browser, "pages", row, label="Our clients")
    assert answer.status_code == 200, answer.text
    app = await browser.get(f"tables/apps/{app_id}/")
    navigation = '[{"label": "All", "pages": ["accounts"]}]'
    assert (await change(browser, "apps", app, navigation=navigation)).status_code == 200
    assert said_against(await change(browser, "apps", app, navigation='[{"label": "All", "pages": ["x"]}]'))
    shown = (await (await world.user("viewer")).get("/api/v1/navigation")).text
    assert "Our clients" in shown
    assert (await browser.send("DELETE", f"api/tables/apps/{app_id}/")).status_code == 204
    assert "Our clients" not in (await (await world.user("viewer")).get("/api/v1/navigation")).text


FIELDS: dict[str, tuple[dict[str, Any], str | list[str], Any]] = {
    "text": ({}, "A", "A"),
    "long_text": ({}, "A\nB", "A\nB"),
    "email": ({}, "a@acme.example", "a@acme.example"),
    "url": ({}, "https://acme.example", "https://acme.example"),
    "phone": ({}, "+31 20 123 4567", "+31 20 123 4567"),
    "integer": ({}, "42", 42),
    "decimal": ({"settings": '{"precision": 8, "scale": 2}'}, "1.5", "1.50"),
    "currency": ({}, "10", "10.00"),
    "percent": ({}, "12.5", "12.50"),
    "boolean": ({}, "true", True),
    "date": ({}, "2026-02-28", "2026-02-28"),
    "datetime": ({}, "2026-02-28T12:30:00.000Z", "2026-02-28T12:30:00"),
    "time": ({}, "12:30", "12:30:00"),
    "select": ({"options": ["a", "b"]}, "a", "a"),
    "multi_select": ({"options": ["a", "b"]}, ["a", "b"], ["a", "b"]),
    "json": ({}, '{\n  "a": [1]\n}', '{"a":[1]}'),
}


async def test_a_field_of_every_type_goes_through_a_form_and_comes_back(world: World) -> None:
    browser = await tenants_browser(world)
    assert (await browser.send("POST", "api/tables/objects/", {"name": "things"})).status_code == 201
    for kind, (more, _, _) in FIELDS.items():
        added = await add_field(browser, "things", name=f"a_{kind}", type=kind, **more)
        assert added.status_code == 201, (kind, added.text)
    form = {f"a_{kind}": given for kind, (_, given, _) in FIELDS.items()}
    made = await browser.send("POST", "api/tables/things/", form)
    assert made.status_code == 201, made.text
    row = await browser.get(f"tables/things/{made.json()[0]['id']}/")
    for kind, (_, _, shown) in FIELDS.items():
        got = row[f"a_{kind}"]
        assert got == shown or str(got).startswith(str(shown)), (kind, got)
    again = await browser.send("PATCH", f"api/tables/things/{row['id']}/", form | {"version": "1"})
    assert again.status_code == 200, again.text
    assert again.json()["version"] == 1, "a form that changes nothing changes nothing"
    emptied = {name: [] if isinstance(value, list) else "" for name, value in form.items()}
    answer = await browser.send("PATCH", f"api/tables/things/{row['id']}/", emptied)
    assert answer.status_code == 200, answer.text
    assert {answer.json()[name] or None for name in form} == {None}

"""Records in a tenant's admin: through the record service, as far as the user's roles go."""

from typing import Any

import pytest

from tests.api.admin.browsing import Browser, said_against, tenants_browser
from tests.api.conftest import ON_SQLITE, World

ACCOUNT: dict[str, Any] = {
    "name": "Globex",
    "industry": "technology",
    "annual_revenue": "2500000.50",
    "employees": "12",
    "phone": "",
    "description": None,
}


async def made(browser: Browser, table: str = "accounts", **values: Any) -> str:
    answer = await browser.send("POST", f"api/tables/{table}/", values)
    assert answer.status_code == 201, answer.text
    record_id: str = answer.json()[0]["id"]
    return record_id


async def test_a_record_is_made_read_changed_and_put_into_the_trash(world: World) -> None:
    browser = await tenants_browser(world)
    record_id = await made(browser, **ACCOUNT)
    row = await browser.get(f"tables/accounts/{record_id}/")
    assert (row["name"], row["industry"], row["annual_revenue"]) == ("Globex", "technology", "2500000.50")
    assert (row["version"], row["employees"]) == (1, 12)
    assert row["owner_readable"] == "Administrator"
    form = row | {"name": "Globex International", "employees": "13"}  # a form sends all that it shows
    form = {name: value for name, value in form.items() if not name.endswith("_readable") and name != "id"}
    answer = await browser.send("PATCH", f"api/tables/accounts/{record_id}/", form)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["name"], answer.json()["version"], answer.json()["employees"]) == (
        "Globex International",
        2,
        13,
    )
    assert (await browser.send("DELETE", f"api/tables/accounts/{record_id}/")).status_code == 204
    assert (await browser.http.get(f"/admin/api/tables/accounts/{record_id}/")).status_code == 404
    client = await world.user()
    assert (await client.post(f"/api/v1/data/accounts/{record_id}/restore")).status_code == 200


async def test_a_change_has_a_version_and_a_history_like_any_other(world: World) -> None:
    browser = await tenants_browser(world)
    record_id = await made(browser, **ACCOUNT)
    await browser.send("PATCH", f"api/tables/accounts/{record_id}/", {"name": "Other"})
    history = (await (await world.user()).get(f"/api/v1/data/accounts/{record_id}/history")).json()
    assert "Other" in str(history)


async def test_a_row_that_somebody_else_has_changed_is_not_overwritten(world: World) -> None:
    browser = await tenants_browser(world)
    record_id = await made(browser, **ACCOUNT)
    seen = await browser.get(f"tables/accounts/{record_id}/")
    client = await world.user()
    await client.patch(f"/api/v1/data/accounts/{record_id}", json={"phone": "+31 20 123 4567"})
    answer = await browser.send(
        "PATCH", f"api/tables/accounts/{record_id}/", {"name": "Mine", "version": seen["version"]}
    )
    assert answer.status_code == 409
    assert "Somebody else" in answer.text
    assert (await browser.get(f"tables/accounts/{record_id}/"))["name"] == "Globex"


async def test_faults_are_told_field_by_field(world: World) -> None:
    browser = await tenants_browser(world)
    answer = await browser.send(
        "POST", "api/tables/accounts/", {"name": "", "industry": "magic", "employees": "many", "email": "x"}
    )
    assert set(said_against(answer)) == {"name", "industry", "employees", "email"}
    answer = await browser.send("POST", "api/tables/accounts/", {"name": "A", "email": "x", "website": "y"})
    assert set(said_against(answer)) == {"email", "website"}
    for website in ("javascript:alert(1)", f"https://b.example/{'x' * 1_000}"):
        answer = await browser.send("POST", "api/tables/accounts/", {"name": "x" * 3_000, "website": website})
        assert set(said_against(answer)) == {"name", "website"}
    answer = await browser.send("POST", "api/tables/accounts/", {"name": "A", "nmae": "B"})
    assert "Did you mean name?" in said_against(answer)["nmae"]
    assert await browser.rows("accounts") == []


async def test_a_database_error_is_a_sentence(world: World) -> None:
    browser = await tenants_browser(world)
    nobody = "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"
    answer = await browser.send("POST", "api/tables/contacts/", {"last_name": "X", "account": nobody})
    assert "account" in said_against(answer)
    account = await made(browser, **ACCOUNT)
    answer = await browser.send("PATCH", f"api/tables/accounts/{account}/", {"employees": str(10**30)})
    assert answer.status_code == 422, answer.text
    assert "sql" not in answer.text.lower()


async def test_a_value_that_must_be_unique_is_told_under_its_field(world: World) -> None:
    browser, client = await tenants_browser(world), await world.user()
    field = {"name": "code", "label": "Code", "type": "text", "unique": True}
    assert (await client.post("/api/v1/objects/accounts/fields", json=field)).status_code == 201
    first = await made(browser, name="A", code="x1")
    answer = await browser.send("POST", "api/tables/accounts/", {"name": "B", "code": "x1"})
    assert set(said_against(answer)) == {"code"}
    second = await made(browser, name="B", code="x2")
    answer = await browser.send("PATCH", f"api/tables/accounts/{second}/", {"code": "x1"})
    assert set(said_against(answer)) == {"code"}
    assert (await browser.get(f"tables/accounts/{first}/"))["code"] == "x1"


async def test_system_columns_are_read_only(world: World) -> None:
    browser = await tenants_browser(world)
    record_id = await made(browser, **ACCOUNT)
    schema = await browser.get("tables/accounts/schema/")
    read_only = {name for name, one in schema["properties"].items() if one["extra"].get("read_only")}
    assert read_only == {"version", "created_at", "updated_at", "created_by", "updated_by"}
    answer = await browser.send(
        "PATCH", f"api/tables/accounts/{record_id}/", {"created_at": "2020-01-01T00:00:00Z"}
    )
    assert said_against(answer) == {"created_at": "cannot be changed here"}
    seen = await browser.get(f"tables/accounts/{record_id}/")
    to_the_millisecond = seen["created_at"][:23] + "Z"
    answer = await browser.send(
        "PATCH", f"api/tables/accounts/{record_id}/", {"created_at": to_the_millisecond, "name": "B"}
    )
    assert answer.status_code == 200, answer.text


async def test_lookups_are_shown_by_name_and_searched_by_it(world: World) -> None:
    browser = await tenants_browser(world)
    globex = await made(browser, **ACCOUNT)
    await made(browser, name="Initech")
    contact = await made(browser, "contacts", last_name="Hopper", account=globex)
    row = (await browser.rows("contacts", __readable="true"))[0]
    assert (row["account"], row["account_readable"]) == (globex, "Globex")
    schema = await browser.get("tables/contacts/schema/")
    assert schema["properties"]["account"]["extra"]["foreign_key"]["to"] == "accounts"
    assert await browser.get("tables/accounts/ids/", search="GLOB") == {globex: "Globex"}
    assert list((await browser.get("tables/accounts/ids/", limit="1", offset="1")).values()) == ["Initech"]
    assert {"tableName": "contacts", "columnName": "account"} in (
        await browser.get("tables/accounts/references/")
    )["references"]
    assert [row["id"] for row in await browser.rows("contacts", account=globex)] == [contact]
    people = await browser.get("tables/users/ids/", search="member")
    assert list(people.values()) == ["member@acme.example"]


async def test_a_select_has_choices(world: World) -> None:
    browser = await tenants_browser(world)
    schema = await browser.get("tables/accounts/schema/")
    choices = schema["properties"]["industry"]["extra"]["choices"]
    assert choices["technology"] == {"display_name": "Technology", "value": "technology"}


async def test_lists_are_filtered_sorted_and_paged(world: World) -> None:
    browser = await tenants_browser(world)
    for number in range(5):
        await made(browser, name=f"Account {number}", employees=str(number), industry="technology")
    await made(browser, name="Zed")
    names = [row["name"] for row in await browser.rows("accounts", __order="-name", __page_size="2")]
    assert names == ["Zed", "Account 4"]
    third = await browser.rows("accounts", __order="-name", __page_size="2", __page="3")
    assert [row["name"] for row in third] == ["Account 1", "Account 0"]
    assert (await browser.get("tables/accounts/count/", name="ACCOUNT"))["count"] == 5
    few = await browser.rows("accounts", employees="3", employees__operator="gte", __order="name")
    assert [row["name"] for row in few] == ["Account 3", "Account 4"]
    none = await browser.rows("accounts", industry__operator="is_null")
    assert [row["name"] for row in none] == ["Zed"]
    assert len(await browser.rows("accounts", industry="technology", __page_size="1000")) == 5
    bad = await browser.http.get("/admin/api/tables/accounts/", params={"employees": "many"})
    assert bad.status_code == 422


async def test_the_other_tenant_s_records_are_not_there(world: World) -> None:
    acme, demo = await tenants_browser(world), await tenants_browser(world, slug="demo")
    record_id = await made(acme, **ACCOUNT)
    assert await demo.rows("accounts") == []
    assert (await demo.http.get(f"/admin/api/tables/accounts/{record_id}/")).status_code == 404
    answer = await demo.send("PATCH", f"api/tables/accounts/{record_id}/", {"name": "Mine"})
    assert answer.status_code == 404
    assert (await demo.send("DELETE", f"api/tables/accounts/{record_id}/")).status_code == 404
    assert (await acme.get(f"tables/accounts/{record_id}/"))["name"] == "Globex"


@pytest.mark.parametrize(
    "row_id", ["x", "0", "' OR 1=1 --", "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11", "schema2"]
)
@ON_SQLITE
async def test_what_is_no_row_is_not_found(world: World, row_id: str) -> None:
    browser = await tenants_browser(world)
    for method, body in (("GET", None), ("PATCH", {"name": "X"}), ("DELETE", None)):
        answer = await browser.send(method, f"api/tables/accounts/{row_id}/", body)
        assert answer.status_code == 404, answer.text


@pytest.mark.parametrize("column", ["deleted_at", "password_hash", "owner.email", "id); --", "password"])
@ON_SQLITE
async def test_what_is_not_shown_cannot_be_named(world: World, column: str) -> None:
    browser = await tenants_browser(world)
    for table in ("accounts", "users"):
        for query in ({column: "a"}, {f"{column}__operator": "not_null"}, {"__order": column}):
            for address in (f"tables/{table}/", f"tables/{table}/count/"):
                answer = await browser.http.get(f"/admin/api/{address}", params=query)
                assert answer.status_code == 422, (address, query, answer.text)
        shown = await browser.http.get(f"/admin/api/tables/{table}/", params={"__visible_fields": column})
        assert shown.status_code == 422
    everything = (await browser.http.get("/admin/api/tables/users/")).text
    assert "argon2" not in everything
    assert "password" not in everything

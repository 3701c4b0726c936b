"""Values over HTTP: what is in the trash, days in a time zone, lists with commas, names in another case."""

from tests.api.conftest import World
from tests.api.objects.test_objects import made
from tests.api.records.test_records import make
from tests.api.scenarios import assert_problem

DEALS = "/api/v1/data/deals"
BY_CODE = f"{DEALS}/by/code/A%2F1"
NOWHERE = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"


async def test_a_value_in_the_trash_is_reported_with_its_record_and_restored_by_put(world: World) -> None:
    client = await made(world)
    deal = (await client.put(BY_CODE, json={"name": "One"})).json()["data"]
    await client.delete(f"{DEALS}/{deal['id']}")
    refused = await client.post(DEALS, json={"name": "Two", "code": "A/1"})
    assert refused.status_code == 409
    problem = assert_problem(refused, "unique-conflict")
    assert "trash" in problem["detail"]
    (error,) = problem["errors"]
    assert (error["field"], error["code"], error["inTrash"], error["record"]) == (
        "code",
        "unique",
        True,
        deal["id"],
    )
    bulk = {"op": "create", "records": [{"name": "Two", "code": "A/1"}]}
    (result,) = (await client.post(f"{DEALS}/bulk", json=bulk)).json()["results"]
    assert (result["status"], result["errors"][0]["record"]) == (409, deal["id"])
    again = await client.put(BY_CODE, json={"name": "Two"})
    assert (again.status_code, again.json()["data"]["id"]) == (200, deal["id"])
    taken = await client.post(DEALS, json={"name": "Three", "code": "A/1"})
    (error,) = assert_problem(taken, "unique-conflict")["errors"]
    assert error.keys() == {"field", "code", "message"}


async def test_a_lookup_into_the_trash_is_refused_as_one_to_nowhere(world: World) -> None:
    client, account = await made(world), await make(world)
    await client.delete(f"/api/v1/data/accounts/{account['id']}")
    messages = set()
    for value in (account["id"], NOWHERE):
        refused = await client.post(DEALS, json={"name": "One", "account": value})
        assert refused.status_code == 422
        (error,) = assert_problem(refused, "validation")["errors"]
        assert (error["field"], error["code"]) == ("account", "reference-not-found")
        messages.add(error["message"].replace(value, "ID"))
    assert len(messages) == 1


async def test_days_lists_and_empty_values_in_a_query(world: World) -> None:
    client = await made(world)
    for name in ("Doe, John", "Smith"):
        await client.post(DEALS, json={"name": name, "code": "" if name == "Smith" else "x"})
    for parameters, names in (
        ({"filter[name][in]": '"Doe, John",nobody'}, ["Doe, John"]),
        ({"filter[code]": ""}, ["Smith"]),
        ({"filter[created_at][lte]": "1999-12-31", "timeZone": "Asia/Tokyo"}, []),
        (
            {"filter[created_at][gt]": "1999-12-31", "timeZone": "Asia/Tokyo", "sort": "name"},
            ["Doe, John", "Smith"],
        ),
    ):
        page = await client.get(DEALS, params=parameters)
        assert [one["name"] for one in page.json()["data"]] == names
    exported = await client.get(f"{DEALS}/export.csv", params={"fields": "name", "timeZone": "Asia/Tokyo"})
    assert exported.status_code == 200


async def test_a_name_in_another_case_is_recognised(world: World) -> None:
    client = await made(world)
    query = "Filter[name]=x&filter[NAME]=x&filter[name][IN]=x&TIMEZONE=UTC&SORT=name&filter[stage]=WON"
    answer = await client.get(f"{DEALS}?{query}")
    errors = {
        one["field"]: one.get("didYouMean") for one in assert_problem(answer, "invalid-query")["errors"]
    }
    assert errors == {
        "Filter[name]": "filter",
        "filter[NAME]": "name",
        "filter[name][IN]": "in",
        "TIMEZONE": "timeZone",
        "SORT": "sort",
        "filter[stage]": "won",
    }

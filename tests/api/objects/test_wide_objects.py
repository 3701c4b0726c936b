"""Objects with many fields: two hundred texts, filled to the last character, and an index on some of them."""

from tests.api.conftest import ON_MARIADB, World
from tests.api.objects.test_objects import refused, shown

OBJECTS = "/api/v1/objects"
LONGEST = "\U0001f600" * 255


def many(count: int) -> dict[str, object]:
    return {"name": "wide", "fields": [{"name": f"f{at}", "type": "text"} for at in range(count)]}


async def test_two_hundred_texts_are_defined_filled_and_read(world: World) -> None:
    client = await world.user()
    shown(await client.post(OBJECTS, json=many(200)))
    values = {f"f{at}": LONGEST for at in range(200)}
    made = shown(await client.post("/api/v1/data/wide", json=values))
    read = shown(await client.get(f"/api/v1/data/wide/{made['id']}"))
    assert {name: read[name] for name in values} == values
    found = await client.get("/api/v1/data/wide", params={"filter[f199]": LONGEST, "sort": "-f199"})
    assert [one["id"] for one in shown(found)] == [made["id"]]


async def test_a_text_that_was_kept_outside_the_row_can_be_indexed_and_unique(world: World) -> None:
    client = await world.user()
    shown(await client.post(OBJECTS, json=many(100)))
    made = shown(await client.post("/api/v1/data/wide", json={"f99": LONGEST, "f98": "x"}))
    for change in ({"index": True}, {"unique": True, "index": False}, {"label": "Last"}, {"unique": False}):
        shown(await client.patch(f"{OBJECTS}/wide/fields/f99", json=change))
    shown(await client.post(f"{OBJECTS}/wide/fields", json={"name": "f100", "type": "text", "unique": True}))
    read = shown(await client.get(f"/api/v1/data/wide/{made['id']}"))
    assert (read["f99"], read["f98"], read["f100"]) == (LONGEST, "x", None)


async def test_more_fields_than_an_object_may_have_are_refused_at_once(world: World) -> None:
    client = await world.user()
    problem = refused(await client.post(OBJECTS, json=many(401)), 422, "validation")
    assert "too-many-fields" in {one["code"] for one in problem["errors"]}


@ON_MARIADB
async def test_a_record_that_does_not_fit_into_a_row_is_refused_by_itself(world: World) -> None:
    client = await world.user()
    shown(await client.post(OBJECTS, json=many(200)))
    too_much = {f"f{at}": "x" * 40 for at in range(200)}
    problem = refused(await client.post("/api/v1/data/wide", json=too_much), 422, "validation")
    assert [one["code"] for one in problem["errors"]] == ["record-too-large"]
    small = shown(await client.post("/api/v1/data/wide", json={"f0": "x"}))
    refused(await client.patch(f"/api/v1/data/wide/{small['id']}", json=too_much), 422, "validation")
    many_at_once = {"op": "create", "records": [{"f1": "x"}, too_much, {"f2": "x"}]}
    results = (await client.post("/api/v1/data/wide/bulk", json=many_at_once)).json()["results"]
    assert [one["status"] for one in results] == [201, 422, 201]

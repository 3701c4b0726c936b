"""Objects and fields over HTTP: what is defined is there at once, and goes when it is told to."""

from typing import Any

import httpx
import pytest

from api.schemas.object_drafts import object_draft
from piccolo_conf import DB
from tests.api.conftest import ON_SQLITE, World

DEALS = {
    "name": "deals",
    "label": "Deal",
    "pluralLabel": "Deals",
    "fields": [
        {"name": "name", "label": "Name", "type": "text", "required": True, "searchable": True},
        {"name": "stage", "type": "select", "options": ["open", "won"], "default": "open"},
        {"name": "account", "type": "lookup", "target": "accounts", "onDelete": "restrict"},
        {"name": "code", "type": "text", "maxLength": 20, "unique": True},
    ],
}


async def made(world: World) -> httpx.AsyncClient:
    """An administrator's client, and the object deals."""
    client = await world.user()
    answer = await client.post("/api/v1/objects", json=DEALS)
    assert answer.status_code == 201, answer.text
    return client


async def record(client: httpx.AsyncClient, **values: Any) -> dict[str, Any]:
    answer = await client.post("/api/v1/data/deals", json={"name": "One"} | values)
    assert answer.status_code == 201, answer.text
    return answer.json()["data"]


def shown(answer: httpx.Response) -> dict[str, Any]:
    assert answer.status_code in (200, 201), answer.text
    return answer.json()["data"]


def refused(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    assert (answer.status_code, answer.json()["code"]) == (status, code), answer.text
    return answer.json()


async def test_a_new_object_has_records_at_once(world: World) -> None:
    client = await world.user()
    answer = await client.post("/api/v1/objects", json=DEALS)
    assert answer.headers["location"] == "/api/v1/objects/deals"
    fields = {field["name"]: field for field in shown(answer)["fields"]}
    assert list(fields)[-4:] == ["name", "stage", "account", "code"]
    assert fields["stage"]["options"] == [
        {"value": "open", "label": "open"},
        {"value": "won", "label": "won"},
    ]
    assert (fields["account"]["target"], fields["account"]["onDelete"]) == ("accounts", "restrict")
    assert fields["stage"]["label"] == "Stage"
    assert fields["id"]["system"]
    assert not fields["name"]["system"]
    account = (await client.post("/api/v1/data/accounts", json={"name": "Globex"})).json()["data"]
    one = await record(client, account=account["id"], code="A-1")
    assert (one["stage"], one["account"]) == ("open", account["id"])
    gone = await client.delete(f"/api/v1/data/accounts/{account['id']}?permanent=true")
    assert gone.status_code == 409


async def test_a_new_field_is_there_for_the_next_request(world: World) -> None:
    client = await made(world)
    one = await record(client)
    body = {"name": "urgent", "type": "boolean", "default": True}
    answer = await client.post("/api/v1/objects/deals/fields", json=body)
    assert answer.headers["location"] == "/api/v1/objects/deals/fields/urgent"
    assert shown(answer)["label"] == "Urgent"
    assert shown(await client.get(answer.headers["location"])) == shown(answer)
    assert shown(await client.get(f"/api/v1/data/deals/{one['id']}"))["urgent"] is True
    assert (await record(client, urgent=False))["urgent"] is False


async def test_renaming_keeps_the_data_and_a_field_made_again_is_empty(world: World) -> None:
    client = await made(world)
    one = await record(client, code="A-1")
    await client.patch("/api/v1/objects/deals/fields/code", json={"name": "number"})
    answer = await client.patch("/api/v1/objects/deals", json={"name": "offers", "label": "Offer"})
    assert shown(answer)["label"] == "Offer"
    assert shown(await client.get(f"/api/v1/data/offers/{one['id']}"))["number"] == "A-1"
    refused(await client.get("/api/v1/objects/deals"), 404, "object-not-found")
    lost = await client.delete("/api/v1/objects/offers/fields/number")
    assert refused(lost, 409, "would-lose-data")["records"] == {"count": 1}
    assert (await client.delete("/api/v1/objects/offers/fields/number?confirm=number")).status_code == 204
    again = {"name": "number", "type": "text"}
    assert (await client.post("/api/v1/objects/offers/fields", json=again)).status_code == 201
    assert shown(await client.get(f"/api/v1/data/offers/{one['id']}"))["number"] is None


async def test_lookups_and_permissions_follow_a_new_name(world: World) -> None:
    client = await made(world)
    body = {"name": "tasks", "fields": [{"name": "deal", "type": "lookup", "target": "deals"}]}
    assert (await client.post("/api/v1/objects", json=body)).status_code == 201
    await client.patch("/api/v1/objects/deals", json={"name": "offers"})
    assert shown(await client.get("/api/v1/objects/tasks/fields/deal"))["target"] == "offers"
    refused(await client.delete("/api/v1/objects/offers"), 409, "still-looked-up")
    assert (await client.delete("/api/v1/objects/tasks")).status_code == 204
    assert (await client.delete("/api/v1/objects/offers")).status_code == 204
    refused(await client.get("/api/v1/data/offers"), 404, "object-not-found")


async def test_an_object_with_records_goes_only_when_that_is_confirmed(world: World) -> None:
    client = await made(world)
    await record(client)
    assert (
        refused(await client.delete("/api/v1/objects/deals"), 409, "would-lose-data")["records"]["count"] == 1
    )
    refused(await client.delete("/api/v1/objects/deals?confirm=dealz"), 409, "would-lose-data")
    assert (await client.delete("/api/v1/objects/deals?confirm=deals")).status_code == 204
    assert (await client.post("/api/v1/objects", json=DEALS)).status_code == 201
    assert (await client.get("/api/v1/data/deals")).json()["data"] == []


@ON_SQLITE
async def test_all_problems_are_told_at_once_by_their_places(world: World) -> None:
    client = await world.user()
    fields = [
        {"name": "not", "type": "text"},
        {"name": "stage", "type": "selekt"},
        {"name": "notes", "type": "text", "maxLength": 0, "maxLenght": 3},
        {"name": "open", "type": "boolean", "index": 1},
        {"type": "text"},
    ]
    answer = await client.post(
        "/api/v1/objects", json={"name": "Deals", "pluralLable": "x", "fields": fields}
    )
    errors = {one["field"]: one for one in refused(answer, 422, "validation")["errors"]}
    assert set(errors) == {"pluralLable", "fields.3.index", "fields.4.name"}
    assert errors["pluralLable"]["didYouMean"] == "pluralLabel"
    answer = await client.post("/api/v1/objects", json={"name": "Deals", "fields": fields[:3]})
    errors = {one["field"]: one for one in refused(answer, 422, "validation")["errors"]}
    assert set(errors) == {
        "name",
        "fields.0.name",
        "fields.1.type",
        "fields.2.maxLength",
        "fields.2.maxLenght",
    }
    assert errors["fields.1.type"]["didYouMean"] == "select"
    assert errors["fields.2.maxLenght"]["didYouMean"] == "maxLength"


@ON_SQLITE
async def test_labels_that_nobody_gives_are_made_of_the_name(world: World) -> None:
    answer = await (await world.user()).post("/api/v1/objects", json={"name": "open_tickets"})
    made_of = shown(answer)
    assert (made_of["label"], made_of["pluralLabel"]) == ("Open tickets", "Open tickets")


@pytest.mark.parametrize(
    ("label", "plural"),
    [
        ("Deal", "Deals"),
        ("Company", "Companies"),
        ("Address", "Addresses"),
        ("Key", "Keys"),
        ("Box", "Boxes"),
    ],
)
def test_many_of_a_kind_have_a_word_of_their_own(label: str, plural: str) -> None:
    assert object_draft({"name": "things", "label": label}).plural_label == plural


@ON_SQLITE
async def test_names_are_taken_once(world: World) -> None:
    client = await made(world)
    refused(await client.post("/api/v1/objects", json=DEALS), 409, "name-taken")
    body = {"name": "code", "type": "text"}
    refused(await client.post("/api/v1/objects/deals/fields", json=body), 409, "name-taken")
    refused(await client.patch("/api/v1/objects/deals", json={"name": "accounts"}), 409, "name-taken")
    refused(
        await client.patch("/api/v1/objects/deals/fields/code", json={"name": "stage"}), 409, "name-taken"
    )


@ON_SQLITE
async def test_what_comes_with_the_product_is_relabelled_and_extended_but_kept(world: World) -> None:
    client = await world.user()
    refused(await client.delete("/api/v1/objects/accounts?confirm=accounts"), 409, "standard-kept")
    refused(await client.delete("/api/v1/objects/accounts/fields/phone"), 409, "standard-kept")
    for change in ({"name": "telephone"}, {"type": "text"}):
        refused(
            await client.patch("/api/v1/objects/accounts/fields/phone", json=change), 409, "standard-kept"
        )
    answer = await client.patch("/api/v1/objects/accounts/fields/phone", json={"label": "Telephone"})
    assert shown(answer)["label"] == "Telephone"
    body = {"name": "tier", "type": "integer"}
    assert (await client.post("/api/v1/objects/accounts/fields", json=body)).status_code == 201
    made = await client.post("/api/v1/data/accounts", json={"name": "Globex", "tier": 3})
    assert made.json()["data"]["tier"] == 3
    assert (await client.delete("/api/v1/objects/accounts/fields/tier?confirm=tier")).status_code == 204


@ON_SQLITE
async def test_what_is_not_there_is_said_with_what_was_meant(world: World) -> None:
    client = await made(world)
    for answer in (
        await client.get("/api/v1/objects/deal"),
        await client.delete("/api/v1/objects/deal"),
        await client.post("/api/v1/objects/deal/fields", json={"name": "x", "type": "text"}),
    ):
        assert refused(answer, 404, "object-not-found")["errors"][0]["didYouMean"] == "deals"
    answer = await client.patch("/api/v1/objects/deals/fields/stag", json={"label": "x"})
    assert refused(answer, 404, "field-not-found")["errors"][0]["didYouMean"] == "stage"


@ON_SQLITE
@pytest.mark.parametrize("person", ["manager", "member", "viewer"])
async def test_who_may_not_manage_objects_only_reads_them(world: World, person: str) -> None:
    await made(world)
    client = await world.user(person)
    names = [one["name"] for one in (await client.get("/api/v1/objects")).json()["data"]]
    assert "deals" in names
    assert shown(await client.get("/api/v1/objects/deals"))["label"] == "Deal"
    for answer in (
        await client.post("/api/v1/objects", json={}),
        await client.patch("/api/v1/objects/deals", json={"label": "x"}),
        await client.delete("/api/v1/objects/deals"),
        await client.delete("/api/v1/objects/deals?dryRun=perhaps"),
        await client.post("/api/v1/objects/deals/fields", json={}),
        await client.patch("/api/v1/objects/deals/fields/code", json={}),
        await client.delete("/api/v1/objects/deals/fields/code"),
    ):
        refused(answer, 403, "permission-denied")


@ON_SQLITE
async def test_one_tenant_s_objects_are_not_another_s(world: World) -> None:
    await made(world)
    demo = await world.user(slug="demo")
    refused(await demo.get("/api/v1/objects/deals"), 404, "object-not-found")
    assert (await demo.post("/api/v1/objects", json=DEALS)).status_code == 201


async def test_a_dry_run_answers_with_the_plan_and_changes_nothing(world: World) -> None:
    client = await made(world)
    await record(client, code="A-1")
    body = {"name": "tasks", "fields": [{"name": "deal", "type": "lookup", "target": "deals"}]}
    assert (await client.post("/api/v1/objects?dryRun=true", json=body)).json()["plan"][0]["rows"] == 0
    assert (await client.post("/api/v1/objects", json=body)).status_code == 201
    page = {
        "name": "codes",
        "label": "Codes",
        "type": "list",
        "object": "deals",
        "layout": {"columns": ["code"]},
    }
    assert (await client.post("/api/v1/apps/sales/pages", json=page)).status_code == 201
    answer = await client.delete("/api/v1/objects/deals/fields/code?dryRun=true")
    assert answer.status_code == 200, answer.text
    plan = answer.json()
    assert plan["plan"][-1]["ddl"].startswith("ALTER TABLE")
    assert [one["name"] for one in plan["affects"]["pages"]] == ["codes"]
    answer = await client.patch("/api/v1/objects/deals?dryRun=true", json={"name": "offers"})
    assert answer.json()["plan"] == []
    assert answer.json()["affects"]["lookups"] == [{"object": "tasks", "field": "deal"}]
    assert shown(await client.get("/api/v1/objects/deals/fields/code"))["unique"] is True


async def test_what_would_break_records_is_refused_with_the_first_of_them(world: World) -> None:
    client = await made(world)
    one = await record(client, stage="won")
    answer = await client.patch("/api/v1/objects/deals/fields/stage", json={"options": ["open"]})
    assert refused(answer, 409, "would-break-data")["records"] == {"count": 1, "ids": [one["id"]]}
    answer = await client.patch("/api/v1/objects/deals/fields/code", json={"type": "integer"})
    assert refused(answer, 409, "conversion-refused")["errors"][0]["field"] == "type"
    answer = await client.patch(
        "/api/v1/objects/deals/fields/stage", json={"options": ["open", "won", "lost"]}
    )
    assert len(shown(answer)["options"]) == 3


async def test_drift_is_told_and_repaired(world: World) -> None:
    client = await made(world)
    assert (await client.get("/api/v1/objects/drift")).json() == {"data": []}
    async with world.platform.tenancy.use(await world.tenant("acme")):
        await DB.run_ddl('CREATE TABLE "left_0a1b2c3d" (id INTEGER)')
    (found,) = (await client.get("/api/v1/objects/drift")).json()["data"]
    assert (found["kind"], found["repairable"]) == ("extra-table", True)
    done = (await client.post("/api/v1/objects/drift")).json()
    assert ([one["name"] for one in done["repaired"]], done["remaining"]) == (["left_0a1b2c3d"], [])
    refused(await (await world.user("manager")).get("/api/v1/objects/drift"), 403, "permission-denied")


@ON_SQLITE
async def test_fields_are_put_into_another_order(world: World) -> None:
    client = await made(world)
    order = ["code", "name", "account", "stage"]
    answer = await client.patch("/api/v1/objects/deals", json={"fieldOrder": order})
    assert [one["name"] for one in shown(answer)["fields"] if not one["system"]] == order
    for wrong in (["code"], [*order, "code"], [*order[:3], "stag"]):
        answer = await client.patch("/api/v1/objects/deals", json={"fieldOrder": wrong})
        assert refused(answer, 422, "validation")["errors"][0]["field"] == "fieldOrder"

"""Options with colours, translations, and those that are archived: in definitions, in records, in files."""

from typing import Any

import httpx
import pytest

from tests.api.conftest import ON_SQLITE, World
from tests.api.scenarios import assert_problem

OBJECTS, STAGE = "/api/v1/objects", "/api/v1/objects/deals/fields/stage"
DEALS, TAGS = "/api/v1/data/deals", "/api/v1/objects/deals/fields/tags"
GERMAN = {"de": {"label": "Gewonnen"}}
OPTIONS: list[Any] = [
    "open",
    {"value": "won", "label": "Won", "color": "green", "translations": GERMAN},
    {"value": "lost", "label": "Lost", "archived": False, "color": None},
]
STORED = [
    {"value": "open", "label": "open"},
    {"value": "won", "label": "Won", "color": "green", "translations": GERMAN},
    {"value": "lost", "label": "Lost"},
]
ARCHIVED = [*STORED[:2], STORED[2] | {"archived": True}]
DEAL: dict[str, Any] = {
    "name": "deals",
    "translations": {"DE": {"label": "Geschäft", "pluralLabel": "Geschäfte"}},
    "fields": [
        {"name": "title", "type": "text", "translations": {"de-ch": {"label": "Titel", "description": ""}}},
        {"name": "stage", "type": "select", "options": OPTIONS},
        {"name": "tags", "type": "multi_select", "options": OPTIONS},
    ],
}


async def manager_of_deals(world: World) -> httpx.AsyncClient:
    client = await world.user()
    made = await client.post(OBJECTS, json=DEAL)
    assert made.status_code == 201, made.text
    return client


async def archive_lost(client: httpx.AsyncClient) -> None:
    for path in (STAGE, TAGS):
        planned = await client.patch(f"{path}?dryRun=true", json={"options": ARCHIVED})
        assert planned.json()["plan"] == []  # nothing changes in the database
        changed = await client.patch(path, json={"options": ARCHIVED})
        assert changed.json()["data"]["options"] == ARCHIVED, changed.text


async def test_definitions_keep_colours_and_translations(world: World) -> None:
    client = await manager_of_deals(world)
    deal = (await client.get(f"{OBJECTS}/deals")).json()["data"]
    fields = {one["name"]: one for one in deal["fields"]}
    assert deal["translations"] == {"de": {"label": "Geschäft", "pluralLabel": "Geschäfte"}}
    assert fields["title"]["translations"] == {"de-CH": {"label": "Titel", "description": ""}}
    assert fields["stage"]["translations"] == fields["id"]["translations"] == {}
    assert fields["stage"]["options"] == fields["tags"]["options"] == STORED
    labels = {"fr": {"label": "Étape"}}
    changed = await client.patch(STAGE, json={"translations": labels})
    assert changed.json()["data"]["translations"] == labels
    assert changed.json()["data"]["options"] == STORED
    for empty in ({}, None):
        emptied = await client.patch(f"{OBJECTS}/deals", json={"translations": empty})
        assert emptied.json()["data"]["translations"] == {}
    navigation = (await client.get("/api/v1/navigation")).json()
    seen = next(one for one in navigation["objects"] if one["name"] == "deals")
    assert seen["translations"] == {}
    assert next(one for one in seen["fields"] if one["name"] == "stage")["translations"] == labels
    assert (await client.get("/api/v1/objects/drift")).json()["data"] == []


@ON_SQLITE
@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"translations": []}, "translations", "wrong-type"),
        ({"translations": {"deutsch!": {}}}, "translations.deutsch!", "invalid-language"),
        ({"translations": {"de-x-private": {}}}, "translations.de-x-private", "invalid-language"),
        ({"translations": {"de": {}, "DE": {}}}, "translations.DE", "duplicate-language"),
        ({"translations": {"de": "Phase"}}, "translations.de", "wrong-type"),
        ({"translations": {"de": {"label": ""}}}, "translations.de.label", "wrong-length"),
        ({"translations": {"de": {"label": "x" * 101}}}, "translations.de.label", "wrong-length"),
        ({"translations": {"de": {"label": 1}}}, "translations.de.label", "not-text"),
        ({"translations": {"de": {"lable": "x"}}}, "translations.de.lable", "unknown-text"),
        ({"translations": {"de": {"pluralLabel": "x"}}}, "translations.de.pluralLabel", "unknown-text"),
        ({"translations": {f"a{chr(97 + n)}": {} for n in range(21)}}, "translations", "wrong-type"),
        ({"options": [{"value": "a", "color": "rde"}]}, "options.0.color", "unknown-colour"),
        ({"options": [{"value": "a", "archived": 1}]}, "options.0.archived", "wrong-type"),
        ({"options": [{"value": "a", "archived": True}]}, "options", "options-missing"),
        (
            {"options": [{"value": "a", "translations": {"de": {"description": "x"}}}]},
            "options.0.translations.de.description",
            "unknown-text",
        ),
    ],
)
async def test_what_is_refused_is_named(world: World, change: dict[str, Any], field: str, code: str) -> None:
    client = await manager_of_deals(world)
    problem = assert_problem(await client.patch(STAGE, json=change))
    assert problem["status"] == 422
    assert (field, code) in [(one["field"], one["code"]) for one in problem["errors"]]


async def test_an_archived_option_stays_and_is_not_chosen_newly(world: World) -> None:
    client = await manager_of_deals(world)
    held = {"title": "old", "stage": "lost", "tags": ["lost", "open"]}
    old = (await client.post(DEALS, json=held)).json()["data"]
    new = (await client.post(DEALS, json={"title": "new", "tags": ["open"]})).json()["data"]
    await archive_lost(client)
    path = f"{DEALS}/{old['id']}"
    assert (await client.get(path)).json()["data"]["stage"] == "lost"
    kept = await client.patch(path, json=held | {"title": "older", "tags": ["won", "lost"]})
    assert kept.status_code == 200, kept.text
    for query in ("filter[stage]=lost", "filter[tags][contains]=lost"):
        assert [one["id"] for one in (await client.get(f"{DEALS}?{query}")).json()["data"]] == [old["id"]]
    for body in ({"stage": "lost"}, {"tags": ["open", "lost"]}):
        [field] = body
        for answer in (
            await client.post(DEALS, json=body),
            await client.patch(f"{DEALS}/{new['id']}", json=body),
        ):
            problem = assert_problem(answer)
            assert [(one["field"], one["code"]) for one in problem["errors"]] == [(field, "option-archived")]
    written = await client.post(
        f"{DEALS}/bulk",
        json={
            "op": "update",
            "records": [{"id": old["id"], "stage": "lost"}, {"id": new["id"], "stage": "lost"}],
        },
    )
    assert [one["status"] for one in written.json()["results"]] == [200, 422]
    created = await client.post(
        f"{DEALS}/bulk", json={"op": "create", "records": [{"stage": "lost"}, {"stage": "won"}]}
    )
    assert [one["status"] for one in created.json()["results"]] == [422, 201]
    assert (await client.patch(path, json={"stage": "won"})).status_code == 200
    assert_problem(await client.patch(path, json={"stage": "lost"}))  # it has given it up
    assert (await client.patch(STAGE, json={"options": OPTIONS})).status_code == 200
    assert (await client.patch(path, json={"stage": "lost"})).status_code == 200


async def test_files_keep_archived_options_and_bring_none(world: World) -> None:
    client = await manager_of_deals(world)
    await client.post(DEALS, json={"title": "old", "stage": "lost", "tags": ["lost"]})
    await archive_lost(client)
    exported = (await client.get(f"{DEALS}/export.csv?fields=id,title,stage,tags")).text
    assert "lost" in exported
    path = f"{DEALS}/import?upsertBy=id&mode=good_lines"
    again = await client.post(path, files={"file": ("deals.csv", exported.replace("old", "older"))})
    assert (again.json()["updated"], again.json()["failed"]) == (1, 0), again.text
    brought = await client.post(
        f"{DEALS}/import?mode=good_lines", files={"file": ("deals.csv", "title,stage\na,Lost\nb,won\n")}
    )
    assert (brought.json()["created"], brought.json()["failed"]) == (1, 1), brought.text
    assert "archived" in brought.text


@ON_SQLITE
async def test_a_default_is_not_archived(world: World) -> None:
    client = await manager_of_deals(world)
    assert (await client.patch(STAGE, json={"default": "lost"})).status_code == 200
    problem = assert_problem(await client.patch(STAGE, json={"options": ARCHIVED}))
    assert [(one["field"], one["code"]) for one in problem["errors"]] == [("default", "option-archived")]

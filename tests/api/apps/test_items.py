"""Preferences, favourites, and what was seen lately: one's own, bounded, and never more than one may read."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from piccolo_engines.columns import new_id, utc_now
from tenant_schema.apps.items.service import MOST_FAVOURITES, MOST_RECENTS
from tenant_schema.apps.tables import UserItem
from tenant_schema.users.settings_tables import UserPreference
from tenant_schema.users.tables import User
from tests.api.apps.test_apps import given
from tests.api.conftest import ON_SQLITE, World
from tests.api.people import made_role, made_user, user_id
from tests.api.records.test_records import ACCOUNTS, make
from tests.api.scenarios import Callers, Scenario, assert_problem, check, table

ME = "/api/v1/me"
PREFERENCES, FAVOURITES, RECENTS = f"{ME}/preferences", f"{ME}/favourites", f"{ME}/recents"
EVERYBODY = {"guest": 401, "neighbour": 401, "operator": 401, "*": 200}
DONE = EVERYBODY | {"*": 204}
NOT_THERE = EVERYBODY | {"*": 404}
KEY = {"value": {"density": "compact"}}


@table(
    Scenario(name="preferences", method="GET", path=PREFERENCES, statuses=EVERYBODY, hides=("secret",)),
    Scenario(name="keep", method="PUT", path=f"{PREFERENCES}/list", body=KEY, statuses=DONE),
    Scenario(name="forget", method="DELETE", path=f"{PREFERENCES}/list", statuses=DONE),
    Scenario(name="favourites", method="GET", path=FAVOURITES, statuses=EVERYBODY, hides=("Globex",)),
    Scenario(name="mark", method="PUT", path=f"{FAVOURITES}/accounts/{{account}}", statuses=EVERYBODY),
    Scenario(
        name="mark another tenant's",
        method="PUT",
        path=f"{FAVOURITES}/accounts/{{foreign}}",
        statuses=NOT_THERE,
    ),
    Scenario(name="mark a view", method="PUT", path=f"{FAVOURITES}/views/{{private}}", statuses=NOT_THERE),
    Scenario(name="mark a page", method="PUT", path=f"{FAVOURITES}/pages/sales/account", statuses=EVERYBODY),
    Scenario(name="mark no page", method="PUT", path=f"{FAVOURITES}/pages/sales/nothing", statuses=NOT_THERE),
    Scenario(name="unmark", method="DELETE", path=f"{FAVOURITES}/accounts/{{account}}", statuses=DONE),
    Scenario(name="unmark a view", method="DELETE", path=f"{FAVOURITES}/views/{{private}}", statuses=DONE),
    Scenario(name="recents", method="GET", path=RECENTS, statuses=EVERYBODY, hides=("Globex",)),
    Scenario(name="see", method="PUT", path=f"{RECENTS}/accounts/{{account}}", statuses=DONE),
    Scenario(
        name="see another tenant's", method="PUT", path=f"{RECENTS}/accounts/{{foreign}}", statuses=NOT_THERE
    ),
    Scenario(name="see what is no id", method="PUT", path=f"{RECENTS}/accounts/x", statuses=NOT_THERE),
    Scenario(name="on a central host", method="GET", path=FAVOURITES, host="localhost", statuses={"*": 404}),
)
@ON_SQLITE
async def test_everybody_has_their_own(world: World, scenario: Scenario, callers: Callers) -> None:
    owner = await made_user(world, "owner", "administrator")
    account = await make(world, name="Globex")
    foreign = await (await world.user("administrator", "demo")).post(ACCOUNTS, json={"name": "Theirs"})
    view = {"object": "accounts", "label": "Private", "columns": ["name"]}
    private = await given(owner, "/api/v1/views", view)
    for path in (f"{FAVOURITES}/accounts/{account['id']}", f"{RECENTS}/accounts/{account['id']}"):
        assert (await owner.put(path)).is_success
    assert (await owner.put(f"{PREFERENCES}/mine", json={"value": "secret"})).status_code == 204
    names = {"account": account["id"], "foreign": foreign.json()["data"]["id"]}
    await check(world, scenario, callers, **names, private=private["id"])


async def test_preferences_are_kept_by_key(world: World) -> None:
    client, other = await world.user("member"), await world.user("viewer")
    values: dict[str, Any] = {"a.b-c_D9": [1, {"x": None}], "list": "größer\u0000", "n": None, "z": 1.5}
    for key, value in values.items():
        assert (await client.put(f"{PREFERENCES}/{key}", json={"value": value})).status_code == 204
    assert (await client.put(f"{PREFERENCES}/z", json={"value": False})).status_code == 204
    values["z"] = False
    first = await client.get(PREFERENCES)
    assert first.json() == {"preferences": values}
    again = await client.get(PREFERENCES, headers={"If-None-Match": first.headers["etag"]})
    assert again.status_code == 304
    assert (await client.get("/api/v1/workspace")).json()["preferences"] == values
    assert (await other.get(PREFERENCES)).json() == {"preferences": {}}
    for _ in range(2):
        assert (await client.delete(f"{PREFERENCES}/n")).status_code == 204
    assert "n" not in (await client.get(PREFERENCES)).json()["preferences"]


@ON_SQLITE
async def test_preferences_are_bounded(world: World) -> None:
    client = await world.user("member")
    for key in ("List", "1", "a" * 61, "ä", "a b"):
        assert (await client.put(f"{PREFERENCES}/{key}", json={"value": 1})).status_code == 404
        assert (await client.delete(f"{PREFERENCES}/{key}")).status_code == 404
    assert (await client.put(f"{PREFERENCES}/a", json={"value": "x" * 8_190})).status_code == 204
    for body in ({"value": "x" * 8_191}, {}, {"value": 1, "more": 2}, []):
        assert (await client.put(f"{PREFERENCES}/a", json=body)).status_code == 422
    for number in range(99):
        assert (await client.put(f"{PREFERENCES}/k{number}", json={"value": number})).status_code == 204
    assert_problem(await client.put(f"{PREFERENCES}/k99", json={"value": 1}), "too-many")
    assert (await client.put(f"{PREFERENCES}/k98", json={"value": "again"})).status_code == 204


async def test_favourites_have_labels_and_an_order(world: World) -> None:
    client = await world.user("member")
    account = await make(world, name="Globex")
    view = await given(
        client,
        "/api/v1/views",
        {
            "object": "accounts",
            "label": "Mine",
            "columns": ["name"],
            "translations": {"de": {"label": "Meine"}},
        },
    )
    for path in (f"accounts/{account['id']}", f"views/{view['id']}", "pages/sales/contacts"):
        for _ in range(2):
            marked = await client.put(f"{FAVOURITES}/{path}")
            assert marked.status_code == 200, marked.text
    found = (await client.get(FAVOURITES)).json()["data"]
    assert found == marked.json()["data"]
    assert [(one["kind"], one["label"], one["object"], one["page"]) for one in found] == [
        ("record", "Globex", "accounts", None),
        ("view", "Mine", "accounts", None),
        ("page", "Contacts", "contacts", "contacts"),
    ]
    assert [one["item"] for one in found][:2] == [account["id"], view["id"]]
    assert found[1]["translations"] == {"de": {"label": "Meine"}}
    turned = [one["id"] for one in reversed(found)]
    ordered = await client.put(f"{FAVOURITES}/order", json={"favourites": turned})
    assert [one["id"] for one in ordered.json()["data"]] == turned
    assert (await client.get("/api/v1/workspace")).json()["favourites"] == ordered.json()["data"]
    refused = assert_problem(await client.put(f"{FAVOURITES}/order", json={"favourites": turned[:2]}))
    assert refused["errors"][0]["code"] == "missing-favourite"
    for path in ("views/" + view["id"], "pages/sales/contacts", f"accounts/{account['id']}"):
        assert (await client.delete(f"{FAVOURITES}/{path}")).status_code == 204
    assert (await client.get(FAVOURITES)).json()["data"] == []


async def test_what_one_may_not_read_any_more_is_absent_and_comes_back(world: World) -> None:
    role = await made_role(world, "clerks", "accounts:read", "accounts:delete")
    clerk, administrator = await made_user(world, "clerk", "clerks"), await world.user()
    account, gone = await make(world, name="Globex"), await make(world, name="Initech")
    for one in (account, gone):
        assert (await clerk.put(f"{FAVOURITES}/accounts/{one['id']}")).status_code == 200
        assert (await clerk.put(f"{RECENTS}/accounts/{one['id']}")).status_code == 204

    async def seen() -> list[list[str]]:
        lists = [(await clerk.get(path)).json()["data"] for path in (FAVOURITES, RECENTS)]
        workspace = (await clerk.get("/api/v1/workspace")).json()
        assert [workspace["favourites"], workspace["recents"]] == lists
        return [[one["label"] for one in items] for items in lists]

    assert await seen() == [["Globex", "Initech"], ["Initech", "Globex"]]
    await clerk.delete(f"{ACCOUNTS}/{gone['id']}")
    assert await seen() == [["Globex"], ["Globex"]]
    assert (await clerk.put(f"{RECENTS}/accounts/{gone['id']}")).status_code == 404
    await administrator.post(f"{ACCOUNTS}/{gone['id']}/restore")
    assert await seen() == [["Globex", "Initech"], ["Initech", "Globex"]]
    rules = {"rules": [{"object": "accounts", "action": "read", "filter": {"name": "Globex"}}]}
    changed = await administrator.put(f"/api/v1/roles/{role['id']}/rules", json=rules)
    assert changed.is_success, changed.text
    assert await seen() == [["Globex"], ["Globex"]]
    assert_problem(await clerk.put(f"{FAVOURITES}/accounts/{gone['id']}"), "record-not-found")
    hidden = {"fields": [{"object": "accounts", "field": "name", "read": False, "update": False}]}
    changed = await administrator.put(f"/api/v1/roles/{role['id']}/fields", json=hidden)
    assert changed.is_success, changed.text
    assert "Globex" not in (await clerk.get(FAVOURITES)).text


@ON_SQLITE
@pytest.mark.parametrize("name", ["views", "pages"])
async def test_no_object_has_the_name_of_another_kind_of_favourite(world: World, name: str) -> None:
    """``PUT /me/favourites/views/{id}`` would be about a view, not about a record of it."""
    client = await world.user()
    assert (await client.post("/api/v1/objects", json={"name": "sights"})).status_code == 201
    made = await client.post("/api/v1/objects", json={"name": name})
    renamed = await client.patch("/api/v1/objects/sights", json={"name": name})
    for refused in (made, renamed):
        assert [one["code"] for one in assert_problem(refused)["errors"]] == ["reserved-name"]


@ON_SQLITE
async def test_names_of_objects_may_change_and_a_dropped_one_leaves_no_trace(world: World) -> None:
    client = await world.user()
    body = {"name": "deals", "nameField": "title", "fields": [{"name": "title", "type": "text"}]}
    assert (await client.post("/api/v1/objects", json=body)).status_code == 201
    deal = (await client.post("/api/v1/data/deals", json={"title": "Big"})).json()["data"]
    assert (await client.put(f"{FAVOURITES}/deals/{deal['id']}")).status_code == 200
    await client.patch("/api/v1/objects/deals", json={"name": "sales_deals"})
    found = (await client.get(FAVOURITES)).json()["data"]
    assert [(one["object"], one["label"]) for one in found] == [("sales_deals", "Big")]
    assert (await client.delete("/api/v1/objects/sales_deals?confirm=sales_deals")).is_success
    assert (await client.get(FAVOURITES)).json()["data"] == []


async def insert_items(world: World, collection: str, count: int) -> None:
    """Items of the member, of records that do not exist."""
    member = await user_id(world, "member")
    client = await world.user()
    accounts = (await client.get("/api/v1/objects/accounts")).json()["data"]["id"]
    async with world.platform.tenancy.use(await world.tenant("acme")):
        await UserItem.insert(
            *[
                UserItem(
                    user=member,
                    collection=collection,
                    kind="record",
                    object=accounts,
                    item=new_id(),
                    position=number,
                    seen_at=utc_now() - timedelta(days=1),
                )
                for number in range(count)
            ]
        )


async def rows_of(world: World, collection: str) -> int:
    async with world.platform.tenancy.use(await world.tenant("acme")):
        return int(await UserItem.count().where(UserItem.collection == collection))


async def test_both_are_bounded(world: World) -> None:
    client = await world.user("member")
    await insert_items(world, "favourite", MOST_FAVOURITES)
    await insert_items(world, "recent", MOST_RECENTS + 3)
    accounts = [await make(world, name=f"a{number}") for number in range(2)]
    for account in accounts:
        assert (await client.put(f"{RECENTS}/accounts/{account['id']}")).status_code == 204
        assert (await client.put(f"{FAVOURITES}/accounts/{account['id']}")).status_code == 200
    assert await rows_of(world, "recent") == MOST_RECENTS
    assert await rows_of(world, "favourite") == 2  # those of nothing made room
    labels = [one["label"] for one in (await client.get(RECENTS)).json()["data"]]
    assert labels == ["a1", "a0"]


@ON_SQLITE
async def test_a_full_list_takes_no_more(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tenant_schema.apps.items.service.MOST_FAVOURITES", 1)
    client = await world.user("member")
    first, second = [await make(world, name=one) for one in "ab"]
    assert (await client.put(f"{FAVOURITES}/accounts/{first['id']}")).status_code == 200
    assert_problem(await client.put(f"{FAVOURITES}/accounts/{second['id']}"), "too-many")
    assert (await client.put(f"{FAVOURITES}/accounts/{first['id']}")).status_code == 200


async def test_they_go_with_the_user(world: World) -> None:
    leaver: httpx.AsyncClient = await made_user(world, "leaver", "member")
    account = await make(world)
    await leaver.put(f"{FAVOURITES}/accounts/{account['id']}")
    await leaver.put(f"{PREFERENCES}/a", json={"value": 1})
    async with world.platform.tenancy.use(await world.tenant("acme")):
        assert (await UserItem.count(), await UserPreference.count()) == (1, 1)
        await User.delete().where(User.email == "leaver@acme.example")
        assert (await UserItem.count(), await UserPreference.count()) == (0, 0)

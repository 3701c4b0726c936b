"""If-None-Match on what can be read again and again, and what caches may do with responses."""

import pytest

from tests.api.conftest import World
from tests.api.records.test_records import ACCOUNTS, make
from tests.api.scenarios import assert_problem

READ_AGAIN = (
    "/api/v1/navigation",
    "/api/v1/objects",
    "/api/v1/objects/accounts",
    "/api/v1/objects/accounts/fields/name",
    "/api/v1/apps",
    "/api/v1/views",
    "/api/v1/roles",
    "/api/v1/workspace",
    "/api/v1/me/preferences",
    "/api/v1/me/favourites",
    "/api/v1/me/recents",
    "/api/v1/schema.d.ts",
    "/schema",
)


@pytest.mark.parametrize("path", READ_AGAIN)
async def test_what_has_not_changed_is_304(world: World, path: str) -> None:
    client = await world.user()
    client.headers["Accept-Encoding"] = "identity"
    first = await client.get(path)
    tag = first.headers["etag"]
    assert first.status_code == 200
    for given in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = await client.get(path, headers={"If-None-Match": given})
        assert (again.status_code, again.content) == (304, b""), given
        assert again.headers["etag"] == tag
        assert again.headers["cache-control"] == first.headers["cache-control"]
        assert "content-type" not in again.headers
    for given in ('"other"', tag.strip('"'), ""):
        assert (await client.get(path, headers={"If-None-Match": given})).status_code == 200
    assert (await client.head(path, headers={"If-None-Match": tag})).status_code == 304


async def test_a_change_of_objects_changes_what_is_read_of_them(world: World) -> None:
    client = await world.user()
    others = {"/api/v1/apps", "/api/v1/views", "/api/v1/roles"}
    paths = [one for one in READ_AGAIN if "/me/" not in one and one not in others]
    tags = {path: (await client.get(path)).headers["etag"] for path in paths}
    change = {"label": "Company name"}
    assert (await client.patch("/api/v1/objects/accounts/fields/name", json=change)).status_code == 200
    field = {"name": "mood", "type": "text", "maxLength": 20}
    assert (await client.post("/api/v1/objects/accounts/fields", json=field)).status_code == 201
    for path, tag in tags.items():
        changed = await client.get(path, headers={"If-None-Match": tag})
        if path == "/api/v1/navigation":  # which names objects, not their fields
            continue
        assert changed.status_code == 200, path
        assert changed.headers["etag"] != tag


async def test_the_document_of_a_central_host_has_a_tag_too(world: World) -> None:
    client = world.client("localhost")
    for accept in ("application/json", "text/html"):
        first = await client.get("/schema", headers={"Accept": accept})
        again = {"Accept": accept, "If-None-Match": first.headers["etag"]}
        assert (await client.get("/schema", headers=again)).status_code == 304
    other = {"Accept": "application/json", "If-None-Match": first.headers["etag"]}
    assert (await client.get("/schema", headers=other)).status_code == 200


async def test_a_record_is_304_until_it_changes(world: World) -> None:
    client, record = await world.user(), await make(world)
    path = f"{ACCOUNTS}/{record['id']}"
    assert (await client.get(path)).headers["etag"] == '"1"'
    unchanged = await client.get(path, headers={"If-None-Match": '"1"'})
    assert (unchanged.status_code, unchanged.content, unchanged.headers["etag"]) == (304, b"", '"1"')
    assert (await client.get(path, headers={"If-None-Match": '"0", W/"1"'})).status_code == 304
    await client.patch(path, json={"employees": 7})
    changed = await client.get(path, headers={"If-None-Match": '"1"'})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')


async def test_a_record_that_is_hidden_or_gone_is_never_304(world: World) -> None:
    client, record = await world.user(), await make(world)
    path = f"{ACCOUNTS}/{record['id']}"
    conditional = {"If-None-Match": '"1", *'}
    assert (await world.client().get(path, headers=conditional)).status_code == 401
    await client.delete(path)
    assert (await client.get(path, headers={"If-None-Match": "*"})).status_code == 404


@pytest.mark.parametrize("query", ["?fields=name", "?fields=name,owner.name", "?expand=owner"])
async def test_a_record_in_another_form_has_another_tag(world: World, query: str) -> None:
    client, record = await world.user(), await make(world)
    path = f"{ACCOUNTS}/{record['id']}"
    other = await client.get(path + query)
    tag = other.headers["etag"]
    assert tag.startswith('"1-')
    assert (await client.get(path + query, headers={"If-None-Match": tag})).status_code == 304
    assert (await client.get(path + query, headers={"If-None-Match": '"1"'})).status_code == 200
    assert (await client.get(path, headers={"If-None-Match": tag})).status_code == 200
    changed = await client.patch(path, json={"employees": 7}, headers={"If-Match": tag})
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')


async def test_an_expanded_record_that_changes_changes_the_response(world: World) -> None:
    client, record = await world.user(), await make(world)
    me = (await client.get("/api/v1/auth/me")).json()["user"]["id"]
    path = f"{ACCOUNTS}/{record['id']}?expand=owner"
    tag = (await client.get(path)).headers["etag"]
    renamed = await client.patch(f"/api/v1/users/{me}", json={"name": "Another Name"})
    assert renamed.status_code == 200, renamed.text
    assert (await client.get(path, headers={"If-None-Match": tag})).status_code == 200


async def test_a_field_that_comes_goes_or_is_renamed_changes_the_response(world: World) -> None:
    client, record = await world.user(), await make(world)
    path, fields = f"{ACCOUNTS}/{record['id']}", "/api/v1/objects/accounts/fields"
    seen = [(await client.get(path)).headers["etag"]]
    for method, where, body in (
        ("POST", fields, {"name": "mood", "type": "text", "maxLength": 20}),
        ("PATCH", f"{fields}/mood", {"name": "temper"}),
        ("DELETE", f"{fields}/temper", None),
    ):
        done = await client.request(method, where, json=body) if body else await client.delete(where)
        assert done.is_success, done.text
        changed = await client.get(path, headers={"If-None-Match": ", ".join(seen)})
        assert changed.status_code == 200, (method, seen)
        seen = [*seen[-1:], changed.headers["etag"]] if method != "DELETE" else seen
        assert (await client.get(path, headers={"If-None-Match": changed.headers["etag"]})).status_code == 304


async def test_who_may_read_less_has_another_tag(world: World) -> None:
    client, record = await world.user(), await make(world)
    role = {
        "name": "without_revenue",
        "permissions": ["accounts:read"],
        "fields": [{"object": "accounts", "field": "annual_revenue", "read": False}],
    }
    assert (await client.post("/api/v1/roles", json=role)).status_code == 201
    viewer = (await client.get("/api/v1/users", params={"search": "viewer"})).json()["data"][0]["id"]
    await client.put(f"/api/v1/users/{viewer}/roles", json={"roles": ["without_revenue"]})
    limited, path = await world.user("viewer"), f"{ACCOUNTS}/{record['id']}"
    answer = await limited.get(path, headers={"If-None-Match": '"1"'})
    assert (answer.status_code, "annual_revenue" in answer.json()["data"]) == (200, False)
    assert answer.headers["etag"].startswith('"1-')


async def test_the_tag_of_a_write_that_is_shown_in_part_is_not_that_of_the_whole_record(world: World) -> None:
    """Else a client that keeps the response would get 304 once it may read the rest."""
    client, record = await world.user(), await make(world)
    role = {
        "name": "without_revenue",
        "permissions": ["accounts:read", "accounts:create", "accounts:update"],
        "fields": [{"object": "accounts", "field": "annual_revenue", "read": False}],
    }
    role_id = (await client.post("/api/v1/roles", json=role)).json()["id"]
    viewer = (await client.get("/api/v1/users", params={"search": "viewer"})).json()["data"][0]["id"]
    await client.put(f"/api/v1/users/{viewer}/roles", json={"roles": ["without_revenue"]})
    limited, path = await world.user("viewer"), f"{ACCOUNTS}/{record['id']}"
    changed = await limited.patch(path, json={"employees": 7}, headers={"If-Match": '"1"'})
    tag = changed.headers["etag"]
    assert (changed.status_code, tag.startswith('"2-')) == (200, True)
    assert (await limited.get(path, headers={"If-None-Match": tag})).status_code == 304
    created = await limited.post(ACCOUNTS, json={"name": "Initech"})
    assert created.headers["etag"].startswith('"1-')
    opened = await client.put(f"/api/v1/roles/{role_id}/fields", json={"fields": []})
    assert opened.status_code == 200, opened.text
    whole = await limited.get(path, headers={"If-None-Match": tag})
    assert (whole.status_code, "annual_revenue" in whole.json()["data"]) == (200, True)
    assert (await limited.patch(path, json={"employees": 8}, headers={"If-Match": tag})).headers[
        "etag"
    ] == '"3"'


async def test_put_with_if_match_star_only_changes(world: World) -> None:
    client = await world.user()
    field = {"name": "code", "type": "text", "maxLength": 20, "unique": True}
    assert (await client.post("/api/v1/objects/accounts/fields", json=field)).status_code == 201
    path = f"{ACCOUNTS}/by/code/A"
    nobody = await client.put(path, json={"name": "A"}, headers={"If-Match": "*"})
    assert assert_problem(nobody, "nothing-to-match")["status"] == 412
    assert (await client.put(path, json={"name": "A"})).status_code == 201
    for tags in ("*", '"2"', '"7", "3"'):
        changed = await client.put(path, json={"name": f"A {tags}"}, headers={"If-Match": tags})
        assert changed.status_code == 200, changed.text
    late = await client.put(path, json={"name": "B"}, headers=[("If-Match", '"1"'), ("If-Match", 'W/"4"')])
    assert assert_problem(late, "version-mismatch")["current"]["version"] == 4


async def test_if_match_in_several_header_lines_is_one_list(world: World) -> None:
    client, record = await world.user(), await make(world)
    path = f"{ACCOUNTS}/{record['id']}"
    lines = [("If-Match", '"9"'), ("If-Match", '"1"')]
    assert (await client.patch(path, json={"employees": 7}, headers=lines)).status_code == 200
    assert (await client.patch(path, json={"employees": 8}, headers=lines)).status_code == 412
    assert (await client.delete(path, headers=[("If-Match", '"2"'), ("If-Match", '"3"')])).status_code == 204
    restored = await client.post(f"{path}/restore", headers={"If-Match": '"2", "3"'})
    assert restored.status_code == 200


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (ACCOUNTS, "no-store"),
        (f"{ACCOUNTS}/aggregate?select=count", "no-store"),
        (f"{ACCOUNTS}/export.csv", "no-store"),
        ("/api/v1/auth/me", "no-store"),
        ("/api/v1/users", "no-store"),
        ("/api/v1/audit", "no-store"),
        ("/api/v1/nothing", "no-store"),
        ("/api/v1/navigation", "private, no-cache"),
        ("/api/v1/objects", "private, no-cache"),
        ("/api/v1/schema.d.ts", "private, no-cache"),
    ],
)
async def test_no_cache_keeps_data_on_its_own_account(world: World, path: str, expected: str) -> None:
    answer = await (await world.user()).get(path)
    assert answer.headers.get_list("cache-control") == [expected]


async def test_writes_and_records_say_what_caches_may_do(world: World) -> None:
    client, record = await world.user(), await make(world)
    path = f"{ACCOUNTS}/{record['id']}"
    assert (await client.get(path)).headers["cache-control"] == "private, no-cache"
    assert (await client.patch(path, json={})).headers["cache-control"] == "private, no-cache"
    assert (await client.delete(path)).headers["cache-control"] == "no-store"
    assert (await client.get(path)).headers["cache-control"] == "no-store"

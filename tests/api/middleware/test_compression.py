"""Compression of responses, and the headers that every response has."""

import gzip
import json
import sys
from importlib import import_module
from typing import Any

import httpx
import pytest

from api.middleware.compression import preferred_coding
from tests.api.conftest import PASSWORD, World
from tests.api.records.test_records import ACCOUNTS, make
from tests.api.server.test_protocol import listening

PLAIN = {"Accept-Encoding": "identity"}
ZSTD: Any = import_module("compression.zstd" if sys.version_info >= (3, 14) else "backports.zstd")
DECODERS: dict[str, Any] = {"gzip": gzip.decompress, "zstd": ZSTD.decompress}


async def raw(
    client: httpx.AsyncClient, path: str, accepted: str, **more: str
) -> tuple[httpx.Response, bytes]:
    """The response, and its body as it was sent."""
    async with client.stream("GET", path, headers={"Accept-Encoding": accepted, **more}) as response:
        return response, b"".join([piece async for piece in response.aiter_raw()])


async def many(world: World) -> httpx.AsyncClient:
    """A client of an object with enough records for a large page."""
    client = await world.user()
    records = [{"name": f"Globex {number}"} for number in range(60)]
    done = await client.post(f"{ACCOUNTS}/bulk", json={"op": "create", "records": records})
    assert done.json()["failed"] == 0
    return client


@pytest.mark.parametrize("coding", ["gzip", "zstd"])
async def test_json_is_compressed_for_who_accepts_it(world: World, coding: str) -> None:
    client = await many(world)
    plain, body = await raw(client, f"{ACCOUNTS}?limit=50", "identity")
    answer, sent = await raw(client, f"{ACCOUNTS}?limit=50", coding)
    assert answer.headers["content-encoding"] == coding
    assert int(answer.headers["content-length"]) == len(sent) < len(body) / 4
    assert json.loads(DECODERS[coding](sent)) == json.loads(body)
    assert "content-encoding" not in plain.headers
    assert plain.headers["vary"] == answer.headers["vary"] == "accept-encoding"


@pytest.mark.parametrize("accepted", ["", "identity", "br", "gzip;q=0", "zstd;q=0, gzip;q=0", "deflate"])
async def test_who_accepts_neither_gets_it_as_it_is(world: World, accepted: str) -> None:
    client = await many(world)
    answer, sent = await raw(client, ACCOUNTS, accepted)
    assert "content-encoding" not in answer.headers
    assert len(json.loads(sent)["data"]) == 25


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        (b"gzip", "gzip"),
        (b"GZIP", "gzip"),
        (b"x-gzip", "gzip"),
        (b"gzip, deflate, br, zstd", "zstd"),
        (b"gzip;q=0.9, zstd;q=0.8", "gzip"),
        (b"*;q=0.1, gzip;q=0", "zstd"),
        (b"identity;q=1, gzip;q=0.5", None),
        (b"gzip;q=2", None),
        (b"gzip;q=nan", None),
        (b";;,,", None),
        (b"\xff", None),
    ],
)
def test_the_coding_that_is_liked_best(accepted: bytes, coding: str | None) -> None:
    assert preferred_coding(accepted) == coding


async def test_what_is_small_is_sent_as_it_is(world: World) -> None:
    answer, sent = await raw(await world.user(), "/api/v1/tenant", "gzip, zstd")
    assert "content-encoding" not in answer.headers
    assert json.loads(sent)["slug"] == "acme"


async def test_a_compressed_response_has_a_tag_of_its_own(world: World) -> None:
    client = await world.user()
    plain = (await raw(client, "/api/v1/objects", "identity"))[0].headers["etag"]
    tags = {coding: (await raw(client, "/api/v1/objects", coding))[0].headers["etag"] for coding in DECODERS}
    assert tags == {coding: f'{plain[:-1]}-{coding}"' for coding in DECODERS}
    for tag in (plain, *tags.values()):
        answer, _ = await raw(client, "/api/v1/objects", "gzip", **{"If-None-Match": tag})
        assert (answer.status_code, answer.headers["etag"], answer.headers["vary"]) == (
            304,
            tag,
            "accept-encoding",
        )


async def test_the_tag_of_a_compressed_record_names_its_version(world: World) -> None:
    client, record = await world.user(), await make(world, description="long " * 400)
    path = f"{ACCOUNTS}/{record['id']}"
    answer, _ = await raw(client, path, "gzip")
    assert answer.headers["etag"] == '"1-gzip"'
    changed = await client.patch(path, json={"employees": 7}, headers={"If-Match": '"1-gzip"'} | PLAIN)
    assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
    late = await client.patch(path, json={"employees": 8}, headers={"If-Match": '"1-gzip"'})
    assert late.status_code == 412


async def test_secrets_are_never_compressed(world: World) -> None:
    """Lengths of compressed responses tell what of them a stranger has guessed (BREACH)."""
    client = world.client(headers={"Accept-Encoding": "gzip, zstd"})
    body = {"email": "administrator@acme.example", "password": PASSWORD}
    signed_in = await client.post("/api/v1/auth/login", json=body)
    refreshed = await client.post(
        "/api/v1/auth/refresh", json={"refreshToken": signed_in.json()["refreshToken"]}
    )
    token = {"Authorization": f"Bearer {refreshed.json()['accessToken']}"}
    key = await client.post("/api/v1/api-keys", json={"name": "k" * 60}, headers=token)
    tenant = {"name": "N" * 100, "slug": "new", "primaryDomain": "new"}
    created = await world.operator().post("/setup/tenants", json=tenant, headers={"Accept-Encoding": "gzip"})
    for answer in (signed_in, refreshed, key, created):
        assert answer.is_success, answer.text
        assert "content-encoding" not in answer.headers
        assert answer.headers["cache-control"] == "no-store"


async def test_streams_are_compressed_as_they_come(world: World) -> None:
    client = await many(world)
    path = f"{ACCOUNTS}/export.csv?fields=name"
    _, plain = await raw(client, path, "identity")
    for coding, decode in DECODERS.items():
        answer, sent = await raw(client, path, coding)
        assert answer.headers["content-encoding"] == coding
        assert "content-length" not in answer.headers
        assert decode(sent) == plain


async def test_head_tells_of_what_get_would_send(world: World) -> None:
    client = await world.user()
    for accepted in ("identity", "gzip"):
        answer, sent = await raw(client, "/schema", accepted)
        head = await client.head("/schema", headers={"Accept-Encoding": accepted})
        assert head.headers["content-length"] == answer.headers["content-length"] == str(len(sent))


async def test_over_a_socket_a_compressed_body_is_whole(world: World) -> None:
    async with listening(world) as port, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as client:
        for accepted in ("identity", "gzip"):
            answer = await client.get("/schema", headers={"Accept-Encoding": accepted})
            assert answer.json()["openapi"] == "3.1.0"
            assert answer.headers.get("content-encoding", "identity") == accepted


@pytest.mark.parametrize(
    ("host", "path", "status"),
    [
        ("localhost", "/health", 200),
        ("localhost", "/metrics", 200),
        ("localhost", "/schema", 200),
        ("localhost", "/admin/", 200),
        ("localhost", "/admin", 308),
        ("localhost", "/setup/tenants", 401),
        ("acme.localhost", "/nothing", 404),
        ("acme.localhost", "/api/v1/tenant", 200),
        ("acme.localhost", "/admin/api/session/", 401),
        ("nobody.localhost", "/api/v1/tenant", 404),
        ("bad_host.localhost", "/", 400),
    ],
)
async def test_every_response_says_how_a_browser_is_to_treat_it(
    world: World, host: str, path: str, status: int
) -> None:
    answer = await world.client(host).get(path)
    assert answer.status_code == status
    assert answer.headers.get_list("x-content-type-options") == ["nosniff"]
    assert answer.headers.get_list("referrer-policy") == ["same-origin"]
    assert answer.headers.get_list("cache-control") != []

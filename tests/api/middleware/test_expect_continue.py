"""Expect: 100-continue: what is hopeless is refused before its body; media types and codings of bodies."""

import asyncio
import gzip
import json
from typing import Any

import pytest

from tests.api.conftest import ON_SQLITE, OPERATOR_TOKEN, PASSWORD, World
from tests.api.records.test_records import ACCOUNTS
from tests.api.scenarios import assert_problem
from tests.api.server.test_protocol import listening, say

pytestmark = ON_SQLITE  # it is over before a database is asked

LOGIN = "/api/v1/auth/login"
JSON = "Content-Type: application/json"
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"


async def first_answer(
    port: int, head: list[str]
) -> tuple[bytes, asyncio.StreamReader, asyncio.StreamWriter]:
    """What comes first when the head of a request is sent, and nothing of its body."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write("\r\n".join([*head, "Expect: 100-continue", "", ""]).encode())
    return await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 60), reader, writer


@pytest.mark.parametrize(
    ("head", "status"),
    [
        ([f"POST {ACCOUNTS} HTTP/1.1", "Host: acme.localhost", JSON], 401),
        ([f"POST {ACCOUNTS} HTTP/1.1", "Host: acme.localhost", JSON, "Authorization: Bearer x"], 401),
        (
            [f"POST {ACCOUNTS}/import HTTP/1.1", "Host: acme.localhost", "Content-Type: multipart/form-data"],
            401,
        ),
        (["PATCH /api/v1/me/nothing HTTP/1.1", "Host: acme.localhost", JSON], 404),
        (["POST /nothing HTTP/1.1", "Host: acme.localhost", JSON], 404),
        (["POST /setup/tenants HTTP/1.1", "Host: acme.localhost", JSON], 404),
        ([f"POST {LOGIN} HTTP/1.1", "Host: nobody.localhost", JSON], 404),
        ([f"POST {LOGIN} HTTP/1.1", "Host: localhost", JSON], 404),
        ([f"PUT {LOGIN} HTTP/1.1", "Host: acme.localhost", JSON], 405),
        ([f"POST {LOGIN} HTTP/1.1", "Host: bad_host", JSON], 400),
        ([f"POST {LOGIN}?x=1 HTTP/1.1", "Host: acme.localhost", JSON], 400),
        ([f"POST {LOGIN} HTTP/1.1", "Host: acme.localhost", "Content-Type: text/xml"], 415),
        ([f"POST {LOGIN} HTTP/1.1", "Host: acme.localhost"], 415),
        ([f"POST {LOGIN} HTTP/1.1", "Host: acme.localhost", JSON, "Content-Encoding: gzip"], 415),
        (["POST /setup/tenants HTTP/1.1", "Host: localhost", JSON], 401),
        (["POST /setup/nothing HTTP/1.1", "Host: localhost", JSON], 404),
        (["POST /admin/api/tables/x/ HTTP/1.1", "Host: acme.localhost", JSON], 403),
    ],
)
async def test_a_hopeless_request_is_refused_before_its_body(
    world: World, head: list[str], status: int
) -> None:
    async with listening(world) as port:
        answer, reader, writer = await first_answer(port, [*head, "Content-Length: 30"])
        assert answer.startswith(b"HTTP/1.1 %d " % status), answer
        assert b"connection: close" in answer.lower()
        length = int(answer.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
        assert await asyncio.wait_for(reader.read(), 60) == b""  # and no body is waited for
        writer.close()


@pytest.mark.parametrize("host", ["acme.localhost", "localhost"])
async def test_a_body_that_is_too_large_is_refused_before_it_comes(world: World, host: str) -> None:
    path = LOGIN if host != "localhost" else "/setup/tenants"
    head = [f"POST {path} HTTP/1.1", f"Host: {host}", JSON, f"Authorization: Bearer {OPERATOR_TOKEN}"]
    async with listening(world) as port:
        answer, _, writer = await first_answer(port, [*head, "Content-Length: 99999999999"])
        writer.close()
    assert answer.startswith(b"HTTP/1.1 413 ")


async def test_a_request_with_a_chance_is_told_to_go_on(world: World) -> None:
    token = await world.sign_in()
    signed_in = [JSON, "Host: acme.localhost", f"Authorization: Bearer {token}", "Idempotency-Key: once"]
    login = {"email": "administrator@acme.example", "password": PASSWORD}
    async with listening(world) as port:
        for head, body, status in (
            ([f"POST {ACCOUNTS} HTTP/1.1", *signed_in], {"name": "Globex"}, 201),
            ([f"POST {ACCOUNTS} HTTP/1.1", *signed_in], {"name": "Globex"}, 201),
            ([f"POST {LOGIN} HTTP/1.1", JSON, "Host: acme.localhost"], login, 200),
            ([f"POST {LOGIN} HTTP/1.1", JSON, "Host: acme.localhost"], {}, 422),
        ):
            sent = json.dumps(body).encode()
            answer, reader, writer = await first_answer(port, [*head, f"Content-Length: {len(sent)}"])
            assert answer == CONTINUE
            writer.write(sent)
            answer = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), 60)
            assert answer.startswith(b"HTTP/1.1 %d " % status), answer
            writer.close()
    made = (await (await world.user()).get(ACCOUNTS)).json()["data"]
    assert len(made) == 1  # nothing was done when the request was only tried, and its key counts


async def test_what_needs_no_body_is_done_once(world: World) -> None:
    client = await world.user()
    record = (await client.post(ACCOUNTS, json={"name": "Globex"})).json()["data"]
    await client.delete(f"{ACCOUNTS}/{record['id']}")
    async with listening(world) as port:
        head = [
            f"POST {ACCOUNTS}/{record['id']}/restore HTTP/1.1",
            "Host: acme.localhost",
            "Content-Length: 0",
        ]
        answer, _, writer = await first_answer(
            port, [*head, f"Authorization: Bearer {await world.sign_in()}"]
        )
        writer.close()
    assert answer == CONTINUE or answer.startswith(b"HTTP/1.1 200 ")
    assert (await client.get(f"{ACCOUNTS}/{record['id']}")).json()["data"]["version"] == 3


# media types and codings


@pytest.mark.parametrize(
    "media_type",
    [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "text/json",
        "application/jsonx",
        "json",
        "",
    ],
)
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", LOGIN),
        ("POST", ACCOUNTS),
        ("POST", f"{ACCOUNTS}/bulk"),
        ("POST", f"{ACCOUNTS}/query"),
        ("PATCH", f"{ACCOUNTS}/0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"),
        ("POST", "/api/v1/objects"),
        ("POST", "/api/v1/roles"),
        ("POST", "/setup/tenants"),
    ],
)
async def test_another_media_type_is_415(world: World, media_type: str, method: str, path: str) -> None:
    client = world.operator() if path.startswith("/setup") else await world.user()
    answer = await client.request(method, path, content=b"{}", headers={"Content-Type": media_type})
    assert assert_problem(answer, "unsupported-media-type")["status"] == 415


@pytest.mark.parametrize(
    "media_type",
    ["application/json", "APPLICATION/JSON", 'application/json; charset="UTF-8"', "application/vnd.x+json"],
)
async def test_json_is_taken_by_all_its_names(world: World, media_type: str) -> None:
    body, headers = b'{"name": "x"}', {"Content-Type": media_type}
    assert (await (await world.user()).post(ACCOUNTS, content=body, headers=headers)).status_code == 201


@pytest.mark.parametrize("coding", ["gzip", "GZIP", "br", "zstd", "deflate", "identity, gzip", "x"])
async def test_a_compressed_body_is_415(world: World, coding: str) -> None:
    body = gzip.compress(b'{"name": "x"}')
    headers = {"Content-Type": "application/json", "Content-Encoding": coding}
    for client, path in ((await world.user(), ACCOUNTS), (world.operator(), "/setup/tenants")):
        answer = await client.post(path, content=body, headers=headers)
        assert assert_problem(answer, "unsupported-content-encoding")["status"] == 415
        assert answer.headers["accept-encoding"] == "identity"
    files: Any = {"file": ("a.csv", gzip.compress(b"name\nx\n"))}
    upload = await (await world.user()).post(
        f"{ACCOUNTS}/import", files=files, headers={"Content-Encoding": coding}
    )
    assert upload.status_code == 415


async def test_a_body_that_is_compressed_on_its_way_is_415(world: World) -> None:
    head = f"POST {LOGIN} HTTP/1.1\r\nHost: acme.localhost\r\n{JSON}\r\n"
    async with listening(world) as port:
        for coding, status in (("gzip, chunked", 415), ("deflate,chunked", 415), ("chunked", 422)):
            words = f"{head}Transfer-Encoding: {coding}\r\n\r\n2\r\n{{}}\r\n0\r\n\r\n"
            assert (await say(port, words.encode()))[0] == status


async def test_identity_is_no_coding(world: World) -> None:
    headers = {"Content-Encoding": "identity"}
    assert (await (await world.user()).post(ACCOUNTS, json={"name": "x"}, headers=headers)).status_code == 201

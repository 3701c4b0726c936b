"""Uploads and exports: refused before they cost anything, and only so many at once."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from typing import Any

import httpx
import pytest

from api.errors import ClientGone
from api.responses import Stream
from tests.api.conftest import ON_SQLITE, PASSWORD, World
from tests.api.records.test_records import ACCOUNTS
from tests.api.scenarios import assert_problem, caller

IMPORT = f"{ACCOUNTS}/import"
FORM = "multipart/form-data; boundary=abc"
HEAD = b'--abc\r\nContent-Disposition: form-data; name="file"; filename="a.csv"\r\n\r\nname\r\n'
TAIL = b"Globex\r\n--abc--\r\n"


class File:
    """A form with a file that arrives slowly: its first half, and after :meth:`go_on` the rest."""

    def __init__(self) -> None:
        self.is_read = asyncio.Event()
        self._rest = asyncio.Event()

    def go_on(self) -> None:
        self._rest.set()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        self.is_read.set()
        yield HEAD
        await self._rest.wait()
        yield TAIL


async def post(client: httpx.AsyncClient, file: File, path: str = IMPORT, **headers: str) -> httpx.Response:
    return await client.post(path, content=file, headers={"Content-Type": FORM} | headers)


@pytest.mark.parametrize(
    ("who", "path", "headers", "status"),
    [
        ("guest", IMPORT, {}, 401),
        ("neighbour", IMPORT, {}, 401),
        ("viewer", IMPORT, {}, 403),
        ("administrator", "/api/v1/data/acounts/import", {}, 404),
        ("administrator", f"{IMPORT}?mod=good_lines", {}, 400),
        ("administrator", f"{IMPORT}?mode=some", {}, 400),
        ("administrator", IMPORT, {"Content-Type": "text/csv"}, 415),
        ("administrator", IMPORT, {"Content-Type": "multipart/form-data"}, 400),
        ("administrator", IMPORT, {"Content-Length": str(1024**4)}, 413),
        ("administrator", IMPORT, {"Idempotency-Key": "a key"}, 400),
    ],
)
async def test_an_upload_that_will_be_refused_is_not_read(
    world: World, who: str, path: str, headers: dict[str, str], status: int
) -> None:
    client, file = await caller(world, who, "acme.localhost"), File()
    answer = await post(client, file, path, **headers)
    assert answer.status_code == status, answer.text
    assert_problem(answer)
    assert not file.is_read.is_set()


@ON_SQLITE
async def test_who_may_only_create_cannot_upload_what_changes_records(world: World) -> None:
    administrator, file = await world.user(), File()
    role = {"name": "makers", "permissions": ["accounts:read", "accounts:create"]}
    assert (await administrator.post("/api/v1/roles", json=role)).status_code == 201
    maker = {"email": "maker@acme.example", "password": PASSWORD, "roles": ["makers"]}
    assert (await administrator.post("/api/v1/users", json=maker)).status_code == 201
    client = await world.user("maker")
    refused = await post(client, file, f"{IMPORT}?upsertBy=name")
    assert (refused.status_code, file.is_read.is_set()) == (403, False)
    file.go_on()
    assert (await post(client, file)).status_code == 200


async def test_uploads_at_once_are_bounded_for_a_tenant_and_for_the_process(
    world_with: Callable[..., Any],
) -> None:
    async with world_with(max_tenant_uploads=2, max_uploads=3) as world:
        acme, demo = await world.user(), await world.user(slug="demo")
        files = [File() for _ in range(3)]
        running = [
            asyncio.create_task(post(client, file))
            for client, file in zip((acme, acme, demo), files, strict=True)
        ]
        for file in files:
            await file.is_read.wait()
        for client, status, code in ((acme, 429, "too-many-at-once"), (demo, 503, "too-busy")):
            late = File()
            answer = await post(client, late)
            assert (answer.status_code, late.is_read.is_set()) == (status, False)
            assert int(answer.headers["retry-after"]) >= 1
            assert_problem(answer, code)
        told = (await world.client("localhost").get("/metrics")).text
        assert 'freehold_long_requests{kind="uploads"} 3\n' in told
        assert 'freehold_long_requests_refused_total{kind="uploads",bound="tenant"} 1\n' in told
        assert 'freehold_long_requests_refused_total{kind="uploads",bound="process"} 1\n' in told
        for file in files:
            file.go_on()
        assert [answer.json()["created"] for answer in await asyncio.gather(*running)] == [1, 1, 1]
        after = File()
        after.go_on()
        assert (await post(demo, after)).status_code == 200
        assert world.platform.long_requests.uploads.running == 0


async def export(world: World, slug: str, send: Callable[[Any], Any]) -> None:
    """An export whose pieces go to ``send``."""
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": f"{ACCOUNTS}/export.csv",
        "raw_path": f"{ACCOUNTS}/export.csv".encode(),
        "query_string": b"",
        "headers": [
            (b"host", f"{slug}.localhost".encode()),
            (b"authorization", f"Bearer {await world.sign_in(slug=slug)}".encode()),
        ],
        "client": ("203.0.113.7", 4711),
        "server": ("127.0.0.1", 80),
    }

    async def receive() -> Any:
        await asyncio.Event().wait()

    await world.app(scope, receive, send)  # type: ignore[arg-type]


class Reader:
    """A client that takes the head of a response, and nothing of its body."""

    def __init__(self) -> None:
        self.status = 0
        self.has_begun = asyncio.Event()

    async def __call__(self, message: Any) -> None:
        self.status = message.get("status", self.status)
        if message["type"] == "http.response.body" and self.status == 200:
            self.has_begun.set()
            await asyncio.Event().wait()


async def test_exports_at_once_are_bounded_and_a_client_that_goes_makes_room(
    world_with: Callable[..., Any],
) -> None:
    async with world_with(max_tenant_exports=2, max_exports=3) as world:
        await world.sign_in(slug="demo")
        readers = [Reader() for _ in range(3)]
        running = [
            asyncio.create_task(export(world, slug, reader))
            for slug, reader in zip(("acme", "acme", "demo"), readers, strict=True)
        ]
        for reader in readers:
            await reader.has_begun.wait()
        for slug, status in (("acme", 429), ("demo", 503)):
            late = Reader()
            await export(world, slug, late)
            assert late.status == status
        running[0].cancel()
        with suppress(asyncio.CancelledError):
            await running[0]
        answer = await (await world.user()).get(f"{ACCOUNTS}/export.csv")
        assert (answer.status_code, world.platform.long_requests.exports.running) == (200, 2)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        assert world.platform.long_requests.exports.running == 0


async def test_changes_of_all_that_match_are_bounded_and_counting_is_not(
    world_with: Callable[..., Any],
) -> None:
    body = {"op": "delete", "filter": {}}
    async with world_with(max_tenant_bulk_changes=1, max_bulk_changes=2) as world:
        client, other = await world.user(), await world.user(slug="demo")
        places = world.platform.long_requests.bulk_changes
        with places.take((await world.tenant("acme")).id):
            late = await client.post(f"{ACCOUNTS}/bulk", json=body)
            assert (late.status_code, late.json()["code"]) == (429, "too-many-at-once")
            assert (await client.post(f"{ACCOUNTS}/bulk?dryRun=true", json=body)).status_code == 200
            assert (await other.post(f"{ACCOUNTS}/bulk", json=body)).status_code == 200
        assert (await client.post(f"{ACCOUNTS}/bulk", json=body)).status_code == 200
        assert places.running == 0


async def test_an_export_that_is_refused_takes_no_place(world: World) -> None:
    client = await world.user()
    for path in ("/api/v1/data/acounts/export.csv", f"{ACCOUNTS}/export.csv?filter[nothing]=1"):
        assert (await client.get(path)).status_code in {400, 404}
    assert world.platform.long_requests.exports.running == 0


async def test_a_client_that_takes_nothing_is_given_up() -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"one"

    async def receive() -> Any:
        await asyncio.Event().wait()

    scope: Any = {"type": "http"}
    stream, reader = Stream(pieces(), [], patience=0.01), Reader()
    with pytest.raises(ClientGone):
        await stream(scope, receive, reader)
    assert reader.status == 200

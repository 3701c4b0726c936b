"""A store keeps what was uploaded completely, and nothing of what was not: in a folder and on a server."""

import asyncio
import os
import sys
from collections.abc import AsyncIterator, Iterator
from contextvars import ContextVar
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from central.backups.errors import ObjectMissing, StoreError, StoreRefuses, StoreUnavailable
from central.backups.store import BackupStore
from central.settings.backups import FolderAddress, S3Address, StoreAddress
from tests.support.cut_off import cut_off
from tests.support.object_store import ObjectServer, broken_store, object_server, silent, with_error_500
from tests.support.waiting import until

MEBIBYTE = 1024 * 1024
NAME = "tenants/a/b.freehold"


@pytest.fixture(scope="module")
def server() -> Iterator[ObjectServer]:
    with object_server() as found:
        yield found


@pytest.fixture(params=["folder", "server"])
def address(request: pytest.FixtureRequest, server: ObjectServer, tmp_path: Path) -> StoreAddress:
    if request.param == "folder":
        return FolderAddress(tmp_path / "store")
    return server.address(f"{os.urandom(4).hex()}/of/tests")


@pytest.fixture
def store(address: StoreAddress) -> BackupStore:
    return BackupStore(address, patience=5.0)


def leftovers(address: StoreAddress, server: ObjectServer) -> int:
    """What is there of unfinished uploads."""
    if isinstance(address, S3Address):
        return server.unfinished_uploads()
    return sum(path.is_file() for path in address.folder.rglob("*"))


def files(folder: Path) -> list[str]:
    return [path.name for path in folder.rglob("*") if path.is_file()]


async def pieces(*sizes: int) -> AsyncIterator[bytes]:
    for size in sizes:
        yield os.urandom(size)


async def names(store: BackupStore) -> list[str]:
    return sorted([one.name async for one in store.list("tenants")])


async def read(store: BackupStore, name: str = NAME) -> bytes:
    return b"".join([piece async for piece in store.download(name)])


@pytest.mark.parametrize("size", [0, 1, MEBIBYTE, 8 * MEBIBYTE, 8 * MEBIBYTE + 1, 21 * MEBIBYTE])
async def test_what_was_uploaded_is_downloaded(store: BackupStore, size: int) -> None:
    data = os.urandom(size)

    async def source() -> AsyncIterator[bytes]:
        for at in range(0, size, 700_000):
            yield data[at : at + 700_000]

    assert await store.upload(NAME, source()) == size
    assert await read(store) == data
    assert await store.size(NAME) == size
    assert [(one.name, one.size) async for one in store.list("tenants/a")] == [(NAME, size)]


async def test_objects_are_replaced_and_deleted(store: BackupStore) -> None:
    await store.put("tenants/a/key", b"one")
    await store.put("tenants/a/key", b"two and more")
    assert await store.get("tenants/a/key", 3) == b"two"
    assert await store.get("tenants/a/key", 100) == b"two and more"
    await store.delete("tenants/a/key")
    await store.delete("tenants/a/key")
    assert await names(store) == []
    for reading in (store.get("tenants/a/key", 3), store.size("tenants/a/key"), read(store)):
        with pytest.raises(ObjectMissing):
            await reading


async def test_names_are_listed_by_folder(store: BackupStore) -> None:
    for name in ("tenants/a/1", "tenants/ab/2", "others/3"):
        await store.put(name, b"x")
    assert await names(store) == ["tenants/a/1", "tenants/ab/2"]
    assert [one.name async for one in store.list("tenants/a")] == ["tenants/a/1"]


@pytest.mark.parametrize("before", [0, MEBIBYTE, 20 * MEBIBYTE])
async def test_a_source_that_fails_leaves_nothing(
    store: BackupStore, address: StoreAddress, server: ObjectServer, before: int
) -> None:
    async def source() -> AsyncIterator[bytes]:
        for _ in range(before // MEBIBYTE):
            yield os.urandom(MEBIBYTE)
        raise LookupError("the database went away")

    with pytest.raises(LookupError):
        await store.upload(NAME, source())
    assert await names(store) == []
    assert leftovers(address, server) == 0


@pytest.mark.parametrize("before", [MEBIBYTE, 20 * MEBIBYTE])
async def test_a_cancelled_upload_leaves_nothing(
    store: BackupStore, address: StoreAddress, server: ObjectServer, before: int
) -> None:
    reached = asyncio.Event()

    async def source() -> AsyncIterator[bytes]:
        for _ in range(before // MEBIBYTE):
            yield os.urandom(MEBIBYTE)
        reached.set()
        await asyncio.Event().wait()

    work = asyncio.create_task(store.upload(NAME, source()))
    await reached.wait()
    if before > 16 * MEBIBYTE:
        await until(lambda: leftovers(address, server))
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert await names(store) == []
    assert leftovers(address, server) == 0


async def test_the_source_is_read_with_what_is_bound_where_the_upload_began(store: BackupStore) -> None:
    bound: ContextVar[str] = ContextVar("bound")
    bound.set("acme")
    seen = set()

    async def source() -> AsyncIterator[bytes]:
        for _ in range(20):
            seen.add(bound.get())
            yield os.urandom(MEBIBYTE)

    await store.upload(NAME, source())
    assert seen == {"acme"}


@pytest.mark.parametrize("answer", [with_error_500, silent])
async def test_a_store_that_is_out_of_order_is_reported(answer: object) -> None:
    async with broken_store(answer) as address:  # type: ignore[arg-type] # both are
        store = BackupStore(address, patience=0.5)
        for call in (store.put(NAME, b"x"), store.upload(NAME, pieces(*[MEBIBYTE] * 10)), store.size(NAME)):
            with pytest.raises(StoreUnavailable) as raised:
                await call
            assert "secret" not in str(raised.value)
            assert "127.0.0.1" not in str(raised.value)


@pytest.mark.parametrize("stalls", [False, True], ids=["dies", "stalls"])
async def test_a_store_that_fails_in_the_middle_is_reported_and_serves_again(
    server: ObjectServer, stalls: bool
) -> None:
    host, _, port = server.endpoint.removeprefix("http://").partition(":")
    async with cut_off(host, int(port)) as way:
        address = replace(server.address(os.urandom(4).hex()), endpoint=f"http://127.0.0.1:{way.port}")
        store, hurried = BackupStore(address), BackupStore(address, patience=0.7)
        before = server.unfinished_uploads()
        await store.put(NAME, os.urandom(3 * MEBIBYTE))
        way.stalls, way.left = stalls, MEBIBYTE
        with pytest.raises(StoreUnavailable):
            await read(hurried)
        way.cut()
        await way.open()
        assert len(await read(store)) == 3 * MEBIBYTE
        way.left, way.is_of_requests = 10 * MEBIBYTE, True
        with pytest.raises(StoreUnavailable):
            await hurried.upload("tenants/a/other", pieces(*[MEBIBYTE] * 20))
        way.cut()
        await way.open()
        assert await names(store) == [NAME]
        await store.discard("tenants/a/other")  # as the next attempt does
        assert server.unfinished_uploads() == before


async def test_a_store_that_is_not_there_is_reported(server: ObjectServer) -> None:
    nowhere = S3Address("backups", "", "http://127.0.0.1:9", access_key="a", secret_key="b")
    with pytest.raises(StoreUnavailable):
        await BackupStore(nowhere, patience=0.5).put(NAME, b"x")
    missing = S3Address("missing-bucket", "", server.endpoint, access_key="a", secret_key="b")
    with pytest.raises(StoreError):
        await BackupStore(missing, patience=0.5).put(NAME, b"x")


async def test_a_folder_that_may_not_be_written_is_reported() -> None:
    with pytest.raises((StoreRefuses, StoreUnavailable)):
        await BackupStore(FolderAddress(Path("/proc/nobody/writes/here"))).put(NAME, b"x")


async def test_a_full_disk_leaves_nothing_and_is_reported(tmp_path: Path) -> None:
    script = (
        "import asyncio, os, resource, signal\n"
        "from pathlib import Path\n"
        "from central.backups.errors import StoreUnavailable\n"
        "from central.backups.store import BackupStore\n"
        "from central.settings.backups import FolderAddress\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        f"resource.setrlimit(resource.RLIMIT_FSIZE, ({10 * MEBIBYTE}, {10 * MEBIBYTE}))\n"
        "async def pieces(count):\n"
        "    for _ in range(count): yield os.urandom(1024 * 1024)\n"
        "async def main():\n"
        f"    store = BackupStore(FolderAddress(Path({str(tmp_path)!r})))\n"
        "    for count in (20, 40):\n"
        "        try: await store.upload('tenants/a/b', pieces(count))\n"
        "        except StoreUnavailable as error: print(error)\n"
        "    await store.upload('tenants/a/small', pieces(2))\n"
        "asyncio.run(main())\n"
    )
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", script, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, err = await process.communicate()
    assert out.decode().splitlines() == ["The backup store has no space left."] * 2, err.decode()
    assert files(tmp_path) == ["small"]


async def test_what_a_killed_process_has_left_in_a_folder_is_swept(tmp_path: Path) -> None:
    store = BackupStore(FolderAddress(tmp_path))
    await store.put(NAME, b"whole")
    (tmp_path / "tenants/a/c.freehold#1").write_bytes(b"a part")
    assert await store.sweep(timedelta(hours=1)) == 0
    assert await store.sweep(timedelta(seconds=-1)) == 1
    assert files(tmp_path) == ["b.freehold"]


async def test_one_upload_is_discarded_with_what_is_left_of_it(tmp_path: Path) -> None:
    store = BackupStore(FolderAddress(tmp_path))
    for name in (NAME, f"{NAME}#3", "tenants/a/c.freehold#1"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"bytes")
    await store.discard(NAME)
    assert files(tmp_path) == ["c.freehold#1"]
    await store.discard(NAME)
    await store.discard_uploads("tenants/b")
    assert files(tmp_path) == ["c.freehold#1"]
    await store.discard_uploads("tenants/a")
    assert files(tmp_path) == []

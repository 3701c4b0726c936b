"""BackupStore: objects in a folder or in a bucket with the S3 protocol.

An upload that fails or is cancelled leaves nothing behind. What is left of a large one when the process is
killed is removed by :meth:`BackupStore.sweep`.
"""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, TypeAlias

import obstore  # which is imported when a store is opened: see central.backups

from central.backups.errors import ObjectMissing, StoreError, StoreRefuses, StoreUnavailable
from central.backups.multipart import abort_unfinished
from central.settings.backups import FolderAddress, S3Address, StoreAddress

if TYPE_CHECKING:
    from obstore.store import LocalStore, S3Store

__all__ = ["BackupStore", "StoredObject"]

_CHUNK: Final = 8 * 1024 * 1024
"""Bytes of one part of an upload, and of one request of a download."""
_PARALLEL: Final = 2
"""Parts that are uploaded at once: an upload holds as many chunks, and one more, in memory."""
_ABORTING: Final = 30.0
"""Seconds that a cancelled upload may take to remove its parts."""
_FULL: Final = ("os error 28", "os error 27", "os error 122")
"""No space left, file too large, disk quota exceeded: errno(3)."""
_Store: TypeAlias = "LocalStore | S3Store"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class StoredObject:
    """An object of the store: its name, its size in bytes, and when it was written."""

    name: str
    size: int
    written_at: datetime


class BackupStore:
    """Writes, reads, lists and deletes objects.

    Each method raises :class:`~central.backups.errors.StoreError`.

    :param patience: seconds after which a request to an object store counts as failed; it is tried thrice.
    """

    def __init__(self, address: StoreAddress, *, patience: float = 60.0) -> None:
        self._address = address
        self._patience = patience
        self._opened: _Store | None = None

    @property
    def url(self) -> str:
        """The address for people; without keys."""
        return self._address.url

    async def upload(self, name: str, source: AsyncIterator[bytes]) -> int:
        """Store what ``source`` yields, and return its size in bytes.

        If it raises, or the caller is cancelled, nothing is stored.
        """
        store, chunks = await self._store(), _Chunks(source)
        first = await chunks.next()
        if chunks.is_last or first is None:
            await self.put(name, first or b"")
            return len(first or b"")
        chunks.put_back(first)
        feed = _Feed(chunks)
        work = asyncio.ensure_future(_put_chunks(store, name, feed))
        try:
            await asyncio.shield(work)
        except asyncio.CancelledError:
            feed.stop()  # the store removes the parts of an upload whose source raises
            with suppress(TimeoutError, Exception):
                await asyncio.wait_for(asyncio.shield(work), _ABORTING)
            raise
        except Exception as error:
            raise feed.failure or _translated(error, name) from error
        return feed.size

    async def put(self, name: str, data: bytes) -> None:
        """Store an object whole, in place of one with the same name."""
        store = await self._store()
        try:
            await obstore.put_async(store, name, data, use_multipart=False)
        except Exception as error:
            raise _translated(error, name) from error

    async def size(self, name: str) -> int:
        """Return the size of an object in bytes. Raises :class:`~central.backups.errors.ObjectMissing`."""
        store = await self._store()
        try:
            return int((await obstore.head_async(store, name))["size"])
        except Exception as error:
            raise _translated(error, name) from error

    async def get(self, name: str, limit: int) -> bytes:
        """Return the first bytes of an object, at most ``limit``."""
        size = min(await self.size(name), limit)
        return await self._range(name, 0, size) if size else b""

    async def download(self, name: str) -> AsyncIterator[bytes]:
        """Yield the bytes of an object, in pieces of some megabytes."""
        size = await self.size(name)
        for start in range(0, size, _CHUNK):
            yield await self._range(name, start, min(_CHUNK, size - start))

    async def list(self, prefix: str) -> AsyncIterator[StoredObject]:
        """Yield the objects whose names begin with ``prefix`` and a slash."""
        store = await self._store()
        try:
            async for page in obstore.list(store, prefix, chunk_size=500):
                for one in page:
                    yield StoredObject(one["path"], one["size"], one["last_modified"])
        except Exception as error:
            raise _translated(error, prefix) from error

    async def delete(self, name: str) -> None:
        """Delete an object. Does nothing if there is none."""
        store = await self._store()
        try:
            await obstore.delete_async(store, name)
        except FileNotFoundError:
            return
        except Exception as error:
            raise _translated(error, name) from error

    async def discard(self, name: str) -> None:
        """Delete an object, and what a killed process has left of its upload. Does nothing without both."""
        await self.delete(name)
        await self.discard_uploads(name)

    async def discard_uploads(self, name: str) -> None:
        """Remove what killed processes have left of uploads of an object, or of all those in a folder."""
        latest = datetime.now(UTC) + timedelta(days=1)  # clocks differ, and nobody uploads it any more
        if isinstance(self._address, S3Address):
            await abort_unfinished(self._address, latest, self._patience, name)
        else:
            await asyncio.to_thread(_swept, self._address, latest, name)

    async def sweep(self, older_than: timedelta) -> int:
        """Remove what killed processes have left of uploads that were begun so long ago. Returns how many."""
        before = datetime.now(UTC) - older_than
        if isinstance(self._address, S3Address):
            return await abort_unfinished(self._address, before, self._patience)
        return await asyncio.to_thread(_swept, self._address, before)

    async def _range(self, name: str, start: int, length: int) -> bytes:
        store = await self._store()
        try:
            return bytes(await obstore.get_range_async(store, name, start=start, length=length))
        except Exception as error:
            raise _translated(error, name) from error

    async def _store(self) -> _Store:
        if self._opened is None:
            try:
                self._opened = await asyncio.to_thread(_open, self._address, self._patience)
            except Exception as error:
                raise _translated(error, "") from error
        return self._opened


class _Chunks:
    """Puts together the pieces of a source, to chunks of one size. The last one may be smaller.

    The source is read in the context of the task that calls, with what is bound there.
    """

    def __init__(self, source: AsyncIterator[bytes]) -> None:
        self._source = source
        self._rest = bytearray()
        self._back: bytes | None = None
        self.is_last = False

    def put_back(self, chunk: bytes) -> None:
        """Return a chunk, to be the next one."""
        self._back = chunk

    async def next(self) -> bytes | None:
        """Return the next chunk; None at the end."""
        if self._back is not None:
            found, self._back = self._back, None
            return found
        while len(self._rest) <= _CHUNK and not self.is_last:
            piece = await anext(self._source, None)
            self.is_last = piece is None
            self._rest += piece or b""
        found = bytes(self._rest[:_CHUNK])
        del self._rest[:_CHUNK]
        return found or None


class _Feed:
    """Hands chunks to the store, which asks for them in a context of its own."""

    def __init__(self, chunks: _Chunks) -> None:
        self._chunks = chunks
        self._queue: asyncio.Queue[bytes | Exception | None] = asyncio.Queue(1)
        self._pump = asyncio.create_task(self._fill())
        self.failure: Exception | None = None
        self.size = 0

    def __aiter__(self) -> "_Feed":
        return self

    async def __anext__(self) -> bytes:
        found = await self._queue.get()
        if isinstance(found, Exception):
            raise found
        if found is None:
            raise StopAsyncIteration
        self.size += len(found)
        return found

    def stop(self) -> None:
        """End the upload: the store gets an error for its next question."""
        self._pump.cancel()
        while not self._queue.empty():
            self._queue.get_nowait()
        self._queue.put_nowait(RuntimeError("The upload was cancelled."))

    async def _fill(self) -> None:
        try:
            while (chunk := await self._chunks.next()) is not None:
                await self._queue.put(chunk)
            await self._queue.put(None)
        except Exception as error:  # noqa: BLE001 # raised where the upload is awaited
            self.failure = error
            await self._queue.put(error)

    async def close(self) -> None:
        """End the task that reads the source."""
        self._pump.cancel()
        await asyncio.gather(self._pump, return_exceptions=True)


async def _put_chunks(store: _Store, name: str, feed: _Feed) -> None:
    try:
        await obstore.put_async(
            store, name, feed, use_multipart=True, chunk_size=_CHUNK, max_concurrency=_PARALLEL
        )
    finally:
        await feed.close()


def _open(address: StoreAddress, patience: float) -> _Store:
    if isinstance(address, FolderAddress):
        return obstore.store.LocalStore(address.folder, mkdir=True)
    keys: dict[str, Any] = {}
    if address.access_key is not None:
        keys = {"access_key_id": address.access_key, "secret_access_key": address.secret_key}
    if address.endpoint is not None:
        keys["endpoint"] = address.endpoint
    limit = timedelta(seconds=patience)
    return obstore.store.S3Store(
        address.bucket,
        prefix=address.prefix or None,
        region=address.region,
        client_options={
            "timeout": limit,
            "connect_timeout": min(limit, timedelta(seconds=10)),
            "allow_http": (address.endpoint or "").startswith("http://"),
        },
        retry_config={"max_retries": 2, "retry_timeout": 3 * limit},
        **keys,
    )


def _translated(error: Exception, name: str) -> StoreError:
    """Return what this error of the store is. Its own text goes to the log only."""
    if isinstance(error, StoreError):
        return error
    if isinstance(error, FileNotFoundError | obstore.exceptions.NotFoundError):
        return ObjectMissing(name)
    _log.warning("The backup store: %s", str(error).split("\n\n")[0])
    if isinstance(
        error,
        PermissionError | obstore.exceptions.PermissionDeniedError | obstore.exceptions.UnauthenticatedError,
    ):
        return StoreRefuses("The backup store refuses access: check BACKUP_URL and its keys.")
    if any(one in str(error) for one in _FULL):
        return StoreUnavailable("The backup store has no space left.")
    return StoreUnavailable("The backup store did not respond as expected; the log has its message.")


def _swept(address: FolderAddress, before: datetime, name: str = "") -> int:
    """Delete what is left of uploads: the store writes ``<name>#<number>`` and renames it at the end."""
    count, place = 0, address.folder / name
    left = place.rglob("*#[0-9]*") if place.is_dir() else place.parent.glob(f"{place.name}#[0-9]*")
    for path in left:
        with suppress(FileNotFoundError):
            if path.is_file() and path.stat().st_mtime < before.timestamp():
                path.unlink()
                count += 1
    return count

"""Hashes and verifies passwords with argon2id, in threads, with a limit on concurrent work.

The parameters are those of OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one lane; about 20 ms
each.
"""

import asyncio
import secrets
import threading
from base64 import b64encode
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Protocol, TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import InvalidHashError, VerificationError

from tenant_schema.users.errors import TooBusy
from tenant_schema.users.passwords.policy import encode_password

__all__ = ["OWASP", "HashParameters", "PasswordHashing", "Passwords"]

_Result = TypeVar("_Result")

_SALT_BYTES = 16
_HASH_BYTES = 32
_RETRY_AFTER = 1


@dataclass(frozen=True, slots=True)
class HashParameters:
    """The cost of a hash: passes, memory in KiB, lanes. ``HashParameters(1, 8, 1)`` is for tests."""

    time_cost: int
    memory_cost: int
    parallelism: int


OWASP = HashParameters(time_cost=2, memory_cost=19_456, parallelism=1)


class PasswordHashing(Protocol):
    """A password hasher, as signing in uses it."""

    async def hash(self, password: str) -> str:
        """Return a new salted hash."""

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Whether the password matches the hash. Without a hash the same work is done, and the result is
        False.
        """

    def needs_rehash(self, password_hash: str) -> bool:
        """Whether the hash has other parameters than the current ones."""


class Passwords:
    """argon2id in a thread pool. Raises :class:`TooBusy` immediately if the queue is full.

    :param parameters: of new hashes; older hashes are verified with their own.
    :param workers: threads; each uses ``memory_cost`` while it works.
    :param waiting: how many calls may wait for a thread.
    """

    def __init__(self, parameters: HashParameters = OWASP, *, workers: int = 2, waiting: int = 64) -> None:
        self._hasher = PasswordHasher(
            time_cost=parameters.time_cost,
            memory_cost=parameters.memory_cost,
            parallelism=parameters.parallelism,
            hash_len=_HASH_BYTES,
            salt_len=_SALT_BYTES,
            type=Type.ID,
        )
        self._nobodys_hash = _hash_of_nothing(parameters)
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="argon2")
        self._room = threading.BoundedSemaphore(workers + waiting)

    async def hash(self, password: str) -> str:
        """Return a new hash. Raises TooBusy, and ValueError for a password that is too long."""
        encoded = encode_password(password)
        if encoded is None:
            raise ValueError("the password is too long to be hashed")
        return await self._run(lambda: self._hasher.hash(encoded))

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Whether the password matches the hash. Raises TooBusy.

        Without a hash, with a malformed one, and for a password that is too long, the result is False after
        the same work, so that the duration reveals nothing. A hash with other parameters takes its own time,
        until it is renewed at the next sign-in.
        """
        encoded = encode_password(password)
        if encoded is None or not password_hash:
            return await self._run(lambda: self._matches(self._nobodys_hash, encoded or b"")) and False
        return await self._run(lambda: self._matches(password_hash, encoded))

    def needs_rehash(self, password_hash: str) -> bool:
        """Whether the hash has other parameters than the current ones."""
        return self._hasher.check_needs_rehash(password_hash)

    def close(self) -> None:
        """Stop the threads: running work is finished, waiting work is cancelled."""
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _matches(self, password_hash: str, encoded: bytes) -> bool:
        try:
            return self._hasher.verify(password_hash, encoded)
        except InvalidHashError:
            return self._matches(self._nobodys_hash, encoded) and False
        except VerificationError:
            return False

    async def _run(self, work: Callable[[], _Result]) -> _Result:
        if not self._room.acquire(blocking=False):
            raise TooBusy(_RETRY_AFTER)
        try:
            future = self._pool.submit(work)
        except RuntimeError:  # closed
            self._room.release()
            raise
        future.add_done_callback(self._make_room)
        return await asyncio.wrap_future(future)

    def _make_room(self, _: Future[_Result]) -> None:
        """Called when the work is done, not when its caller stops waiting: the thread is busy until then."""
        self._room.release()


def _hash_of_nothing(parameters: HashParameters) -> str:
    """Return a well-formed hash that no password matches, without the work of computing one."""
    salt, digest = (
        b64encode(secrets.token_bytes(size)).decode().rstrip("=") for size in (_SALT_BYTES, _HASH_BYTES)
    )
    costs = f"m={parameters.memory_cost},t={parameters.time_cost},p={parameters.parallelism}"
    return f"$argon2id$v=19${costs}${salt}${digest}"

"""PreparedPasswords: passwords for administrators, generated and hashed before their tenants are created."""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from central.provisioning.types import generate_password

__all__ = ["PreparedPassword", "PreparedPasswords"]

_LENGTH = 24
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PreparedPassword:
    """A generated password with its hash. The hash is None if it has still to be computed."""

    password: str = field(repr=False)
    hashed: str | None = field(default=None, repr=False)

    def started_hash(self) -> Awaitable[str] | None:
        """Return the hash as something to await; None without one."""
        if self.hashed is None:
            return None
        future = asyncio.get_running_loop().create_future()
        future.set_result(self.hashed)
        return future


class PreparedPasswords:
    """Passwords that nobody has yet. They are kept in memory only, and each is given away once.

    :param hashing: computes the hash of a password; None if nothing can be prepared.
    """

    def __init__(self, hashing: Callable[[str], Awaitable[str]] | None) -> None:
        self._hashing = hashing
        self._ready: deque[PreparedPassword] = deque()

    def take(self) -> PreparedPassword:
        """Return a password for one administrator: a prepared one, or a new one without a hash."""
        return self._ready.popleft() if self._ready else PreparedPassword(generate_password(_LENGTH))

    async def fill(self, size: int) -> None:
        """Prepare so many that there are ``size``, one after the other. A failure is logged and ends it."""
        while self._hashing is not None and len(self._ready) < size:
            password = generate_password(_LENGTH)
            try:
                hashed = await self._hashing(password)
            except Exception:  # noqa: BLE001 # the schema's own error, such as too many other hashes
                _log.exception("A password could not be prepared; it will be tried again")
                return
            self._ready.append(PreparedPassword(password, hashed))

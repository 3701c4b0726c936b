"""Stand-ins for what signing in depends on: a clock that is told the time, a hasher that takes notes."""

from datetime import UTC, datetime, timedelta

from tenant_schema.users.errors import TooBusy


class RolledBack(Exception):
    """Raised by a test to leave a transaction without committing it."""


class Clock:
    """Time that passes when it is told to; one for wall clock and monotonic time."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)

    def advance(self, **duration: float) -> None:
        self.now += timedelta(**duration)

    def utc(self) -> datetime:
        return self.now

    def unix(self) -> float:
        return self.now.timestamp()

    def monotonic(self) -> float:
        return self.now.timestamp() - 1_700_000_000


class RecordingPasswords:
    """Hashes that can be read, and a note of every piece of work that was asked for."""

    def __init__(self) -> None:
        self.work: list[str] = []
        self.is_busy = False
        self.outdated: set[str] = set()

    async def hash(self, password: str) -> str:
        self._do("hash")
        return f"hash of {password}"

    async def verify(self, password: str, password_hash: str | None) -> bool:
        self._do("verify")
        return password_hash in {f"hash of {password}", f"old hash of {password}"}

    def needs_rehash(self, password_hash: str) -> bool:
        return password_hash.startswith("old ")

    def _do(self, what: str) -> None:
        if self.is_busy:
            raise TooBusy(1)
        self.work.append(what)

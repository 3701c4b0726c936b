"""Rows for tests of the registry, and a count of the statements that something costs."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from central.registry import Registry, TenantRef
from central.tables import TenantStatus
from piccolo_engines.sqlite import SQLiteEngine

__all__ = ["Clock", "make_tenant", "statements_of"]


async def make_tenant(
    registry: Registry, slug: str = "acme", *, name: str = "", status: TenantStatus = TenantStatus.ACTIVE
) -> TenantRef:
    """A tenant at ``<slug>.localhost``."""
    ref = await registry.reserve(
        slug=slug,
        name=name or slug.title(),
        domain=f"{slug}.localhost",
        database_server="sqlite",
        db_name=f"tenant_{slug}",
        admin_email=f"admin@{slug}.localhost",
    )
    if status is TenantStatus.PROVISIONING:
        return ref
    return await registry.set_status(ref.id, status, expected={TenantStatus.PROVISIONING})


@contextmanager
def statements_of(engine: SQLiteEngine) -> Iterator[list[str]]:
    """The statements sent inside the block."""
    seen: list[str] = []
    before, engine.on_statement = engine.on_statement, seen.append
    try:
        yield seen
    finally:
        engine.on_statement = before


class Clock:
    """A clock that stands still until it is moved: call it for seconds, ask ``now`` for a time."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        """The same moment as a time of day."""
        return datetime(2030, 1, 1, tzinfo=UTC) + timedelta(seconds=self.seconds)

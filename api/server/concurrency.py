"""Limits of concurrent long requests: uploads, exports and changes of all records that match a filter."""

from collections import Counter
from types import TracebackType
from uuid import UUID

from api.errors import TooManyAtOnce, TooManyOfTenant
from central.settings.settings import Settings

__all__ = ["LongRequests", "Slot", "Slots"]


class Slots:
    """A limit per tenant and one for the process. Requests beyond are refused immediately.

    :param kind: the kind of requests, in the plural.
    :param of_tenant: the maximum per tenant.
    :param in_all: the maximum for the process.
    :ivar refused: the number of refused requests by limit.
    """

    __slots__ = ("_by_tenant", "_in_all", "_of_tenant", "kind", "refused")

    def __init__(self, kind: str, of_tenant: int, in_all: int) -> None:
        self.kind = kind
        self._of_tenant, self._in_all = of_tenant, in_all
        self._by_tenant: Counter[UUID] = Counter()
        self.refused = {"tenant": 0, "process": 0}

    @property
    def running(self) -> int:
        """The number of running requests."""
        return self._by_tenant.total()

    @property
    def most(self) -> int:
        """The maximum number of running requests."""
        return self._in_all

    def take(self, tenant_id: UUID) -> "Slot":
        """A context in which one more request runs.

        Entering it raises :class:`~api.errors.TooManyOfTenant` or :class:`~api.errors.TooManyAtOnce`.
        """
        return Slot(self, tenant_id)

    def require(self, tenant_id: UUID) -> None:
        """Raise as entering a slot would now, for a request that enters it later."""
        with self.take(tenant_id):
            pass

    def _enter(self, tenant_id: UUID) -> None:
        if self._by_tenant[tenant_id] >= self._of_tenant:
            self.refused["tenant"] += 1
            raise TooManyOfTenant(self.kind, self._of_tenant)
        if self.running >= self._in_all:
            self.refused["process"] += 1
            raise TooManyAtOnce(self.kind)
        self._by_tenant[tenant_id] += 1

    def _leave(self, tenant_id: UUID) -> None:
        self._by_tenant[tenant_id] -= 1
        if not self._by_tenant[tenant_id]:
            del self._by_tenant[tenant_id]


class Slot:
    """The place of one request."""

    __slots__ = ("_slots", "_tenant_id")

    def __init__(self, slots: Slots, tenant_id: UUID) -> None:
        self._slots, self._tenant_id = slots, tenant_id

    def __enter__(self) -> "Slot":
        self._slots._enter(self._tenant_id)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._slots._leave(self._tenant_id)


class LongRequests:
    """The kinds that are bounded."""

    __slots__ = ("bulk_changes", "exports", "uploads")

    def __init__(self, settings: Settings) -> None:
        self.uploads = Slots("uploads", settings.max_tenant_uploads, settings.max_uploads)
        self.exports = Slots("exports", settings.max_tenant_exports, settings.max_exports)
        self.bulk_changes = Slots("bulk_changes", settings.max_tenant_bulk_changes, settings.max_bulk_changes)

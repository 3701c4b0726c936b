"""TenantContents: what replacing a database needs of the tenant's own schema, which central does not know."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

from piccolo.engine.base import Engine

from central.registry import TenantRef

__all__ = ["Copied", "Report", "TenantContents"]

Report = Callable[[int, int | None], Awaitable[None]]
"""Called with the rows so far, and the number of all rows, if it is known."""


@dataclass(frozen=True, slots=True)
class Copied:
    """What a database was filled with, after it was read again and compared.

    :ivar digest: of the contents.
    :ivar rows: how many there are.
    """

    digest: str
    rows: int


class TenantContents(Protocol):
    """Reads and fills tenants' databases. The caller binds ``CENTRAL`` and no tenant."""

    async def copy(
        self, source: TenantRef, target: TenantRef, engine: Engine[Any], report: Report | None = None
    ) -> Copied:
        """Fill the engine's empty database with what ``source`` has at one moment, as ``target``.

        What is bound to the source is left out if the target is another tenant. The database is the target's
        afterwards.
        """

    async def restore(
        self,
        backup: UUID,
        target: TenantRef,
        engine: Engine[Any],
        report: Report | None = None,
        *,
        at_its_level: bool = False,
    ) -> Copied:
        """Fill the engine's empty database from a backup.

        :param at_its_level: whether it gets no migration that the database did not have.
        """

    async def follow(
        self, tenant: TenantRef, former: Engine[Any] | None, *, keeps_messages: bool = False
    ) -> None:
        """Bring in line what depends on the tenant's database, which is another one from now on. Repeatable.

        :param former: the database that the tenant had; ``None`` if there is none. Messages that it had sent
            already are not sent again.
        :param keeps_messages: whether none of the tenant's messages has been sent since.
        """

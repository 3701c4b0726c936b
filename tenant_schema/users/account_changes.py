"""Which addresses have accounts in this tenant, for the directory of all tenants in the central database.

Every change of a user's address or of its being active, every new user and every deleted one calls
:meth:`AccountChanges.note` in its transaction. The message only says where to look: whoever delivers it reads
what is true by then, so messages may be delivered twice, or in any order.
"""

from collections.abc import AsyncIterator, Collection
from typing import Final
from uuid import UUID

from tenant_schema.outbox import Outbox, OutboxMessage
from tenant_schema.scope import TenantScope
from tenant_schema.users.tables import User

__all__ = [
    "DIRECTORY",
    "PERSON",
    "AccountChanges",
    "active_among",
    "count_active",
    "has_pending_changes",
    "pages_of_active",
]

DIRECTORY: Final = "directory"
"""The kind of the messages. Their payload is ``{"addresses": [...]}``."""
PERSON: Final = "person"
"""The kind of the users who sign in themselves."""
_PAGE: Final = 500


class AccountChanges:
    """Notes changes of accounts in the outbox."""

    def __init__(self, outbox: Outbox) -> None:
        self._outbox = outbox

    async def note(self, scope: TenantScope, *addresses: str) -> None:
        """Note in the current transaction that the accounts of these addresses may change.

        Give the addresses before and after the change, as they are stored. 2 statements, one of them in the
        central database.
        """
        await self._outbox.put(scope, DIRECTORY, {"addresses": sorted(set(addresses))})


async def active_among(addresses: Collection[str]) -> frozenset[str]:
    """Return those of the addresses that an active user has. 1 statement for up to 500 addresses."""
    if not addresses:
        return frozenset()
    found = await User.select(User.email).where(_IS_ACTIVE & User.email.is_in(sorted(addresses)))
    return frozenset(addresses) & {row["email"] for row in found}  # a collation may find more


async def count_active() -> int:
    """Return the number of active users. 1 statement."""
    return int(await User.count().where(_IS_ACTIVE))


async def has_pending_changes() -> bool:
    """Whether there are noted changes that have not been delivered yet. 1 statement."""
    is_pending = (OutboxMessage.kind == DIRECTORY) & OutboxMessage.failed_at.is_null()
    return bool(await OutboxMessage.exists().where(is_pending))


async def pages_of_active() -> AsyncIterator[list[str]]:
    """Yield the addresses of all active users, up to 500 at a time. 1 statement for each page."""
    after: UUID | None = None
    while True:
        query = User.select(User.id, User.email).where(_IS_ACTIVE).order_by(User.id).limit(_PAGE)
        rows = await (query if after is None else query.where(User.id > after))
        if rows:
            yield [row["email"] for row in rows]
            after = rows[-1]["id"]
        if len(rows) < _PAGE:
            return


_IS_ACTIVE: Final = User.active.eq(True) & (User.kind == PERSON)

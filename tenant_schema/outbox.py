"""Outbox: messages that a tenant's transaction decides to send, and that are sent after its commit.

A message is a row of the tenant's database, written in the transaction that decides to send it: it is
committed or rolled back with everything else. A note in the central database (``mark``) says which tenants
may have messages, so that whoever sends them does not search the databases of all tenants.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import Any
from uuid import UUID

import msgspec
from piccolo import columns
from piccolo.columns import Integer, Text, Timestamptz, Varchar
from piccolo.table import Table

from piccolo_engines.columns import Timestamps, new_id
from tenant_schema.scope import TenantScope

__all__ = ["Outbox", "OutboxMessage"]


class OutboxMessage(Timestamps, Table, tablename="outbox_messages", help_text="Something to send."):
    """A message that is to be sent. Its row is deleted once it is sent.

    ``payload`` is JSON, sealed for the tenant, since messages may contain one-time tokens. A message with
    ``failed_at`` is not sent any more; ``error`` says why, or why the last attempt failed.
    """

    id = columns.UUID(primary_key=True, default=new_id)
    kind = Varchar(length=40, null=False)
    payload = Text(null=False, secret=True)
    due_at = Timestamptz(null=False)
    attempts = Integer(default=0, null=False)
    failed_at = Timestamptz(null=True, default=None)
    error = Varchar(length=500, default="", null=False)


class Outbox:
    """Writes messages.

    ::

        async with DB.transaction():
            await User.insert(user)
            await outbox.put(scope, "mail", {"to": user.email, "template": "invitation", ...})

    :param seal: encrypts for a tenant, by its id.
    :param mark: notes in the central database, permanently, that the tenant may have messages. Called once
        for each message.
    """

    def __init__(
        self, seal: Callable[[UUID, bytes], str], mark: Callable[[TenantScope], Awaitable[None]]
    ) -> None:
        self._seal = seal
        self._mark = mark

    async def put(self, scope: TenantScope, kind: str, payload: Mapping[str, Any]) -> UUID:
        """Write a message in the current transaction of the tenant. Returns its id.

        The id stays the same however often the message is sent: the handler of its kind uses it as
        idempotency key, such as a mail's Message-ID. The note comes first, so that a crash after the commit
        loses no message; the note of a transaction that is rolled back is withdrawn later by those who send.
        2 statements, one of them in the central database.

        :param kind: decides which handler sends the message.
        :param payload: what the handler gets; must be serializable as JSON.
        """
        message = OutboxMessage(id=new_id(), kind=kind)
        message.payload = self._seal(scope.id, msgspec.json.encode(dict(payload)))
        await self._mark(scope)
        await OutboxMessage.insert(message)
        return message.id

"""The outbox: a message is part of the transaction that writes it, after a note that outlives it."""

import base64
import json
from uuid import UUID

import pytest

from piccolo_conf import DB
from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.outbox import Outbox, OutboxMessage
from tenant_schema.scope import TenantScope

pytestmark = pytest.mark.usefixtures("bound")


class Marks:
    """Counts the notes, with the number of messages that were there at the time."""

    def __init__(self) -> None:
        self.messages_before: list[int] = []

    async def __call__(self, _scope: TenantScope) -> None:
        self.messages_before.append(await OutboxMessage.count())


def seal(tenant_id: UUID, payload: bytes) -> str:
    return f"{tenant_id}:{base64.b64encode(payload).decode()}"


async def test_a_message_is_written_sealed_after_the_note(scope: TenantScope) -> None:
    marks = Marks()
    id_ = await Outbox(seal, marks).put(scope, "mail", {"to": "ada@example.com"})
    row = await OutboxMessage.select().where(OutboxMessage.id == id_).first()
    assert row is not None
    assert (row["kind"], row["attempts"], row["failed_at"]) == ("mail", 0, None)
    tenant_id, _, payload = row["payload"].partition(":")
    assert (tenant_id, json.loads(base64.b64decode(payload))) == (str(scope.id), {"to": "ada@example.com"})
    assert marks.messages_before == [0]


async def test_a_message_of_a_transaction_that_is_rolled_back_does_not_exist(scope: TenantScope) -> None:
    marks = Marks()

    async def fail_after_putting() -> None:
        async with DB.transaction():
            await Outbox(seal, marks).put(scope, "mail", {})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_after_putting()
    assert await OutboxMessage.count() == 0
    assert len(marks.messages_before) == 1


async def test_nothing_is_written_when_the_note_fails(scope: TenantScope, engine: SQLiteEngine) -> None:
    async def mark(_scope: TenantScope) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        await Outbox(seal, mark).put(scope, "mail", {})
    assert await OutboxMessage.count() == 0

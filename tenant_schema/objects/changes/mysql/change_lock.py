"""The lock on changes of a tenant's objects on MySQL and MariaDB, for one server or a cluster.

Two locks are taken, in this order. A named lock of the server (``GET_LOCK``) ends with its connection, and
the connection of a killed process ends with its statement: whoever gets the lock afterwards finds nothing in
progress. It holds for one node of a cluster only. A lease, a row that is committed before anything is
changed, holds for all nodes. Its owner is replaced when its time is up, or immediately if the owner was
connected to this same server and has lost the lock there.
"""

import asyncio
import hashlib
import math
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from contextvars import ContextVar, copy_context
from datetime import timedelta
from typing import Final

from piccolo.querystring import QueryString

from piccolo_conf import DB
from piccolo_engines.errors import DatabaseError, Deadlock, TransactionEnded
from piccolo_engines.leases import Lease, LeaseStore
from piccolo_engines.mysql.engine import MySQLEngine
from piccolo_engines.mysql.sessions.transaction import MySQLTransaction
from tenant_schema.objects.errors import ObjectBusy
from tenant_schema.objects.tables import SchemaLease

__all__ = ["owned", "require_ownership"]

_LOCK_NAME: Final = "CONCAT('schema.', SHA2(DATABASE(), 224))"
_NAME: Final = "objects"
_LEASES: Final = LeaseStore(SchemaLease, duration=timedelta(seconds=30))
_PAUSE: Final = 0.05
"""Seconds between two looks at a lease that another node has."""

_OWNED: ContextVar[Lease | None] = ContextVar("the lease of the change under way", default=None)


@asynccontextmanager
async def owned(engine: MySQLEngine, wait: float) -> AsyncIterator[MySQLTransaction]:
    """Hold the lock during the block, on all nodes, with a transaction.

    Raises :class:`ObjectBusy` after ``wait`` seconds.
    """
    outside, deadline = copy_context(), asyncio.get_running_loop().time() + wait
    async with engine.transaction() as transaction:
        await _lock(wait)
        try:
            lease = await _take(transaction, deadline)
            token = _OWNED.set(lease)
            try:
                async with _LEASES.renewing(lease, outside):
                    yield transaction
            finally:
                _OWNED.reset(token)
                await _give_back(transaction, lease)
        finally:
            await _unlock(transaction)


async def require_ownership() -> None:
    """Renew the lease in the open transaction. Raises ``TransactionEnded`` if another process has taken the
    change over, and resumes it from its journal.
    """
    lease = _OWNED.get()
    assert lease is not None, "a change runs in the block of owned()"
    if not await _LEASES.renew(lease):
        raise TransactionEnded


async def _take(transaction: MySQLTransaction, deadline: float) -> Lease:
    """Return the lease, committed."""
    server = await _server()
    while True:
        try:
            lease = await _try(server)
            await transaction.send("COMMIT")
        except Deadlock:  # another node was faster
            await transaction.restart()
            lease = None
        if lease is not None:
            return lease
        if asyncio.get_running_loop().time() >= deadline:
            raise ObjectBusy
        await asyncio.sleep(_PAUSE)


async def _try(server: str) -> Lease | None:
    row = await SchemaLease.select().where(SchemaLease.name == _NAME).first()
    if row is None:
        return await _LEASES.take(SchemaLease(name=_NAME, server=server))
    is_owner_dead = row["server"] == server  # it had the lock of this server, which is ours now
    return await _LEASES.take_over(row, {SchemaLease.server: server}, is_owner_dead=is_owner_dead)


async def _server() -> str:
    """A text that identifies the server."""
    rows = await DB.run_querystring(
        QueryString(
            "SHOW GLOBAL VARIABLES WHERE Variable_name IN ('server_uuid', 'hostname', 'port', 'datadir', "
            "'wsrep_node_name', 'wsrep_node_address', 'wsrep_node_incoming_address')"
        )
    )
    named = sorted(str(list(row.values())) for row in rows)
    return hashlib.sha256("\n".join(named).encode()).hexdigest()


async def _lock(wait: float) -> None:
    rows = await DB.run_querystring(
        QueryString(f"SELECT GET_LOCK({_LOCK_NAME}, {{}}) AS got", math.ceil(wait))
    )
    if rows[0]["got"] != 1:
        raise ObjectBusy


async def _give_back(transaction: MySQLTransaction, lease: Lease) -> None:
    """Release the lease. If the connection is broken, one of its statements may still be running: the lease
    then stays until it expires, or until the next holder of this server's lock takes it over.
    """
    for _ in range(3):
        with suppress(DatabaseError):
            await transaction.restart()
            await _LEASES.release(lease)
            await transaction.send("COMMIT")
            return


async def _unlock(transaction: MySQLTransaction) -> None:
    """Release the named lock; if the connection is broken, the lock ends with it."""
    session = transaction.session
    with suppress(DatabaseError):
        if session is not None and session.usable:
            await session.send("ROLLBACK")
            await session.send(f"DO RELEASE_LOCK({_LOCK_NAME})")

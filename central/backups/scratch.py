"""Scratch databases, in which backups are restored to prove them.

Their names have the claim by which a process executes the job: two processes never use one, and whatever has
no running claim any more is dropped.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from piccolo.engine.base import Engine

from central.jobs.open import running_claims
from central.servers import DatabaseServer, DatabaseServers

__all__ = ["drop_abandoned", "scratch_database"]


@asynccontextmanager
async def scratch_database(
    servers: DatabaseServers, server: DatabaseServer, claim: UUID
) -> AsyncIterator[Engine[Any]]:
    """Create an empty database, and drop it after the block."""
    name = servers.proof_name(claim.hex)
    await server.create_database(name)
    try:
        engine = server.builder_for(name)
        try:
            yield engine
        finally:
            await engine.close_connection_pool()  # type: ignore[no-untyped-call] # in Piccolo
    finally:
        await server.drop_database(name)


async def drop_abandoned(servers: DatabaseServers, kind: str) -> int:
    """Drop the databases of jobs of this kind whose processes have died. Returns how many."""
    count = 0
    for server in servers:
        found = {name: servers.mark_of_proof(name) for name in await server.databases()}
        marks = {name: mark for name, mark in found.items() if mark is not None}
        if not marks:
            continue
        running = {claim.hex for claim in await running_claims(kind)}
        for name, mark in marks.items():
            if mark not in running:
                await server.drop_database(name)
                count += 1
    return count

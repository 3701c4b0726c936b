"""A fence: nothing is written behind it, by whichever process, and everything can be read."""

import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from piccolo.querystring import QueryString

from central.provisioning.types import generate_password
from central.servers import Login, SQLiteServer
from central.servers.mysql import PRIVILEGES, MySQLServer
from piccolo_engines.errors import ConnectionLost, LockTimeout, WritesRefused
from piccolo_engines.mysql import MySQLEngine
from piccolo_engines.sqlite import SQLiteEngine
from piccolo_engines.sqlite.fence import build_fence, is_fenced
from tests.conftest import Found, address_or_skip, ask, cleared
from tests.support.processes import environment

PASSWORD = generate_password(32)
TABLES = (
    "CREATE TABLE note (n INTEGER)",
    "CREATE TABLE sessions (n INTEGER)",
    "CREATE TABLE parent (id INTEGER PRIMARY KEY)",
)


@dataclass
class Fenced:
    """A database with tables, on a server, and engines on it."""

    server: Any
    name: str
    user: str | None
    where: dict[str, Any]

    def engine(self) -> Any:
        if self.user is None:
            return SQLiteEngine(Path(self.where["sqlite"]), create=False)
        return MySQLEngine(self.where["mysql"])

    async def fence(self) -> None:
        await self.server.fence(self.name, self.user, ("sessions",))

    async def unfence(self) -> None:
        await self.server.unfence(self.name, self.user, ("sessions",))


@pytest.fixture(params=["sqlite", "mariadb", "mysql"])
async def fenced(
    request: pytest.FixtureRequest, tmp_path: Path, servers_found: Found, prefix: str
) -> AsyncIterator[Fenced]:
    name = f"{prefix}acme"
    if request.param == "sqlite":
        server = SQLiteServer(tmp_path, engine=lambda path: SQLiteEngine(path, create=False))
        await server.create_database(name)
        found = Fenced(server, name, None, {"sqlite": str(tmp_path / f"{name}.sqlite")})
        await _create_tables(found)
        yield found
        return
    address = address_or_skip(servers_found, request.param)
    async with cleared(address, prefix):
        mysql = MySQLServer(address.host, address.port, Login(address.user, lambda: address.password))
        await mysql.create_database(name)
        await mysql.create_user(f"{name}_user", PASSWORD, name)
        login = {"host": address.host, "port": address.port, "user": f"{name}_user", "password": PASSWORD}
        found = Fenced(mysql, name, f"{name}_user", {"mysql": {**login, "database": name}})
        await _create_tables(found)
        yield found
        await mysql.close()


async def _create_tables(found: Fenced) -> None:
    engine = found.engine()
    for table in TABLES:
        await engine.run_ddl(table)
    await engine.close()


async def run(engine: Any, sql: str, *values: object) -> Any:
    return await engine.run_querystring(QueryString(sql, *values))


WRITES = (
    'INSERT INTO "note" ("n") VALUES (1)',
    'UPDATE "note" SET "n" = 2',
    'DELETE FROM "note"',
    'INSERT INTO "parent" ("id") VALUES (1)',
)


async def locked(engine: Any) -> None:
    """What an UPDATE … RETURNING begins with; MariaDB refuses only what follows."""
    async with engine.transaction():
        await run(engine, 'SELECT "n" FROM "note" FOR UPDATE')
        await run(engine, 'UPDATE "note" SET "n" = 2')


async def test_writes_are_refused_reads_are_not_and_a_resumed_database_is_as_before(fenced: Fenced) -> None:
    engine = fenced.engine()
    await run(engine, 'INSERT INTO "note" ("n") VALUES (7)')
    for _ in range(2):
        await fenced.fence()
    with suppress(ConnectionLost):  # the connection that the engine had
        await run(engine, 'SELECT 1 AS "one"')
    for sql in WRITES:
        with pytest.raises(WritesRefused):
            await run(engine, sql)
    if fenced.user is not None:
        with pytest.raises(WritesRefused):
            await locked(engine)
    assert [row["n"] for row in await run(engine, 'SELECT "n" FROM "note"')] == [7]
    await run(engine, 'INSERT INTO "sessions" ("n") VALUES (1)')
    await run(engine, 'UPDATE "sessions" SET "n" = 2')
    for _ in range(2):
        await fenced.unfence()
    with suppress(ConnectionLost):
        await run(engine, 'SELECT 1 AS "one"')
    for sql in WRITES:
        await run(engine, sql)
    await engine.run_ddl('CREATE TABLE "later" ("n" INTEGER)')
    await engine.close()


async def test_a_transaction_that_was_open_is_complete_or_not_there(fenced: Fenced) -> None:
    engine = fenced.engine()
    async with engine.transaction():
        await run(engine, 'INSERT INTO "note" ("n") VALUES (1)')
    with suppress(ConnectionLost, LockTimeout, WritesRefused):
        async with engine.transaction():
            await run(engine, 'INSERT INTO "note" ("n") VALUES (2)')
            if fenced.user is None:
                with pytest.raises(LockTimeout):  # nothing is fenced while somebody may still commit
                    build_fence(Path(fenced.where["sqlite"]), patience=0.05)
                assert not is_fenced(Path(fenced.where["sqlite"]))
            else:
                await fenced.fence()
            await run(engine, 'INSERT INTO "note" ("n") VALUES (3)')
    rows = [row["n"] for row in await run(engine, 'SELECT "n" FROM "note" ORDER BY "n"')]
    assert rows == ([1, 2, 3] if fenced.user is None else [1])
    await engine.close()


@pytest.mark.parametrize("fenced", ["mariadb", "mysql"], indirect=True)
async def test_the_privileges_after_it_are_exactly_those_before(fenced: Fenced) -> None:
    administrator = fenced.server._admin

    async def grants() -> list[str]:
        rows = await ask(administrator, f"SHOW GRANTS FOR '{fenced.user}'@'%'")
        return sorted(grant.partition(" IDENTIFIED BY")[0] for row in rows for grant in row.values())

    before = await grants()
    await fenced.fence()
    behind = await grants()
    assert len(behind) == 3
    assert [one for one in behind if "SELECT" in one and "INSERT" not in one]
    assert all(f'"{fenced.name}"."sessions"' in one for one in behind if "INSERT" in one)
    await fenced.unfence()
    assert await grants() == before
    assert any(", ".join(PRIVILEGES) in one for one in before)


def _started() -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.support.fenced_writer"]
    return subprocess.Popen(
        command, env=environment({}), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


async def test_a_process_that_was_asleep_is_refused_as_well(fenced: Fenced) -> None:
    """Stopped while it writes one row after the other; what it did when it goes on is nowhere."""
    with _started() as writer:
        assert writer.stdin is not None
        assert writer.stdout is not None
        writer.stdin.write(json.dumps(fenced.where) + "\n")
        writer.stdin.flush()
        try:
            while int(writer.stdout.readline()) < 20:
                pass
            await _stop_outside_of_a_transaction(fenced, writer.pid)
            before = await _rows(fenced)
            os.kill(writer.pid, signal.SIGCONT)
            *written, outcome = writer.stdout.read().split()
        finally:
            writer.kill()
    assert outcome == "WritesRefused"
    assert await _rows(fenced) == before
    assert len(written) <= before


async def _stop_outside_of_a_transaction(fenced: Fenced, pid: int) -> None:
    """Stop the process and fence the database; again if it was stopped while it was writing to a file."""
    while True:
        os.kill(pid, signal.SIGSTOP)
        try:
            if fenced.user is None:
                build_fence(Path(fenced.where["sqlite"]), ("sessions",), patience=0.2)
            else:
                await fenced.fence()
        except LockTimeout:
            os.kill(pid, signal.SIGCONT)
        else:
            return


async def _rows(fenced: Fenced) -> int:
    if fenced.user is None:
        with closing(sqlite3.connect(fenced.where["sqlite"])) as connection:
            return int(connection.execute("SELECT count(*) FROM note").fetchone()[0])
    engine = fenced.engine()
    rows = await run(engine, 'SELECT count(*) AS "n" FROM "note"')
    await engine.close()
    return int(rows[0]["n"])

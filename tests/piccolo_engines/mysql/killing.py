"""Kills Piccolo's migration command, by SIGKILL, after each of its statements; run in the sample project.

Each command is a process of its own, forked from this one, which is killed at the first statement at which
none was killed before. That is every statement in the end, and the last command comes through. Every other
DDL statement it is killed at before the server has answered.

    python killing.py (forwards | backwards) MIGRATION

Prints, as JSON, what a command that is not killed sends and leaves behind, and the same of all of those.
"""

import asyncio
import datetime as dt
import json
import os
import re
import signal
import sys
import traceback
from typing import Any

from music import tables  # noqa: F401 - the children need not import it
from piccolo.apps.migrations.commands.backwards import run_backwards
from piccolo.apps.migrations.commands.forwards import run_forwards
from piccolo.querystring import QueryString

import piccolo_conf
from piccolo_engines.mysql.sessions.session import Session

DB = piccolo_conf.DB
CONTENT = {
    "migration": "name",
    "manager": "SUBSTRING_INDEX(name, ' ', 1)",
    "piccolo_migration_journal": "step",
}
ASKS = ("SELECT", "SHOW", "SET ")
DDL = ("CREATE", "ALTER", "DROP", "RENAME")


def shape(sql: str) -> str:
    """A statement without the time at which it was made."""
    return re.sub(r"'\d{4}-\d\d-\d\d \d\d:[^']*'", "?", sql)


def write_down_and_die(log: int, survived: set[str] | None) -> None:
    """Write down each statement; end this process on the spot at the first one not yet ``survived``."""
    send = Session.send

    async def observed(self: Session, sql: str, effect: str | None = None) -> Any:
        if sql.startswith(ASKS):
            return await send(self, sql, effect)
        dies = survived is not None and shape(sql) not in survived
        unanswered = dies and sql.startswith(DDL) and len(survived or ()) % 2 == 1
        os.write(log, (json.dumps([sql, unanswered]) + "\n").encode())
        if unanswered:
            self._connection._next_seq_id = 0
            self._connection.write_packet(b"\3" + sql.encode())
        else:
            result = await send(self, sql, effect)
        if dies:
            os.kill(os.getpid(), signal.SIGKILL)
        return result

    Session.send = observed  # type: ignore[method-assign]


def attempt(direction: str, migration: str, survived: set[str] | None) -> tuple[int, list[tuple[str, bool]]]:
    """The command in a process of its own: its status, and what it sent, and was not answered."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.close(read)
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            write_down_and_die(write, survived)
            asyncio.run(command(direction, migration))
            os._exit(0)
        except BaseException:  # noqa: BLE001 - the parent goes on in another process
            traceback.print_exc()
            os._exit(1)
    os.close(write)
    with os.fdopen(read) as log:
        sent = [tuple(json.loads(line)) for line in log]
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), sent


async def command(direction: str, migration: str) -> None:
    if direction == "forwards":
        await run_forwards("music", migration)
    else:
        await run_backwards("music", migration, auto_agree=True)


async def snapshot() -> list[str]:
    """SQL that makes the database what it is."""
    statements = []
    for row in await DB.run_querystring(QueryString("SHOW TABLES")):
        (name,) = row.values()
        (shown,) = await DB.run_querystring(QueryString(f'SHOW CREATE TABLE "{name}"'))
        statements.append(shown["Create Table"])
        if name in ("migration", "manager"):
            columns = "id, name" if name == "manager" else "id, name, app_name, ran_on"
            rows = await DB.run_querystring(QueryString(f"SELECT {columns} FROM {name}"))  # noqa: S608
            statements += [f"INSERT INTO {name} ({columns}) VALUES ({values(row)})" for row in rows]  # noqa: S608
    return statements


def values(row: dict[str, Any]) -> str:
    return ", ".join(
        f"'{value:%F %T}'" if isinstance(value, dt.datetime) else repr(value) for value in row.values()
    )


async def put_back(statements: list[str]) -> None:
    session = await DB.get_new_connection()
    try:
        await session.send("SET foreign_key_checks = 0")
        for (name,) in (await session.send("SHOW TABLES")).rows:
            await session.send(f'DROP TABLE "{name}"')
        for statement in statements:
            await session.send(statement)
    finally:
        session.close()


async def outcome() -> dict[str, str]:
    found = {}
    for row in await DB.run_querystring(QueryString("SHOW TABLES")):
        (name,) = row.values()
        (shown,) = await DB.run_querystring(QueryString(f'SHOW CREATE TABLE "{name}"'))
        found[name] = shown["Create Table"].split("AUTO_INCREMENT=")[0].split("ENGINE=")[0]
        if name in CONTENT:
            asked = QueryString(f'SELECT {CONTENT[name]} AS content FROM "{name}"')  # noqa: S608
            rows = await DB.run_querystring(asked)
            found[name] += str(sorted(one["content"] for one in rows))
    return found


def main(direction: str, migration: str) -> None:
    start = asyncio.run(snapshot())
    asyncio.run(put_back(start))  # also before this one: MySQL shows the same table differently
    status, clean = attempt(direction, migration, None)
    wanted = asyncio.run(outcome())
    asyncio.run(put_back(start))
    statuses, sent, survived = [], [], set[str]()
    while len(statuses) < 2 * len(clean) and (not statuses or statuses[-1] == -signal.SIGKILL):
        killed, sent_now = attempt(direction, migration, survived)
        statuses.append(killed)
        sent += sent_now
        survived |= {shape(sql) for sql, _ in sent_now[-1:]}
    found = asyncio.run(outcome())
    report = {
        "status": status,
        "clean": clean,
        "wanted": wanted,
        "statuses": statuses,
        "sent": sent,
        "found": found,
    }
    sys.stdout.write(json.dumps(report))


main(*sys.argv[1:])

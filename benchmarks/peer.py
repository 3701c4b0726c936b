"""The peer: a service as it is usually written with NestJS on Fastify, Knex and Objection
(``nest_peer/main.cjs``).

Serves a copy of the tenant's accounts from a table of its own, without search words and sort keys. Needs
Node.js 20 or newer with npm.
"""

import json
from datetime import UTC, datetime
from pathlib import Path

import jwt
from piccolo.querystring import QueryString

from piccolo_engines.mysql import MySQLEngine
from tests.support.node import install_package

__all__ = ["copy_accounts", "peer_command", "peer_environ", "peer_token"]

KEY = "the peer's own signing key, long enough for HS256"
FOLDER = Path(__file__).with_name("nest_peer")
COPY = (
    'CREATE TABLE "peer_accounts" LIKE "accounts"',
    'ALTER TABLE "peer_accounts" DROP COLUMN "name_sort", ADD INDEX ("name"), '
    'ADD FOREIGN KEY ("owner") REFERENCES "users" ("id"), '
    'ADD FOREIGN KEY ("created_by") REFERENCES "users" ("id"), '
    'ADD FOREIGN KEY ("updated_by") REFERENCES "users" ("id")',
    'INSERT INTO "peer_accounts" ({columns}) SELECT {columns} FROM "accounts"',
)


def peer_command() -> list[str]:
    """Return the command that serves the peer. Its packages are installed once.

    :raises NodeMissing: they cannot be installed.
    """
    return [install_package(FOLDER, FOLDER), str(FOLDER / "main.cjs")]


async def copy_accounts(database: str) -> None:
    """Create the peer's table with the tenant's accounts; ``database`` holds connection options as JSON."""
    engine = MySQLEngine(json.loads(database))
    for statement in COPY[:2]:
        await engine.run_ddl(statement)
    rows = await engine.run_querystring(QueryString('SHOW COLUMNS FROM "peer_accounts"'))
    columns = ", ".join(f'"{row["Field"]}"' for row in rows)
    await engine.run_ddl(COPY[2].format(columns=columns))
    await engine.close()


def peer_environ(database: str, port: int) -> dict[str, str]:
    """Return the peer's environment; ``database`` holds connection options as JSON."""
    return {"PEER_DATABASE": database, "PEER_PORT": str(port), "PEER_KEY": KEY, "NODE_ENV": "production"}


def peer_token(freehold_token: str) -> str:
    """Return a token of the same user that the peer accepts for an hour."""
    user = jwt.decode(freehold_token, options={"verify_signature": False})["sub"]
    claims = {"sub": user, "exp": int(datetime.now(UTC).timestamp()) + 3600}
    return jwt.encode(claims, KEY, algorithm="HS256")

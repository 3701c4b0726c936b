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
CREATE = 'CREATE TABLE "peer_accounts" LIKE "accounts"'
KEYS = (
    'ADD INDEX ("name"), ADD FOREIGN KEY ("owner") REFERENCES "users" ("id"), '
    'ADD FOREIGN KEY ("created_by") REFERENCES "users" ("id"), '
    'ADD FOREIGN KEY ("updated_by") REFERENCES "users" ("id")'
)
COPY = 'INSERT INTO "peer_accounts" ({columns}) SELECT {columns} FROM "accounts"'
INDEX = 'ADD INDEX ("industry", "annual_revenue" DESC, "name", "id")'


def peer_command() -> list[str]:
    """Return the command that serves the peer. Its packages are installed once.

    :raises NodeMissing: they cannot be installed.
    """
    return [install_package(FOLDER, FOLDER), str(FOLDER / "main.cjs")]


async def copy_accounts(database: str, is_indexed: bool) -> None:
    """Create the peer's table with the tenant's accounts, without columns of sort keys and their indexes.

    :param database: connection options as JSON.
    :param is_indexed: with an index for the list.
    """
    engine = MySQLEngine(json.loads(database))
    await engine.run_ddl(CREATE)
    indexed = await engine.run_querystring(QueryString('SHOW INDEX FROM "peer_accounts"'))
    needless = {row["Key_name"] for row in indexed if row["Column_name"].endswith("_sort")}
    rows = await engine.run_querystring(QueryString('SHOW COLUMNS FROM "peer_accounts"'))
    names = [row["Field"] for row in rows]
    keys = [name for name in names if name.endswith("_sort")]
    changes = [f'DROP INDEX "{name}"' for name in needless] + [f'DROP COLUMN "{name}"' for name in keys]
    await engine.run_ddl(f'ALTER TABLE "peer_accounts" {", ".join([*changes, KEYS, *[INDEX][:is_indexed]])}')
    columns = ", ".join(f'"{name}"' for name in names if name not in keys)
    await engine.run_ddl(COPY.format(columns=columns))
    await engine.close()


def peer_environ(database: str, port: int) -> dict[str, str]:
    """Return the peer's environment; ``database`` holds connection options as JSON."""
    return {"PEER_DATABASE": database, "PEER_PORT": str(port), "PEER_KEY": KEY, "NODE_ENV": "production"}


def peer_token(freehold_token: str) -> str:
    """Return a token of the same user that the peer accepts for an hour."""
    user = jwt.decode(freehold_token, options={"verify_signature": False})["sub"]
    claims = {"sub": user, "exp": int(datetime.now(UTC).timestamp()) + 3600}
    return jwt.encode(claims, KEY, algorithm="HS256")

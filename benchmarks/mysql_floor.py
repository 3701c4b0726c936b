"""The handwritten baseline on MySQL: the three routes with Litestar and asyncmy.

A token check, and no ORM. Created records can be found by search. Serves a tenant's own database
(``FLOOR_*``), with the same server settings. The token is checked as in a typical service: an HS256 signature
and its claims; there are no roles and no rules.
"""

import json
import os
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import asyncmy
import jwt
import msgspec
import uvicorn
from asyncmy.cursors import DictCursor
from litestar import Litestar, Request, Response, get, post
from litestar.datastructures import State
from litestar.exceptions import NotAuthorizedException

from piccolo_engines.columns import new_id
from piccolo_engines.sort_keys import sort_key

__all__ = ["KEY", "create_floor", "token"]

KEYS = "_sort"
"""How the names of columns with the sort keys of a field end."""
KEY = "the floor's own signing key, long enough for HS256"
READ = "SELECT {columns} FROM accounts WHERE id = %s AND deleted_at IS NULL"
LIST = (
    "SELECT {columns} FROM accounts WHERE deleted_at IS NULL AND {industry} = %s "
    "ORDER BY annual_revenue DESC, name_sort, id LIMIT 51"
)
INSERT = "INSERT INTO accounts ({columns}) VALUES ({places})"
WORDS = (
    "SELECT table_name, GROUP_CONCAT(CONCAT('`', column_name, '`') ORDER BY ordinal_position) "
    "FROM information_schema.columns WHERE table_schema = DATABASE() AND table_name LIKE 'accounts_search_%' "
    "GROUP BY table_name"
)
CREATE = "START TRANSACTION; {insert}; INSERT INTO {table} ({columns}) VALUES ({places}); COMMIT"


def shown(value: Any) -> Any:
    """Encode values that have no JSON type."""
    return str(uuid.UUID(bytes=value)) if isinstance(value, bytes) else str(value)


encode = msgspec.json.Encoder(enc_hook=shown).encode
decode = msgspec.json.Decoder(dict[str, Any]).decode


def token() -> str:
    """Return a token that is valid for an hour."""
    claims = {"sub": str(new_id()), "exp": int(datetime.now(UTC).timestamp()) + 3600}
    return jwt.encode(claims, KEY, algorithm="HS256")


def check(request: Request[Any, Any, State]) -> str:
    """Return the user of the token."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme != "Bearer":
        raise NotAuthorizedException
    try:
        return str(jwt.decode(given, KEY, algorithms=["HS256"])["sub"])
    except jwt.InvalidTokenError as error:
        raise NotAuthorizedException from error


@asynccontextmanager
async def databases(app: Litestar) -> AsyncIterator[None]:
    config = json.loads(os.environ["FLOOR_DATABASE"])
    setup = "SET time_zone = '+00:00', sql_mode = 'STRICT_ALL_TABLES', NAMES utf8mb4"
    pool = await asyncmy.create_pool(minsize=1, maxsize=16, autocommit=True, init_command=setup, **config)
    app.state.pool = pool
    async with pool.acquire() as connection, connection.cursor() as cursor:
        await cursor.execute("SHOW COLUMNS FROM accounts")
        found = [row[0] for row in await cursor.fetchall() if row[0] != "deleted_at"]
        await cursor.execute(WORDS)
        table, searched = await cursor.fetchone()
    names = app.state.columns = [name for name in found if not name.endswith(KEYS)]
    keys = app.state.sort_keys = [name for name in found if name.endswith(KEYS)]
    columns = ", ".join(f"`{name}`" for name in names)
    app.state.is_indexed = f"industry{KEYS}" in keys
    industry = f"industry{KEYS}" if app.state.is_indexed else "industry"
    app.state.read = READ.format(columns=columns)
    app.state.list = LIST.format(columns=columns, industry=industry)
    app.state.words = [name.strip("`") for name in searched.split(",")]
    app.state.insert = CREATE.format(
        insert=INSERT.format(
            columns=", ".join([columns, *keys]), places=", ".join(["%s"] * len(found))
        ),
        table=table, columns=searched, places=", ".join(["%s"] * len(app.state.words)),
    )  # fmt: skip
    yield
    pool.close()
    await pool.wait_closed()


def respond(content: object, status: int = 200) -> Response[bytes]:
    return Response(encode(content), status_code=status, media_type="application/json")


def ready(row: dict[str, Any]) -> dict[str, Any]:
    """Return a row with its ids and times as text."""
    for name, value in row.items():
        if isinstance(value, datetime):
            row[name] = value.isoformat() + "Z"
        elif isinstance(value, bytes | Decimal):
            row[name] = shown(value)
    return row


@get("/api/v1/data/accounts/{record_id:str}")
async def read(request: Request[Any, Any, State], record_id: str, state: State) -> Response[bytes]:
    check(request)
    async with state.pool.acquire() as connection, connection.cursor(DictCursor) as cursor:
        await cursor.execute(state.read, (uuid.UUID(record_id).bytes,))
        row = await cursor.fetchone()
    return respond({"data": ready(row)}) if row else respond({"title": "not found"}, 404)


@get("/api/v1/data/accounts")
async def page(request: Request[Any, Any, State], state: State) -> Response[bytes]:
    check(request)
    async with state.pool.acquire() as connection, connection.cursor(DictCursor) as cursor:
        industry = request.query_params["filter[industry]"]
        await cursor.execute(state.list, (sort_key(industry) if state.is_indexed else industry,))
        rows = [ready(row) for row in await cursor.fetchall()]
    more = len(rows) > 50
    return respond({"data": rows[:50], "page": {"next": rows[49]["id"] if more else None, "prev": None}})


@post("/api/v1/data/accounts")
async def create(request: Request[Any, Any, State], state: State) -> Response[bytes]:
    check(request)
    now, record_id = datetime.now(UTC).replace(tzinfo=None), new_id()
    row = dict.fromkeys(state.columns) | {"version": 1, "created_at": now, "updated_at": now}
    row |= decode(await request.body()) | {"id": record_id.bytes}
    words = [(row.get(name) or "").lower() for name in state.words[2:]]
    keys = [sort_key(row[name.removesuffix(KEYS)]) for name in state.sort_keys]
    values = [*[row[name] for name in state.columns], *keys, row["id"], 0, *words]
    async with state.pool.acquire() as connection, connection.cursor() as cursor:
        await cursor.execute(state.insert, values)
        while await cursor.nextset():
            pass
    return respond({"data": ready(row)}, 201)


def create_floor() -> Litestar:
    return Litestar([read, page, create], lifespan=[databases], openapi_config=None)


if __name__ == "__main__":
    uvicorn.run(
        create_floor(), host="127.0.0.1", port=int(os.environ["FLOOR_PORT"]), loop="uvloop", http="httptools",
        access_log=False, log_level="warning",
    )  # fmt: skip

"""The handwritten baseline: the same three routes with Litestar, aiosqlite and msgspec.

No ORM and no checks. Serves a copy of a tenant's database (``FLOOR_DATABASE``) on ``FLOOR_PORT``, with the
same server settings.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import aiosqlite
import msgspec
import uvicorn
from litestar import Litestar, Request, Response, get, post
from litestar.datastructures import State

from piccolo_engines.columns import new_id
from piccolo_engines.sort_keys import SORT_KEY, sort_key

__all__ = ["create_floor"]

READ = "SELECT {columns} FROM accounts WHERE id = ? AND deleted_at IS NULL"
LIST = (
    "SELECT {columns} FROM accounts WHERE deleted_at IS NULL AND industry = ? "
    "ORDER BY annual_revenue DESC, name, id LIMIT 51"
)
INSERT = "INSERT INTO accounts ({columns}) VALUES ({places})"
HIDDEN = ("deleted_at",)

encode = msgspec.json.Encoder().encode
decode = msgspec.json.Decoder(dict[str, Any]).decode


def as_dict(cursor: Any, row: tuple[Any, ...]) -> dict[str, Any]:
    return dict(zip((column[0] for column in cursor.description), row, strict=True))


async def connect(path: str) -> aiosqlite.Connection:
    connection = await aiosqlite.connect(path, isolation_level=None)
    connection.row_factory = as_dict  # type: ignore[assignment]  # typed for classes, takes any callable
    for pragma in ("journal_mode=WAL", "foreign_keys=1", "synchronous=FULL", "busy_timeout=5000"):
        await connection.execute(f"PRAGMA {pragma}")
    await connection.create_function(SORT_KEY, 1, sort_key, deterministic=True)  # indexes of texts call it
    return connection


@asynccontextmanager
async def databases(app: Litestar) -> AsyncIterator[None]:
    path = os.environ["FLOOR_DATABASE"]
    app.state.reader, app.state.writer = await connect(path), await connect(path)
    rows = await app.state.reader.execute_fetchall("PRAGMA table_info(accounts)")
    names = [row["name"] for row in rows if row["name"] not in HIDDEN]
    app.state.columns, app.state.sql = names, {}
    columns = ", ".join(f'"{name}"' for name in names)
    app.state.read, app.state.list = READ.format(columns=columns), LIST.format(columns=columns)
    app.state.insert = INSERT.format(columns=columns, places=", ".join("?" * len(names)))
    yield
    await app.state.reader.close()
    await app.state.writer.close()


def shown(row: dict[str, Any]) -> dict[str, Any]:
    """Return the record as JSON has it: moments in RFC 3339, the decimal with its two digits."""
    revenue = row["annual_revenue"]
    row["created_at"] = f"{row['created_at'][:10]}T{row['created_at'][11:26]}Z"
    row["updated_at"] = f"{row['updated_at'][:10]}T{row['updated_at'][11:26]}Z"
    row["annual_revenue"] = None if revenue is None else f"{float(revenue):.2f}"
    return row


def respond(content: object, status: int = 200) -> Response[bytes]:
    return Response(encode(content), status_code=status, media_type="application/json")


@get("/api/v1/data/accounts/{record_id:str}")
async def read(record_id: str, state: State) -> Response[bytes]:
    async with state.reader.execute(state.read, (record_id,)) as cursor:
        row = await cursor.fetchone()
    return respond({"data": shown(row)}) if row else respond({"title": "not found"}, 404)


@get("/api/v1/data/accounts")
async def page(request: Request[Any, Any, State], state: State) -> Response[bytes]:
    async with state.reader.execute(state.list, (request.query_params["filter[industry]"],)) as cursor:
        rows = await cursor.fetchall()
    more = len(rows) > 50
    return respond(
        {
            "data": [shown(row) for row in rows[:50]],
            "page": {"next": rows[49]["id"] if more else None, "prev": None},
        }
    )


@post("/api/v1/data/accounts")
async def create(request: Request[Any, Any, State], state: State) -> Response[bytes]:
    now = datetime.now(UTC).isoformat(" ")
    given = decode(await request.body())
    row = (
        dict.fromkeys(state.columns)
        | {"version": 1, "created_at": now, "updated_at": now}
        | given
        | {"id": str(new_id())}
    )
    await state.writer.execute(state.insert, [row[name] for name in state.columns])
    return respond({"data": shown(row)}, 201)


def create_floor() -> Litestar:
    return Litestar([read, page, create], lifespan=[databases], openapi_config=None)


if __name__ == "__main__":
    uvicorn.run(
        create_floor(), host="127.0.0.1", port=int(os.environ["FLOOR_PORT"]), loop="uvloop", http="httptools",
        access_log=False, log_level="warning",
    )  # fmt: skip

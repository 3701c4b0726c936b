"""A tenant's database with a million accounts and their contacts, created in a few statements."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from piccolo.querystring import QueryString

from central.migrations.migrator import Migrator
from piccolo_conf import DB
from piccolo_engines.mysql import MySQLEngine, PoolSettings
from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.objects.changes.missing_indexes import ensure_searches
from tenant_schema.objects.changes.missing_sort_keys import ensure_sort_keys
from tenant_schema.standard.seed import seed_standard_objects
from tenant_schema.users.tables import User
from tests.conftest import cleared
from tests.support.servers import address_of
from tests.tenant_schema.objects.databases import APP_CONFIGS

__all__ = ["ME", "fill", "million"]

# ruff: noqa: S608 - these statements contain no external input

ME = UUID("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b")
_WORDS = [
    *("Globex", "Initech", "Umbrella", "Hooli", "Stark", "Wayne"),
    *("Acme", "Cyberdyne", "Tyrell", "Wonka", "Soylent", "Vandelay"),
]
_INDUSTRIES = ["technology", "healthcare", "finance", "retail", "education", "energy", "media", "insurance"]
_STEP = 30
"""Seconds between two accounts."""


@asynccontextmanager
async def million(kind: str, folder: Path, records: int) -> AsyncIterator[SQLiteEngine | MySQLEngine]:
    """Bind the engine of a database with that many accounts, and a contact for every fifth of them."""
    async with _database(kind, folder) as engine:
        with DB.bind(engine):
            await Migrator(APP_CONFIGS, DB).migrate(engine)
            await seed_standard_objects()
            await User.insert(User(id=ME, email="ada@bench.example", name="Ada"))
            await fill(engine, kind, records, ME)
            yield engine


async def fill(engine: SQLiteEngine | MySQLEngine, kind: str, records: int, owner: UUID) -> None:
    """Create the records in the tenant's database that is bound."""
    for statement in _filling(kind, records):
        await engine.run_querystring(QueryString(statement, *([owner] * statement.count("{}"))))
    await ensure_searches()
    await ensure_sort_keys()


@asynccontextmanager
async def _database(kind: str, folder: Path) -> AsyncIterator[SQLiteEngine | MySQLEngine]:
    if kind == "sqlite":
        engine = SQLiteEngine(folder / "million.sqlite", synchronous="NORMAL")
        yield engine
        await engine.close()
        return
    prefix = f"b{uuid4().hex[:7]}_"
    with address_of(kind) as address:
        async with cleared(address, prefix) as root:
            await root.run_ddl(f'CREATE DATABASE "{prefix}million"')
            served = MySQLEngine(address.config | {"database": f"{prefix}million"}, PoolSettings(max_size=4))
            yield served
            await served.close()


def _filling(kind: str, records: int) -> list[str]:
    create: Any = _on_sqlite if kind == "sqlite" else _on_mysql
    return [*create(records), "ANALYZE" if kind == "sqlite" else "ANALYZE TABLE accounts, contacts"]


def _case(expression: str, words: list[str]) -> str:
    whens = " ".join(f"WHEN {number} THEN '{word}'" for number, word in enumerate(words))
    return f"CASE {expression} {whens} END"


_SYSTEM = "id, version, created_at, updated_at, created_by, owner"
_ACCOUNT = "name, industry, annual_revenue, employees, billing_city"


def _account(name: str) -> str:
    """The values of an account's own columns; one in 50,000 is a zebra's."""
    industry = _case("n % 8", _INDUSTRIES)
    return (
        f"{name}, {industry}, n * 7919 % 100000 + 0.25, n * 31 % 5000, "
        "CASE WHEN n % 50000 = 0 THEN 'Zebra Falls' ELSE 'Springfield' END"
    )


def _on_sqlite(records: int) -> list[str]:
    numbers = (
        f"WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < {records})"
    )
    row_id = "PRINTF('%08x-0000-7000-8000-00000000000{}', n)"
    moment = f"STRFTIME('%Y-%m-%d %H:%M:%S', 1700000000 + n * {_STEP}, 'unixepoch') || '+00:00'"
    system = f"1, {moment}, {moment}, {{}}, {{}}"
    name = f"{_case('n % 12', _WORDS)} || ' ' || {_case('n / 12 % 12', _WORDS)} || ' ' || PRINTF('%07d', n)"
    accounts = f"SELECT {row_id.format(1)}, {system}, {_account(name)} FROM numbers"
    contact = f"'Ann', PRINTF('Lee %07d', n), {row_id.format(1)}"
    contacts = f"SELECT {row_id.format(2)}, {system}, {contact} FROM numbers WHERE n % 5 = 0"
    return [
        f"INSERT INTO accounts ({_SYSTEM}, {_ACCOUNT}) {numbers} {accounts}",
        f"INSERT INTO contacts ({_SYSTEM}, first_name, last_name, account) {numbers} {contacts}",
    ]


_CHUNK = 100_000
"""Records of one statement on a server: more would take it a temporary table on disk."""


def _on_mysql(records: int) -> list[str]:
    row_id = "UNHEX(CONCAT(LPAD(HEX(n), 8, '0'), '000070008000000000000{}'))"
    moment = f"TIMESTAMPADD(SECOND, n * {_STEP}, '2023-11-14 22:13:20')"
    system = f"1, {moment}, {moment}, {{}}, {{}}"
    words = f"{_case('n % 12', _WORDS)}, ' ', {_case('FLOOR(n / 12) % 12', _WORDS)}"
    account = _account(f"CONCAT({words}, ' ', LPAD(n, 7, '0'))")
    contact = f"'Ann', CONCAT('Lee ', LPAD(n, 7, '0')), {row_id.format('001')}"
    accounts = (
        f"INSERT INTO accounts ({_SYSTEM}, {_ACCOUNT}) SELECT {row_id.format('001')}, {system}, {account}"
    )
    contacts = f"INSERT INTO contacts ({_SYSTEM}, first_name, last_name, account) "
    contacts += f"SELECT {row_id.format('002')}, {system}, {contact}"
    chunks = [_numbers(start, records) for start in range(0, records, _CHUNK)]
    statements = [f"{accounts} FROM {chunk}" for chunk in chunks]
    return statements + [f"{contacts} FROM {chunk} AND n % 5 = 0" for chunk in chunks]


def _numbers(start: int, last: int) -> str:
    """Return a chunk of the numbers from 1 on, and the beginning of a WHERE clause."""
    digits = f"(SELECT 0 d {' '.join(f'UNION ALL SELECT {digit}' for digit in range(1, 10))})"
    places = "edcba"
    number = " + ".join(f"{place}.d * {10**at}" for at, place in enumerate(reversed(places)))
    joined = " STRAIGHT_JOIN ".join(f"{digits} {place}" for place in places)
    return f"(SELECT {number} + {start} + 1 AS n FROM {joined}) numbers WHERE n <= {last}"

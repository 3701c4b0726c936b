"""Each statement takes the gentlest way that the server accepts."""

import pytest

from piccolo_conf import DB
from tenant_schema.objects.changes.mysql.algorithms import Algorithms
from tests.conftest import Found, address_or_skip, ask
from tests.tenant_schema.objects.databases import empty_database


@pytest.mark.parametrize(("kind", "way"), [("mariadb", "INSTANT"), ("mysql", "INPLACE")])
async def test_a_row_that_might_become_too_large_instantly_is_changed_another_way(
    servers_found: Found, prefix: str, kind: str, way: str
) -> None:
    """It has room for one more column, but MySQL counts for an instant change what it does not otherwise."""
    columns = ", ".join(f'"c{place}" CHAR(60)' for place in range(33))
    async with empty_database(address_or_skip(servers_found, kind), prefix) as engine:
        session = await engine.lease()
        engine.give_back(session)
        with DB.bind(engine):
            await DB.run_ddl(f'CREATE TABLE "t" ("id" INT PRIMARY KEY, {columns}) COLLATE utf8mb4_bin')
            _, taken = await Algorithms.of(session.server).run('ALTER TABLE "t" ADD COLUMN "more" CHAR(60)')
            assert taken.name == way
            assert "more" in {row["Field"] for row in await ask(engine, 'SHOW COLUMNS FROM "t"')}

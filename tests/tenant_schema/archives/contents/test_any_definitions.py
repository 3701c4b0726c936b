"""Random objects, records and users have the same digest on SQLite, MariaDB and MySQL, in all directions."""

import asyncio
from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenant_schema.objects.definitions.drafts import FieldDraft
from tenant_schema.users.tables import User
from tests.support.thoroughly import times
from tests.tenant_schema.archives.contents.worlds import objects, users
from tests.tenant_schema.archives.databases import Databases, archived, digest_of, loaded
from tests.tenant_schema.objects.changes.drafts import made
from tests.tenant_schema.objects.changes.worlds import MANAGER, SCOPE, tenant_on

CIRCUIT = ("sqlite", "sqlite", "mariadb", "mariadb", "mysql", "mysql", "sqlite", "mysql", "mariadb", "sqlite")
"""Through all nine directions, once each."""
ROUTES = [CIRCUIT[at : at + 4] for at in (0, 3, 6)]

Drawn = list[tuple[list[FieldDraft], list[dict[str, Any]]]]


def test_the_routes_have_all_directions() -> None:
    kinds = set(CIRCUIT)
    directions = [pair for route in ROUTES for pair in pairwise(route)]
    assert sorted(directions) == sorted(product(kinds, kinds))


@pytest.mark.parametrize("route", ROUTES, ids="-".join)
@settings(
    max_examples=times(3, 34),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(drawn=st.lists(objects("things"), min_size=1, max_size=2), people=users())
def test_from_database_to_database(
    databases: Databases, route: tuple[str, ...], drawn: Drawn, people: list[dict[str, Any]]
) -> None:
    asyncio.run(_travel(databases, route, drawn, people))


async def _travel(
    databases: Databases, route: tuple[str, ...], drawn: Drawn, people: list[dict[str, Any]]
) -> None:
    first, *others = [await databases.begun(kind, is_seeded=not at) for at, kind in enumerate(route)]
    async with tenant_on(first) as tenant:
        for person in people:
            await User.insert(User(**person))
        for number, (fields, bodies) in enumerate(drawn):
            await made(tenant, f"things{number}", *fields)
            for body in bodies:
                await tenant.records.create(SCOPE, MANAGER, f"things{number}", body)
        data, digest = await archived(), await digest_of()
        before = await _users()
    for config in others:
        async with tenant_on(config) as tenant:
            done = await loaded(data, tenant.engine)  # type: ignore[arg-type]  # one of ours
            assert (done.digest, await digest_of()) == (digest, digest)
            assert await tenant.drift() == []
            assert await _users() == before
            data = await archived()


async def _users() -> list[dict[str, Any]]:
    return await User.select().order_by(User.id)  # type: ignore[no-any-return]

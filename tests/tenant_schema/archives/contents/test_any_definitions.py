"""Random objects and records have the same digest on SQLite, MariaDB and MySQL."""

import asyncio
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tenant_schema.objects.definitions.drafts import FieldDraft
from tests.support.thoroughly import times
from tests.tenant_schema.archives.contents.worlds import objects
from tests.tenant_schema.archives.databases import Databases, archived, digest_of, loaded
from tests.tenant_schema.objects.changes.drafts import made
from tests.tenant_schema.objects.changes.worlds import MANAGER, SCOPE, tenant_on

ROUND = ("sqlite", "mariadb", "mysql", "sqlite")


@settings(
    max_examples=times(8, 100),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(objects("things"), min_size=1, max_size=2))
def test_round(databases: Databases, drawn: list[tuple[list[FieldDraft], list[dict[str, Any]]]]) -> None:
    asyncio.run(_round(databases, drawn))


async def _round(databases: Databases, drawn: list[tuple[list[FieldDraft], list[dict[str, Any]]]]) -> None:
    first, *others = [await databases.begun(kind, is_seeded=not at) for at, kind in enumerate(ROUND)]
    async with tenant_on(first) as tenant:
        for number, (fields, bodies) in enumerate(drawn):
            await made(tenant, f"things{number}", *fields)
            for body in bodies:
                await tenant.records.create(SCOPE, MANAGER, f"things{number}", body)
        data, digest = await archived(), await digest_of()
    for config in others:
        async with tenant_on(config) as tenant:
            done = await loaded(data, tenant.engine)  # type: ignore[arg-type]  # one of ours
            assert (done.digest, await digest_of()) == (digest, digest)
            assert await tenant.drift() == []
            data = await archived()

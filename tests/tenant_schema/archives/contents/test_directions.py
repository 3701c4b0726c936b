"""An archive of any kind of database is loaded into any other, and is then the same tenant."""

import asyncio
from uuid import UUID

import pytest

from piccolo_conf import DB
from piccolo_engines.errors import UniqueViolation
from tenant_schema.archives.contents.tables import ARCHIVED, OF_THIS_TENANT
from tenant_schema.objects.tables import SchemaChange
from tenant_schema.records.tables import RecordHistory
from tenant_schema.users.sign_in_tables import Factor, IdentityProvider
from tenant_schema.users.tables import Session
from tests.tenant_schema.archives.contents.worlds import FULL, fill_everything
from tests.tenant_schema.archives.databases import Databases, archived, digest_of, loaded
from tests.tenant_schema.objects.changes.worlds import MANAGER, SCOPE, Tenant, tenant_on
from tests.tenant_schema.test_migrations import schema

KINDS = ("sqlite", "mariadb", "mysql")


async def is_the_same(tenant: Tenant, ids: list[str]) -> None:
    """What people do with the tenant goes on."""
    assert await tenant.drift() == []
    records = tenant.records
    first = await records.read(SCOPE, MANAGER, "gadgets", UUID(ids[0]))
    assert first.data["exact"] == FULL["exact"]
    assert first.data["document"] == FULL["document"]
    assert first.data["name"] == FULL["name"]
    assert (first.data["seen"], first.data["opens"]) == (FULL["seen"], FULL["opens"])
    page = await records.page(SCOPE, MANAGER, "gadgets", (("search", "arger"), ("sort", "name")))
    assert [one["id"] for one in page.data] == [ids[0]]
    history = await RecordHistory.select(RecordHistory.changes).where(RecordHistory.record == UUID(ids[0]))
    assert len(history) == 1
    restored = await records.restore(SCOPE, MANAGER, "gadgets", UUID(ids[-1]))
    assert restored.data["number"] == "G-0009"
    created = await records.create(SCOPE, MANAGER, "gadgets", {"name": "next", "code": "x"})
    assert created.data["number"] == "G-0010"
    with pytest.raises(UniqueViolation):
        await tenant.record("gadgets", code="x", number="G-0010")


@pytest.mark.parametrize("source", KINDS)
def test_all_directions(databases: Databases, source: str) -> None:
    config = databases.seeded(source)

    async def archive() -> tuple[bytes, str, list[str], dict[str, str]]:
        async with tenant_on(config) as tenant:
            ids = await fill_everything(tenant)
            return await archived(), await digest_of(), ids, await schema(tenant.engine)  # type: ignore[arg-type]  # one of ours

    data, digest, ids, tables = asyncio.run(archive())
    for target in KINDS:
        new = databases.new(target)

        async def load(new: dict[str, object] = new, target: str = target) -> None:
            async with tenant_on(new) as tenant:
                done = await loaded(data, tenant.engine)  # type: ignore[arg-type]  # one of ours
                assert (done.digest, await digest_of(), done.left_out) == (digest, digest, {})
                if target == source:
                    assert (await schema(tenant.engine)).keys() == tables.keys()  # type: ignore[arg-type]  # one of ours
                assert await Session.count() == 0
                assert await SchemaChange.count() > 0
                await is_the_same(tenant, ids)

        asyncio.run(load())


def test_every_table_that_is_archived_has_rows_in_these_tests(databases: Databases) -> None:
    """Otherwise nothing shows that its values come back."""
    config = databases.seeded("sqlite")

    async def empty() -> set[str]:
        async with tenant_on(config) as tenant:
            await fill_everything(tenant)
            counts = {
                name: (await DB.run_ddl(f'SELECT COUNT(*) AS n FROM "{name}"'))[0]["n"]  # noqa: S608 - known names
                for name in ARCHIVED | OF_THIS_TENANT.keys()
            }
        return {name for name, count in counts.items() if not count}

    assert asyncio.run(empty()) == set()


@pytest.mark.parametrize("kind", KINDS)
def test_another_tenant_gets_its_own_secrets_and_nothing_that_is_bound_to_the_first(
    databases: Databases, kind: str
) -> None:
    config, new = databases.seeded(kind), databases.new(kind)

    async def run() -> None:
        async with tenant_on(config) as tenant:
            await fill_everything(tenant)
            data, digest = await archived(), await digest_of()
        async with tenant_on(new) as tenant:
            done = await loaded(data, tenant.engine, "other", as_other_tenant=True)  # type: ignore[arg-type]  # one of ours
            assert done.left_out == dict.fromkeys(OF_THIS_TENANT, 1)
            assert done.digest == digest
            assert await digest_of("other") != digest
            secrets = [row["secret"] for row in await Factor.select(Factor.secret).order_by(Factor.kind)]
            assert secrets == ["", "other:JBSWY3DP"]
            provider = await IdentityProvider.select(IdentityProvider.client_secret)
            assert provider == [{"client_secret": "other:hush"}]

    asyncio.run(run())

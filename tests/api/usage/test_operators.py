"""What operators do to a tenant may exceed its plan; then it is reported, and more is refused."""

from pathlib import Path
from typing import Any

from central.settings.backups import FolderAddress
from tests.api.conftest import World
from tests.api.lifecycle.test_archived import backed_up
from tests.api.lifecycle.test_copies import copy, signed_in
from tests.api.lifecycle.test_moves import carry_out
from tests.api.tenants.test_archives import exported, imported
from tests.api.usage.test_count_limits import ACCOUNTS, limit_of
from tests.api.usage.test_plans import give, put
from tests.api.usage.test_usage import measured


async def usage_of(world: World, slug: str = "acme") -> Any:
    async with world.operator() as client:
        return (await client.get(f"/setup/tenants/{await world.tenant_id(slug)}/usage")).json()["current"]


async def test_rows_of_a_restored_backup_count_at_once(world_with: Any, tmp_path: Path) -> None:
    async with world_with(backup_store=FolderAddress(tmp_path / "backups")) as world:
        async with await world.user() as client:
            made = [(await client.post(ACCOUNTS, json={"name": str(n)})).json()["data"] for n in range(3)]
            backup = await backed_up(world)
            await put(world, "small", {"rows": 3})
            await give(world, "small")
            for record in made[1:]:
                assert (await client.delete(f"{ACCOUNTS}/{record['id']}")).status_code == 204
            assert (await client.post(ACCOUNTS, json={"name": "One more"})).status_code == 201
            await measured(world)
            assert (await usage_of(world))["rows"] == 2
            await carry_out(world, "restore", {"backup": backup})
            assert limit_of(await client.post(ACCOUNTS, json={"name": "4"}))[2:] == ("rows", 3, 3)
            assert len((await client.get(ACCOUNTS)).json()["data"]) == 3
        await measured(world)
        assert (await usage_of(world))["rows"] == 3


async def test_copies_and_imported_archives_may_exceed_the_plan_and_then_more_is_refused(
    world: World,
) -> None:
    async with await world.user() as client:
        for number in range(3):
            await client.post(ACCOUNTS, json={"name": str(number)})
    await put(world, "small", {"rows": 2})
    assert (await copy(world, plan="small")).status_code == 201
    query = {"slug": "imported", "name": "Imported", "primaryDomain": "imported"}
    assert (await imported(world, await exported(world), query=query)).status_code == 201
    assert (await give(world, "small", "imported")).status_code == 200
    await measured(world)
    for slug in ("copy", "imported"):
        assert (await usage_of(world, slug))["rows"] == 3
        async with await signed_in(world, slug) as client:
            assert limit_of(await client.post(ACCOUNTS, json={"name": "4"}))[2:] == ("rows", 2, 3)

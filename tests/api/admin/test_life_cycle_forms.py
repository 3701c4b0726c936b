"""The operators' forms for moving, restoring and archiving a tenant: they ask for the slug twice."""

from pathlib import Path
from typing import Any

from central.settings.backups import FolderAddress
from tests.api.admin.browsing import operators_browser
from tests.api.conftest import ON_MARIADB, World
from tests.api.lifecycle.test_archived import backed_up
from tests.api.lifecycle.test_moves import kept


async def test_archived_and_restored_by_forms(world_with: Any, tmp_path: Path) -> None:
    async with world_with(backup_store=FolderAddress(tmp_path / "backups")) as world:
        browser, backup = await operators_browser(world), await backed_up(world)
        refused = await browser.refused("restore-a-tenant", tenant="acme", backup=backup, confirm="demo")
        assert "write acme twice" in refused["form"]
        refused = await browser.refused("restore-a-tenant", tenant="acme", backup="x", confirm="acme")
        assert "no id of a backup" in refused["form"]
        await browser.done("restore-a-tenant", tenant="acme", backup=backup, confirm="acme")
        await world.run_jobs()
        assert len(await kept(world)) == 1
        await browser.done("archive-a-tenant", tenant="acme", confirm="acme")
        for _ in range(4):
            await world.run_jobs()
        assert (await world.tenant("acme")).status == "archived"
        await browser.done("restore-a-tenant", tenant="acme", confirm="acme")
        await world.run_jobs()
        assert (await world.tenant("acme")).status == "active"


@ON_MARIADB
async def test_moved_by_a_form(world: World) -> None:
    browser = await operators_browser(world)
    refused = await browser.refused("move-a-tenant", tenant="acme", server="db:x", confirm="acme")
    assert "host:port" in refused["form"]
    await browser.done("move-a-tenant", tenant="acme", confirm="acme")
    await world.run_jobs()
    assert (await world.tenant("acme")).database_server == "sqlite"

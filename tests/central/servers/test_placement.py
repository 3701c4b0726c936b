"""On which server a new tenant is created."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import cast

import pytest

from central.database import CENTRAL
from central.plans.tables import TenantPlan
from central.servers import DatabaseServer, DatabaseServers, NoServerHasRoom, UnknownServer
from central.servers.placement import Placement
from central.tables import ServerPlacement, Tenant
from piccolo_engines.sqlite import SQLiteEngine


class Server:
    """As much of a server as counts here."""

    connections = None

    def __init__(self, name: str, *, has_users: bool = True) -> None:
        self.name = name
        self.has_users = has_users


def servers(*names: str) -> DatabaseServers:
    found = [Server(name, has_users=name != "sqlite") for name in names]
    return DatabaseServers(cast("list[DatabaseServer]", found))


@pytest.fixture
async def placement(tmp_path: Path) -> AsyncIterator[Placement]:
    engine = SQLiteEngine(tmp_path / "central.sqlite")
    with CENTRAL.bind(engine):
        for table in (TenantPlan, Tenant, ServerPlacement):
            await table.create_table()
        yield Placement(servers("a:1", "b:2", "sqlite"))
    await engine.close()


async def tenants(count: int, server: str) -> None:
    for number in range(count):
        slug = f"{server[0]}{number}"
        await Tenant.insert(
            Tenant(slug=slug, name=slug, folded_name=slug, database_server=server, db_name=slug)
        )


async def test_the_default_server_gets_all_until_somebody_says_otherwise(placement: Placement) -> None:
    await tenants(3, "a:1")
    assert await placement.choose() == "a:1"
    shown = [(one.server.name, one.tenants, one.weight) for one in await placement.states()]
    assert shown == [("a:1", 3, 1), ("b:2", 0, 0), ("sqlite", 0, 0)]


async def test_tenants_are_spread_in_proportion_to_the_weights(placement: Placement) -> None:
    await placement.change("b:2", weight=2)
    for number in range(9):
        chosen = await placement.choose()
        await Tenant.insert(
            Tenant(slug=f"t{number}", name="t", folded_name="t", database_server=chosen, db_name="t")
        )
    counts = {one.server.name: one.tenants for one in await placement.states()}
    assert counts == {"a:1": 3, "b:2": 6, "sqlite": 0}


async def test_a_full_or_draining_server_gets_none(placement: Placement) -> None:
    await tenants(2, "a:1")
    await placement.change("a:1", bound=2)
    with pytest.raises(NoServerHasRoom):
        await placement.choose()
    await placement.change("b:2", weight=1)
    assert await placement.choose() == "b:2"
    await placement.change("b:2", draining=True)
    with pytest.raises(NoServerHasRoom):
        await placement.choose()
    await placement.change("a:1", bound=0)
    assert await placement.choose() == "a:1"


async def test_what_is_not_given_stays(placement: Placement) -> None:
    await placement.change("b:2", weight=3, bound=10, draining=True)
    state = await placement.change("b:2", draining=False)
    assert (state.weight, state.bound, state.draining) == (3, 10, False)
    with pytest.raises(UnknownServer):
        await placement.change("c:3", weight=1)


async def test_with_one_server_nothing_is_asked() -> None:
    assert await Placement(servers("a:1", "sqlite")).choose() == "a:1"
    assert await Placement(servers("sqlite")).choose() == "sqlite"

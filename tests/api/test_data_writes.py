"""Records over HTTP: what became of them."""

import pytest

from tests.api.conftest import World
from tests.api.scenarios import Scenario, assert_problem, check, table
from tests.api.test_data import ACCOUNTS, NOWHERE, READERS, make


@table(
    Scenario(
        name="history",
        method="GET",
        path=f"{ACCOUNTS}/{{account}}/history?limit=5",
        statuses=READERS,
        shows=('"from":"Globex","to":"Initech"', '"action":"create"'),
        hides=("Demo's own",),
    ),
)
async def test_history(world: World, scenario: Scenario, who: str) -> None:
    record, client = await make(world), await world.user()
    await client.patch(f"{ACCOUNTS}/{record['id']}", json={"name": "Initech"})
    await check(world, scenario, who, account=record["id"])


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{ACCOUNTS}/{NOWHERE}/history", 404),
        (f"{ACCOUNTS}/nonsense/history", 404),
        (f"{ACCOUNTS}/{NOWHERE}/history?limit=0", 400),
        (f"{ACCOUNTS}/{NOWHERE}/history?limt=1", 400),
        (f"{ACCOUNTS}/{NOWHERE}/history?cursor=AAAA", 400),
    ],
)
async def test_what_cannot_be_told(world: World, path: str, status: int) -> None:
    answer = await (await world.user()).get(path)
    assert answer.status_code == status
    assert_problem(answer)

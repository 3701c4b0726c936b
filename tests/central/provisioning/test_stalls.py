"""While tenants are made and deleted, others are served: the event loop is never kept for long."""

import asyncio
from collections.abc import Iterator

import pytest

from api.composition import compose
from benchmarks.provisioning_stall import Ticker, settings_in
from central.database import CENTRAL
from central.provisioning.types import TenantRequest
from tests.support.frozen import freeze, unfreeze

LIMIT = 0.050
"""Seconds of the processor that the loop's thread may use between two turns of everybody else.

Not seconds on the clock, which also pass while a busy machine does something else altogether.
"""


@pytest.fixture
def without_garbage_of_other_tests() -> Iterator[None]:
    """The collector has no look at what the test process has piled up; a server has nothing of the kind."""
    freeze()
    yield
    unfreeze()


@pytest.mark.usefixtures("without_garbage_of_other_tests")
async def test_the_loop_is_never_kept_longer_than_50_milliseconds(tmp_path):
    platform = compose(settings_in(tmp_path))
    await platform.central_migrator.migrate(platform.central_engine)
    platform.tenant_migrator.preload()
    requests = [TenantRequest(f"t{number}", "T", f"t{number}.localhost") for number in range(4)]
    ticker = Ticker()
    with CENTRAL.bind(platform.central_engine):
        ticking = asyncio.create_task(ticker.run())
        made = await asyncio.gather(*map(platform.provisioning.create, requests))
        await asyncio.gather(*(platform.provisioning.delete(one.tenant.id) for one in made))
        ticking.cancel()
        await asyncio.gather(ticking, return_exceptions=True)
    await platform.close()
    assert len(ticker.cpus) > 20
    assert max(ticker.cpus) < LIMIT

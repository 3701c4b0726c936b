"""Keys of requests in a tenant's database: who gets one, who waits, and who takes over from the dead."""

import asyncio
import json
import subprocess
import sys
from contextlib import suppress
from datetime import timedelta
from pathlib import Path

import pytest

from piccolo_conf import DB
from piccolo_engines.columns import new_id, utc_now
from piccolo_engines.idempotency import Claim, IdempotencyBusy, IdempotencyMismatch
from piccolo_engines.leases import Lease
from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.records.idempotency import StoredResponse, TenantIdempotency
from tenant_schema.records.tables import IdempotentRequest, RecordHistory
from tests.support.servers import KINDS
from tests.support.waiting import until
from tests.tenant_schema.objects.databases import Bound

ROOT = Path(__file__).parents[3]
CLAIM = Claim("f" * 64, "b" * 64)
OTHER_BODY = Claim("f" * 64, "c" * 64)
ANSWER = StoredResponse(201, {"etag": '"1"'}, '{"ä": 1}')


@pytest.fixture
async def requests(any_database: Bound) -> TenantIdempotency:
    await IdempotentRequest.create_table()
    return TenantIdempotency()


async def test_a_request_of_another_process_waits_and_gets_the_answer(requests: TenantIdempotency) -> None:
    taken = asyncio.Event()

    async def first() -> None:
        async with DB.transaction():
            lease = await taken_by(requests)
            taken.set()
            await asyncio.sleep(0.2)
            await requests.store(lease, ANSWER)

    async def second() -> StoredResponse | Lease:
        await taken.wait()
        async with DB.transaction():
            return await TenantIdempotency().take(CLAIM)

    assert (await asyncio.gather(first(), second()))[1] == ANSWER


async def test_when_the_first_one_fails_the_next_one_acts(requests: TenantIdempotency) -> None:
    taken = asyncio.Event()

    async def first() -> None:
        async with DB.transaction():
            await requests.take(CLAIM)
            taken.set()
            await asyncio.sleep(0.1)
            raise ZeroDivisionError

    async def second() -> StoredResponse | Lease:
        await taken.wait()
        async with DB.transaction():
            return await TenantIdempotency().take(CLAIM)

    results = await asyncio.gather(first(), second(), return_exceptions=True)
    assert isinstance(results[0], ZeroDivisionError)
    assert isinstance(results[1], Lease)


async def test_another_body_is_told_apart(requests: TenantIdempotency) -> None:
    await requests.store(await taken_by(requests), ANSWER)
    with pytest.raises(IdempotencyMismatch):
        await requests.take(OTHER_BODY)
    assert await requests.take(CLAIM) == ANSWER


async def test_a_lease_holds_the_key_until_it_runs_out(requests: TenantIdempotency) -> None:
    await taken_by(requests)
    with pytest.raises(IdempotencyBusy):
        await requests.take(CLAIM, lease=True)
    with pytest.raises(IdempotencyMismatch):
        await requests.take(OTHER_BODY, lease=True)
    await run_out()
    takers = [requests.take(CLAIM, lease=True) for _ in range(4)]
    results = await asyncio.gather(*takers, return_exceptions=True)
    assert sum(isinstance(result, Lease) for result in results) == 1
    assert all(isinstance(result, Lease | IdempotencyBusy) for result in results)


async def test_a_renewed_lease_holds_on(requests: TenantIdempotency) -> None:
    lease = await taken_by(requests)
    await run_out()
    assert await requests.leases.renew(lease)
    with pytest.raises(IdempotencyBusy):
        await requests.take(CLAIM, lease=True)


async def test_a_released_key_is_free(requests: TenantIdempotency) -> None:
    await requests.leases.release(await taken_by(requests))
    assert isinstance(await requests.take(OTHER_BODY, lease=True), Lease)


async def test_a_holder_that_stalls_beyond_its_lease_has_no_effect_any_more(
    requests: TenantIdempotency,
) -> None:
    first = await taken_by(requests)
    await run_out()
    second = await taken_by(requests)

    assert not await requests.leases.renew(first)
    await requests.leases.release(first)  # as if the first one had failed
    with pytest.raises(IdempotencyBusy):
        await requests.take(CLAIM, lease=True)
    assert not await requests.store(first, StoredResponse(201, {}, '"late"'))

    assert await requests.store(second, ANSWER)
    assert not await requests.store(first, StoredResponse(201, {}, '"late"'))
    await requests.leases.release(first)
    assert await requests.take(CLAIM) == ANSWER


async def test_a_key_that_is_still_held_is_not_forgotten_after_a_day(requests: TenantIdempotency) -> None:
    lease = await taken_by(requests)
    await IdempotentRequest.update({IdempotentRequest.created_at: utc_now() - timedelta(days=2)}, force=True)
    await requests.prune(new_id())
    with pytest.raises(IdempotencyBusy):
        await requests.take(CLAIM, lease=True)
    await run_out()
    assert isinstance(await requests.take(OTHER_BODY, lease=True), Lease)
    assert not await requests.store(lease, ANSWER)


async def taken_by(requests: TenantIdempotency) -> Lease:
    """The key, taken."""
    taken = await requests.take(CLAIM, lease=True)
    assert isinstance(taken, Lease)
    return taken


async def run_out() -> None:
    """Let the time of every holder be up, as when its process stalls."""
    ran_out = {IdempotentRequest.leased_until: utc_now() - timedelta(seconds=1)}
    await IdempotentRequest.update(ran_out, force=True)


DYING = """
import asyncio, json, os, sys
from piccolo_conf import DB
from piccolo_engines.columns import new_id
from piccolo_engines.idempotency import Claim
from piccolo_engines.mysql import MySQLEngine
from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.records.idempotency import StoredResponse, TenantIdempotency
from tenant_schema.records.tables import RecordHistory

config, at = json.loads(sys.argv[1]), sys.argv[2]
engine = SQLiteEngine(config["path"]) if "path" in config else MySQLEngine(config)

def die(point):
    if point == at:
        os.kill(os.getpid(), 9)

async def main():
    requests, claim = TenantIdempotency(), Claim("f" * 64, "b" * 64)
    with DB.bind(engine):
        async with DB.transaction():
            lease = await requests.take(claim)
            die("taken")
            await RecordHistory.insert(RecordHistory(object=new_id(), record=new_id()))
            die("done")
            await requests.store(lease, StoredResponse(201, {"etag": '"1"'}, '{"ä": 1}'))
            die("kept")
        die("committed")

asyncio.run(main())
"""


@pytest.mark.parametrize(
    ("any_database", "at"),
    [
        *[("sqlite", at) for at in ("taken", "done", "kept", "committed")],
        *[(kind, at) for kind in KINDS for at in ("kept", "committed")],
    ],
    indirect=["any_database"],
)
async def test_a_process_that_is_killed_leaves_both_or_neither(
    requests: TenantIdempotency, any_database: Bound, at: str
) -> None:
    await RecordHistory.create_table()
    is_file = isinstance(any_database, SQLiteEngine)
    config = {"path": str(any_database.path)} if is_file else any_database.config
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", DYING, json.dumps(config), at], cwd=ROOT, check=False
    )
    assert done.returncode == -9
    answer = await retrying_while_busy(requests)
    kept = answer if isinstance(answer, StoredResponse) else None
    assert (kept, await RecordHistory.count()) == ((ANSWER, 1) if at == "committed" else (None, 0))


async def retrying_while_busy(requests: TenantIdempotency) -> StoredResponse | Lease:
    """A server takes a moment to notice that a client is dead."""

    async def taken() -> StoredResponse | Lease | None:
        with suppress(IdempotencyBusy):
            return await requests.take(CLAIM)
        return None

    given = await until(taken)
    assert given is not None
    return given

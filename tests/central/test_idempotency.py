"""Idempotency keys: one acts, all get its answer, and a dead one does not block the key."""

import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest

from central.database import CENTRAL
from central.idempotency import Idempotency, StoredResponse
from central.tables import IdempotencyKey
from piccolo_engines.idempotency import IdempotencyBusy, IdempotencyMismatch, InvalidIdempotencyKey
from piccolo_engines.leases import Lease
from piccolo_engines.sqlite import SQLiteEngine
from tests.central.conftest import ON_SQLITE
from tests.central.rows import Clock
from tests.support.waiting import until

pytestmark = pytest.mark.usefixtures("central")

ANNA, BERT = uuid4(), uuid4()
BODY = b'POST /setup/tenants {"slug": "acme"}'


class Work:
    """Counts how often it is done."""

    def __init__(self, seconds: float = 0.0) -> None:
        self.times = 0
        self.attempts: list[Lease] = []
        self._seconds = seconds

    async def __call__(self, attempt: Lease) -> StoredResponse:
        self.times += 1
        self.attempts.append(attempt)
        await asyncio.sleep(self._seconds)
        return StoredResponse(201, {"tenantId": "1", "dbPassword": "hush", "admin": {"password": "hush"}})


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def idempotency(clock: Clock) -> Idempotency:
    """Time passes when it sleeps, and only then."""

    async def sleep(seconds: float) -> None:
        clock.seconds += seconds
        await asyncio.sleep(0)

    return Idempotency(lease_seconds=30, wait_seconds=20, now=clock.now, sleep=sleep)


async def test_the_first_request_acts_and_later_ones_get_its_answer_without_the_secrets() -> None:
    work, idempotency = Work(), Idempotency()
    first = await idempotency.run(ANNA, "k", BODY, work)
    assert first.body == {"tenantId": "1", "dbPassword": "hush", "admin": {"password": "hush"}}
    assert not first.is_replay
    for _ in range(3):
        again = await idempotency.run(ANNA, "k", BODY, work)
        assert again == StoredResponse(
            201, {"tenantId": "1", "dbPassword": None, "admin": {"password": None}}, True
        )
    assert work.times == 1


async def test_no_secret_is_kept() -> None:
    await Idempotency().run(ANNA, "k", BODY, Work())
    assert "hush" not in str(await IdempotencyKey.select())


async def test_fifty_simultaneous_requests_act_once_and_get_one_answer() -> None:
    work, idempotency = Work(seconds=0.2), Idempotency()
    answers = await asyncio.gather(*(idempotency.run(ANNA, "k", BODY, work) for _ in range(50)))
    assert work.times == 1
    assert sum(answer.is_replay for answer in answers) == 49
    assert {answer.status for answer in answers} == {201}
    assert {answer.body["tenantId"] for answer in answers} == {"1"}  # type: ignore[index]  # it is a mapping


@ON_SQLITE
async def test_requests_to_several_processes_act_once(central: SQLiteEngine) -> None:
    work = Work(seconds=0.1)
    engines = [SQLiteEngine(central.path, synchronous="OFF") for _ in range(5)]

    async def request(engine: SQLiteEngine) -> StoredResponse:
        with CENTRAL.bind(engine):
            return await Idempotency().run(ANNA, "k", BODY, work)

    answers = await asyncio.gather(*map(request, engines))
    assert work.times == 1
    assert sum(answer.is_replay for answer in answers) == 4
    for engine in engines:
        await engine.close()


async def test_the_same_key_with_another_body_is_refused_before_and_after_the_answer() -> None:
    work, idempotency = Work(), Idempotency()
    attempt = await idempotency.begin(ANNA, "k", BODY)
    assert isinstance(attempt, Lease)
    with pytest.raises(IdempotencyMismatch):
        await idempotency.run(ANNA, "k", b"other", work)
    await idempotency.finish(attempt, StoredResponse(201, {}))
    with pytest.raises(IdempotencyMismatch):
        await idempotency.run(ANNA, "k", b"other", work)
    assert work.times == 0


async def test_keys_belong_to_their_operator() -> None:
    work, idempotency = Work(), Idempotency()
    await idempotency.run(ANNA, "k", BODY, work)
    await idempotency.run(BERT, "k", b"other", work)
    await idempotency.run(ANNA, "K", BODY, work)
    assert work.times == 3


@pytest.mark.parametrize("key", ["", " ", "a b", "x" * 256, "\u00fc", "a\nb", "\0"])
async def test_a_key_is_plain_text_of_limited_length(key: str) -> None:
    with pytest.raises(InvalidIdempotencyKey):
        await Idempotency().run(ANNA, key, BODY, Work())


async def test_a_failed_attempt_frees_the_key_at_once() -> None:
    async def fail(attempt: Lease) -> StoredResponse:
        raise ZeroDivisionError

    work, idempotency = Work(), Idempotency()
    with pytest.raises(ZeroDivisionError):
        await idempotency.run(ANNA, "k", BODY, fail)
    assert not (await idempotency.run(ANNA, "k", b"another body", work)).is_replay
    assert work.times == 1


async def test_when_the_first_fails_one_of_those_that_wait_acts() -> None:
    outcomes = iter([ZeroDivisionError()])
    work = Work(seconds=0.05)

    async def fail_once(attempt: Lease) -> StoredResponse:
        await asyncio.sleep(0.05)
        if error := next(outcomes, None):
            raise error
        return await work(attempt)

    idempotency = Idempotency()
    results = await asyncio.gather(
        *(idempotency.run(ANNA, "k", BODY, fail_once) for _ in range(10)), return_exceptions=True
    )
    assert sum(isinstance(result, ZeroDivisionError) for result in results) == 1
    assert sum(isinstance(result, StoredResponse) for result in results) == 9
    assert work.times == 1


async def test_a_cancelled_attempt_frees_the_key() -> None:
    started = asyncio.Event()

    async def hang(attempt: Lease) -> StoredResponse:
        started.set()
        await asyncio.sleep(60)
        raise AssertionError

    idempotency = Idempotency()
    request = asyncio.create_task(idempotency.run(ANNA, "k", BODY, hang))
    await started.wait()
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    assert await IdempotencyKey.count() == 0


async def test_who_waits_too_long_gets_a_time_to_retry(idempotency: Idempotency, clock: Clock) -> None:
    await idempotency.begin(ANNA, "k", BODY)
    before = clock.seconds
    with pytest.raises(IdempotencyBusy) as caught:
        await idempotency.run(ANNA, "k", BODY, Work())
    assert 20 <= clock.seconds - before < 21
    assert caught.value.retry_after >= 1


async def test_the_key_of_a_dead_attempt_can_be_used_when_its_lease_is_over(
    idempotency: Idempotency, clock: Clock
) -> None:
    work = Work()
    dead = await idempotency.begin(ANNA, "k", BODY)
    assert isinstance(dead, Lease)
    clock.seconds += 31
    assert not (await idempotency.run(ANNA, "k", BODY, work)).is_replay
    (attempt,) = work.attempts
    assert attempt.id == dead.id
    assert attempt.is_takeover
    assert not dead.is_takeover
    assert not await idempotency.keep(dead)
    assert not await idempotency.finish(dead, StoredResponse(201, {"tenantId": "2"}))
    await idempotency.release(dead)
    assert (await idempotency.run(ANNA, "k", BODY, work)).body["tenantId"] == "1"  # type: ignore[index]  # a mapping


async def test_of_many_that_wait_for_a_dead_attempt_one_takes_over(clock: Clock) -> None:
    """Time stands still while they wait: nobody's lease or patience runs out on a slow machine."""
    work, idempotency = Work(), Idempotency(lease_seconds=30, now=clock.now)
    await idempotency.begin(ANNA, "k", BODY)
    clock.seconds += 31
    answers = await asyncio.gather(*(idempotency.run(ANNA, "k", BODY, work) for _ in range(20)))
    assert work.times == 1
    assert sum(answer.is_replay for answer in answers) == 19


async def test_a_renewed_lease_is_not_taken_over(idempotency: Idempotency, clock: Clock) -> None:
    attempt = await idempotency.begin(ANNA, "k", BODY)
    assert isinstance(attempt, Lease)
    for _ in range(3):
        clock.seconds += 20
        assert await idempotency.keep(attempt)
    with pytest.raises(IdempotencyBusy):
        await idempotency.begin(ANNA, "k", BODY)


async def test_long_work_renews_its_lease_by_itself(clock: Clock) -> None:
    """Time passes between renewals, and only then; the work takes four times as long as the lease."""

    async def sleep(seconds: float) -> None:
        clock.seconds += 10 if seconds == 10 else 0  # a third of the lease: the pause between renewals
        await asyncio.sleep(0.01)

    work, began = Work(), clock.seconds
    idempotency = Idempotency(lease_seconds=30, wait_seconds=10_000, now=clock.now, sleep=sleep)

    async def long_work(attempt: Lease) -> StoredResponse:
        await until(lambda: clock.seconds >= began + 120)
        return await work(attempt)

    answers = await asyncio.gather(*(idempotency.run(ANNA, "k", BODY, long_work) for _ in range(5)))
    assert work.times == 1
    assert sum(answer.is_replay for answer in answers) == 4


async def test_the_answer_is_given_even_if_it_cannot_be_kept(central: SQLiteEngine) -> None:
    async def act_and_lose_the_database(attempt: Lease) -> StoredResponse:
        await central.close()
        return StoredResponse(201, {"tenantId": "1"})

    assert (await Idempotency().run(ANNA, "k", BODY, act_and_lose_the_database)).status == 201


async def test_any_json_answer_comes_back_as_it_was() -> None:
    for number, body in enumerate([None, [], {}, "text", 1, {"a": [1, None, {"b": "\u00fc"}]}]):

        async def act(attempt: Lease, body: object = body) -> StoredResponse:
            return StoredResponse(200, body)

        await Idempotency().run(ANNA, f"k{number}", BODY, act)
        assert (await Idempotency().run(ANNA, f"k{number}", BODY, act)).body == body


async def test_old_keys_are_purged_and_young_ones_kept(idempotency: Idempotency, clock: Clock) -> None:
    work = Work()
    await idempotency.run(ANNA, "old", BODY, work)
    clock.seconds += timedelta(days=2).total_seconds()
    await idempotency.run(ANNA, "young", BODY, work)
    await idempotency.purge(timedelta(days=1))
    assert await IdempotencyKey.select(IdempotencyKey.key).output(as_list=True) == ["young"]

"""Counting attempts: per account and per address, at once, for accounts that do not exist as well."""

import asyncio

import pytest

from piccolo_conf import DB
from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.users.errors import TooBusy, TooManyAttempts
from tenant_schema.users.sign_in.throttle import Throttle
from tenant_schema.users.tables import SignInThrottle
from tests.tenant_schema.users.doubles import Clock

EMAIL, ADDRESS = "ada@acme.example", "192.0.2.1"


@pytest.fixture
def throttle(clock: Clock, bound) -> Throttle:
    return Throttle(now=clock.utc)


async def refused(throttle: Throttle, email: str, address: str = ADDRESS) -> int:
    """How long the next attempt has to wait; 0 when it was let in (and counted)."""
    try:
        await throttle.reserve(email, address)
    except TooManyAttempts as error:
        return error.retry_after
    return 0


async def failures() -> list[int]:
    return sorted(row["failures"] for row in await SignInThrottle.select(SignInThrottle.failures))


async def test_five_attempts_are_let_in_and_the_sixth_waits(throttle) -> None:
    assert [await refused(throttle, EMAIL) for _ in range(6)] == [0, 0, 0, 0, 0, 30]


async def test_fifty_attempts_at_once_get_five_tries(throttle) -> None:
    waits = await asyncio.gather(*(refused(throttle, EMAIL, f"192.0.2.{n}") for n in range(50)))

    assert waits.count(0) == 5


async def test_fifty_attempts_at_once_at_fifty_accounts_from_one_address_are_counted_as_fifty(
    throttle,
) -> None:
    waits = await asyncio.gather(*(refused(throttle, f"user{n}@acme.example") for n in range(60)))

    assert waits.count(0) == 50


async def test_another_process_counts_on(throttle, clock: Clock) -> None:
    for _ in range(5):
        await throttle.reserve(EMAIL, ADDRESS)

    assert await refused(Throttle(now=clock.utc), EMAIL) == 30


async def test_fifty_attempts_at_once_in_two_processes_get_five_tries(throttle, bound) -> None:
    engines = [SQLiteEngine(bound.path, synchronous="OFF") for _ in range(2)]

    async def attempt_on(engine: SQLiteEngine) -> int:
        with DB.bind(engine):
            return await refused(throttle, EMAIL)

    waits = await asyncio.gather(*(attempt_on(engine) for engine in engines * 25))

    assert waits.count(0) == 5
    for engine in engines:
        await engine.close()


async def test_who_waited_gets_one_attempt_and_then_waits_twice_as_long(throttle, clock: Clock) -> None:
    for _ in range(5):
        await throttle.reserve(EMAIL, ADDRESS)

    clock.advance(seconds=29)
    assert await refused(throttle, EMAIL) == 1
    clock.advance(seconds=1)
    assert await refused(throttle, EMAIL) == 0
    assert await refused(throttle, EMAIL) == 60


async def test_what_is_refused_is_not_counted(throttle, clock: Clock) -> None:
    for _ in range(100):
        await refused(throttle, EMAIL)

    clock.advance(seconds=30)

    assert await refused(throttle, EMAIL) == 0


async def test_an_account_is_shut_for_every_address_and_no_other_account_is(throttle) -> None:
    for _ in range(5):
        await throttle.reserve(EMAIL, ADDRESS)

    assert await refused(throttle, EMAIL, "198.51.100.1") == 30
    assert await refused(throttle, "bob@acme.example") == 0


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("testclient", "testclient", True),
    ],
)
async def test_what_counts_as_one_address(throttle, one: str, other: str, same: bool) -> None:
    await throttle.reserve("a@acme.example", one)
    await throttle.reserve("b@acme.example", other)

    assert await failures() == ([1, 1, 2] if same else [1, 1, 1, 1])


async def test_without_an_address_the_account_counts_alone(throttle) -> None:
    await throttle.reserve(EMAIL, "")

    assert await failures() == [1]


async def test_success_clears_the_account_and_gives_one_attempt_back_to_the_address(throttle) -> None:
    await throttle.reserve("bob@acme.example", ADDRESS)
    for _ in range(3):
        await throttle.reserve(EMAIL, ADDRESS)

    await throttle.clear(await throttle.reserve(EMAIL, ADDRESS))

    assert await failures() == [1, 4]


async def test_success_opens_the_door_that_its_own_attempt_shut_behind_itself(throttle, clock: Clock) -> None:
    for _ in range(49):
        await throttle.reserve(f"user{_}@acme.example", ADDRESS)

    last = await throttle.reserve(EMAIL, ADDRESS)
    assert await refused(throttle, "bob@acme.example") == 30
    await throttle.clear(last)

    assert await refused(throttle, "bob@acme.example") == 0


@pytest.mark.parametrize("before", [48, 49])
async def test_success_does_not_open_a_door_that_somebody_else_shut(
    throttle, clock: Clock, before: int
) -> None:
    for n in range(before):
        await throttle.reserve(f"user{n}@acme.example", ADDRESS)
    mine = await throttle.reserve(EMAIL, ADDRESS)
    clock.advance(seconds=30)
    await throttle.reserve("bob@acme.example", ADDRESS)

    await throttle.clear(mine)

    assert await refused(throttle, EMAIL) == (30 if before == 48 else 60)


async def test_an_attempt_for_which_there_was_no_time_is_not_counted(throttle) -> None:
    for _ in range(20):
        with pytest.raises(TooBusy):
            async with throttle.attempt(EMAIL, ADDRESS):
                raise TooBusy(1)

    assert await failures() == [0, 0]
    assert await refused(throttle, EMAIL) == 0


@pytest.mark.parametrize("error", [asyncio.CancelledError, RuntimeError])
async def test_an_attempt_that_ends_in_any_other_way_stays_counted(
    throttle, error: type[BaseException]
) -> None:
    with pytest.raises(error):
        async with throttle.attempt(EMAIL, ADDRESS):
            raise error

    assert await failures() == [1, 1]


async def test_rows_that_are_forgotten_anyway_are_purged(throttle, clock: Clock) -> None:
    for n in range(10):
        await throttle.reserve(f"user{n}@acme.example", f"192.0.2.{n}")
    clock.advance(hours=25)

    await throttle.reserve(EMAIL, ADDRESS)

    assert await failures() == [1, 1]


async def test_what_was_typed_is_kept_nowhere(throttle) -> None:
    await throttle.reserve("my secret password", ADDRESS)

    assert "secret" not in str(await SignInThrottle.select())
    assert ADDRESS not in str(await SignInThrottle.select())


async def test_the_statements_of_an_attempt(throttle, counting) -> None:
    with counting() as first:
        await throttle.reserve(EMAIL, ADDRESS)
    with counting() as second:
        reservation = await throttle.reserve(EMAIL, ADDRESS)
    with counting() as cleared:
        await throttle.clear(reservation)
    for _ in range(5):
        last = await throttle.reserve(EMAIL, ADDRESS)
    with counting() as shut:
        await refused(throttle, EMAIL)
    with counting() as given_back:
        await throttle.give_back(last)

    assert [len(part) for part in (first, second, cleared, shut, given_back)] == [5, 4, 2, 1, 3]

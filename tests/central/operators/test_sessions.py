"""Operators' sessions in a browser: begun with a token, worth no more than it, over when nobody uses them."""

from datetime import timedelta

import pytest

from central.operators.service import NewToken, OperatorRef, Operators
from central.operators.sessions import OperatorSessions
from central.tables import OperatorSession
from piccolo_engines.sqlite import SQLiteEngine
from tests.central.conftest import ON_SQLITE
from tests.central.rows import Clock, statements_of

pytestmark = pytest.mark.usefixtures("central")


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def operators(clock: Clock) -> Operators:
    return Operators(now=clock.now)


@pytest.fixture
def sessions(operators: Operators, clock: Clock) -> OperatorSessions:
    return OperatorSessions(operators, now=clock.now)


@pytest.fixture
async def anna(operators: Operators) -> NewToken:
    return await operators.create("Anna")


async def test_a_session_is_its_operator_s_whatever_the_case_of_the_name(
    sessions: OperatorSessions, anna: NewToken
) -> None:
    begun = await sessions.begin(" aNNa ", f" {anna.token} ", "192.0.2.1", "Firefox")
    assert begun is not None
    assert begun.operator == anna.operator
    assert await sessions.authenticate(begun.secret) == anna.operator
    assert begun.secret not in repr(begun)
    row = (await OperatorSession.select())[0]
    assert begun.secret not in str(row)
    assert (row["address"], row["user_agent"]) == ("192.0.2.1", "Firefox")


@pytest.mark.parametrize(("name", "token"), [("Bert", None), ("", None), ("Anna", "fho_wrong"), ("Anna", "")])
async def test_a_name_and_a_token_must_belong_together(
    sessions: OperatorSessions, anna: NewToken, name: str, token: str | None
) -> None:
    assert await sessions.begin(name, anna.token if token is None else token) is None
    assert not await OperatorSession.exists()


@pytest.mark.parametrize("secret", ["", "fhc_", "fho_x", "fhc_" + "a" * 43, "fhc_" + "a" * 500, "fhc_é"])
async def test_a_made_up_secret_is_nobody_s(sessions: OperatorSessions, anna: NewToken, secret: str) -> None:
    await sessions.begin("Anna", anna.token)
    assert await sessions.authenticate(secret) is None


async def test_a_session_lasts_while_it_is_used_and_twelve_hours_at_most(
    sessions: OperatorSessions, anna: NewToken, clock: Clock
) -> None:
    begun = await sessions.begin("Anna", anna.token)
    assert begun is not None
    for _ in range(14):
        clock.seconds += 50 * 60
        assert await sessions.authenticate(begun.secret) is not None
    clock.seconds += 50 * 60
    assert await sessions.authenticate(begun.secret) is None, "twelve hours are over"
    other = await sessions.begin("Anna", anna.token)
    assert other is not None
    assert await OperatorSession.count() == 1, "the old one is gone"
    clock.seconds += 61 * 60
    assert await sessions.authenticate(other.secret) is None, "not used for an hour"


async def test_it_ends_with_its_token_and_with_its_operator(
    sessions: OperatorSessions, operators: Operators, anna: NewToken, clock: Clock
) -> None:
    short = await operators.issue("Anna", expires_at=clock.now() + timedelta(minutes=5))
    by_anna, by_short = (
        await sessions.begin("Anna", anna.token),
        await sessions.begin("Anna", short.token),
    )
    assert by_anna is not None
    assert by_short is not None
    clock.seconds += 6 * 60
    assert await sessions.authenticate(by_short.secret) is None
    assert await sessions.authenticate(by_anna.secret) is not None
    await operators.revoke("Anna")
    assert await sessions.authenticate(by_anna.secret) is None


async def test_one_that_began_before_a_factor_was_needed_is_refused_once_it_is(
    operators: Operators, sessions: OperatorSessions, anna: NewToken, clock: Clock
) -> None:
    async def proven(_operator: OperatorRef) -> bool:
        return True

    before = await sessions.begin("Anna", anna.token)
    complete = await sessions.begin("Anna", anna.token, prove=proven)
    assert before is not None
    assert complete is not None
    strict = OperatorSessions(operators, needs_factor=True, now=clock.now)
    assert await strict.authenticate(before.secret) is None
    assert await strict.authenticate(complete.secret) == anna.operator
    assert await sessions.authenticate(before.secret) == anna.operator


async def test_ending_it_twice_changes_nothing(sessions: OperatorSessions, anna: NewToken) -> None:
    begun = await sessions.begin("Anna", anna.token)
    assert begun is not None
    await sessions.end(begun.secret)
    await sessions.end(begun.secret)
    assert await sessions.authenticate(begun.secret) is None


@ON_SQLITE
async def test_a_request_costs_one_statement_and_once_a_minute_another(
    sessions: OperatorSessions, anna: NewToken, clock: Clock, central: SQLiteEngine
) -> None:
    begun = await sessions.begin("Anna", anna.token)
    assert begun is not None
    with statements_of(central) as statements:
        await sessions.authenticate(begun.secret)
    assert len(statements) == 1
    clock.seconds += 2 * 60
    with statements_of(central) as statements:
        await sessions.authenticate(begun.secret)
        await sessions.authenticate(begun.secret)
    assert len(statements) == 3

"""Operators: tokens shown once, kept hashed, refused the moment they are revoked."""

import asyncio
import re
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from central.database import CENTRAL
from central.errors import InvalidOperatorName, OperatorNotFound, OperatorTaken, TokenNotFound
from central.operators.service import FIRST_OPERATOR, Operators
from central.tables import Operator, OperatorToken
from piccolo_engines.sqlite import SQLiteEngine
from tests.central.conftest import ON_SQLITE
from tests.central.rows import Clock, statements_of

pytestmark = pytest.mark.usefixtures("central")

CONFIGURED = "a-configured-operator-token"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def operators(clock: Clock) -> Operators:
    return Operators(now=clock.now)


async def test_a_token_is_known_by_its_form_and_tells_whose_it_is(operators: Operators) -> None:
    made = await operators.create("anna")
    assert re.fullmatch(r"fho_[A-Za-z0-9_-]{43}", made.token)
    assert await operators.authenticate(made.token) == made.operator
    assert made.operator.name == "anna"


@ON_SQLITE
async def test_the_token_itself_is_kept_nowhere(operators: Operators, central: SQLiteEngine) -> None:
    made = await operators.create("anna")
    await operators.authenticate(made.token)
    await central.close()
    files = b"".join(file.read_bytes() for file in central.path.parent.glob("central.sqlite*"))
    assert b"anna" in files
    assert made.token.encode() not in files
    assert made.token not in repr(made)


async def test_the_list_shows_how_tokens_begin_and_no_hash(operators: Operators) -> None:
    made = await operators.create("anna")
    (anna,) = await operators.list()
    (token,) = anna.tokens
    assert made.token.startswith(token.hint)
    assert len(token.hint) == 8
    (row,) = await OperatorToken.select()
    assert row["token_hash"] not in repr(anna)


@pytest.mark.parametrize(
    "token", ["", "fho_", "fho_" + "A" * 43, "Bearer x", "\u00fc" * 20, "x" * 10_000, "\0", "' OR ''='", None]
)
async def test_a_token_that_was_never_made_is_refused(operators: Operators, token: str | None) -> None:
    await operators.create("anna")
    assert await operators.authenticate(token) is None


async def test_neither_the_hash_nor_another_case_of_a_token_is_good(operators: Operators) -> None:
    made = await operators.create("anna")
    (row,) = await OperatorToken.select()
    for token in (
        row["token_hash"],
        made.token.swapcase(),
        made.token[:-1],
        made.token + " ",
        f" {made.token}",
    ):
        assert await operators.authenticate(token) is None


async def test_nonsense_is_refused_without_asking_the_database(
    operators: Operators, central: SQLiteEngine
) -> None:
    with statements_of(central) as statements:
        for token in (None, "", "x" * 201, "\u00fc"):
            await operators.authenticate(token)
    assert statements == []


async def test_a_token_expires(operators: Operators, clock: Clock) -> None:
    made = await operators.create("anna", expires_at=clock.now() + timedelta(seconds=60))
    clock.seconds += 59
    assert await operators.authenticate(made.token)
    clock.seconds += 1
    assert await operators.authenticate(made.token) is None


async def test_a_revoked_token_is_refused_at_once_and_others_go_on(operators: Operators) -> None:
    first, second = await operators.create("anna"), await operators.issue("anna")
    await operators.revoke_token(first.token_id)
    assert await operators.authenticate(first.token) is None
    assert await operators.authenticate(second.token) == second.operator


async def test_revoking_twice_keeps_the_first_date(operators: Operators, clock: Clock) -> None:
    made = await operators.create("anna")
    await operators.revoke_token(made.token_id)
    revoked_at = clock.now()
    clock.seconds += 60
    await operators.revoke_token(made.token_id)
    await operators.revoke("anna")
    assert (await operators.list())[0].tokens[0].revoked_at == revoked_at


async def test_a_revoked_operator_is_refused_with_every_token(operators: Operators) -> None:
    tokens = [(await operators.create("anna")).token, (await operators.issue("anna")).token]
    bert = await operators.create("bert")
    await operators.revoke("anna")
    assert [await operators.authenticate(token) for token in tokens] == [None, None]
    assert await operators.authenticate(bert.token) == bert.operator
    assert [(record.name, record.active) for record in await operators.list()] == [
        ("anna", False),
        ("bert", True),
    ]


async def test_an_inactive_operator_is_refused_with_a_token_that_is_not_revoked(operators: Operators) -> None:
    made = await operators.create("anna")
    await Operator.update({Operator.active: False}).where(Operator.id == made.operator.id)
    assert await operators.authenticate(made.token) is None


async def test_a_new_token_brings_a_revoked_operator_back_but_not_the_old_tokens(
    operators: Operators,
) -> None:
    old = await operators.create("anna")
    await operators.revoke("anna")
    new = await operators.issue("anna")
    assert await operators.authenticate(new.token) == old.operator
    assert await operators.authenticate(old.token) is None


async def test_names_are_unique_and_checked(operators: Operators) -> None:
    await operators.create(" anna ")
    with pytest.raises(OperatorTaken):
        await operators.create("anna")
    for name in ("", " ", "a\nb", "x" * 101):
        with pytest.raises(InvalidOperatorName):
            await operators.create(name)
    assert await OperatorToken.count() == 1


async def test_who_does_not_exist_is_not_found(operators: Operators) -> None:
    with pytest.raises(OperatorNotFound):
        await operators.issue("nobody")
    with pytest.raises(OperatorNotFound):
        await operators.revoke("nobody")
    with pytest.raises(TokenNotFound):
        await operators.revoke_token(uuid4())


async def test_a_request_costs_one_statement_and_a_note_once_a_minute(
    operators: Operators, central: SQLiteEngine, clock: Clock
) -> None:
    made = await operators.create("anna")
    with statements_of(central) as statements:
        for _ in range(120):
            await operators.authenticate(made.token)
            clock.seconds += 1
    assert sum(statement.startswith("SELECT") for statement in statements) == 120
    assert sum(statement.startswith("UPDATE") for statement in statements) == 2
    (token,) = (await operators.list())[0].tokens
    assert token.last_used_at == clock.now() - timedelta(seconds=60)


async def test_a_refused_token_is_not_noted_as_used(operators: Operators) -> None:
    made = await operators.create("anna")
    await operators.revoke_token(made.token_id)
    await operators.authenticate(made.token)
    assert (await operators.list())[0].tokens[0].last_used_at is None


@ON_SQLITE
async def test_a_locked_database_does_not_refuse_a_good_token(
    operators: Operators, central: SQLiteEngine, tmp_path: Path
) -> None:
    made = await operators.create("anna")
    impatient = SQLiteEngine(central.path, busy_timeout=0.05)
    async with CENTRAL.transaction():
        with CENTRAL.bind(impatient):
            assert await operators.authenticate(made.token) == made.operator
    await impatient.close()


async def test_the_first_operators_token_is_made_up_and_shown_once(operators: Operators) -> None:
    token = await operators.ensure_first_operator()
    assert token is not None
    operator = await operators.authenticate(token)
    assert operator is not None
    assert operator.name == FIRST_OPERATOR
    assert await operators.ensure_first_operator() is None
    assert await Operator.count() == await OperatorToken.count() == 1


async def test_a_configured_token_becomes_the_first_operators_and_is_not_shown(operators: Operators) -> None:
    assert await operators.ensure_first_operator(CONFIGURED) is None
    assert await operators.ensure_first_operator(CONFIGURED) is None
    assert await operators.authenticate(CONFIGURED) is not None
    assert await OperatorToken.count() == 1
    assert "configured" not in (await operators.list())[0].tokens[0].hint


async def test_a_token_configured_later_is_accepted_beside_the_old_one(operators: Operators) -> None:
    made_up = await operators.ensure_first_operator()
    assert await operators.ensure_first_operator(CONFIGURED) is None
    assert await operators.authenticate(CONFIGURED) == await operators.authenticate(made_up)


async def test_a_configured_token_that_was_revoked_stays_revoked(operators: Operators) -> None:
    await operators.ensure_first_operator(CONFIGURED)
    (record,) = await operators.list()
    await operators.revoke_token(record.tokens[0].id)
    await operators.ensure_first_operator(CONFIGURED)
    assert await operators.authenticate(CONFIGURED) is None
    await operators.revoke(FIRST_OPERATOR)
    await operators.ensure_first_operator("another-configured-token")
    assert await operators.authenticate("another-configured-token") is None


async def test_who_has_operators_of_other_names_gets_no_further_one(operators: Operators) -> None:
    await operators.create("anna")
    assert await operators.ensure_first_operator() is None
    await operators.ensure_first_operator(CONFIGURED)
    assert await operators.authenticate(CONFIGURED) is None
    assert await Operator.count() == 1


@ON_SQLITE
async def test_of_many_processes_that_start_at_once_one_makes_the_first_operator(
    central: SQLiteEngine, operators: Operators
) -> None:
    engines = [SQLiteEngine(central.path, synchronous="OFF") for _ in range(8)]

    async def start(engine: SQLiteEngine) -> str | None:
        with CENTRAL.bind(engine):
            return await operators.ensure_first_operator()

    tokens = [token for token in await asyncio.gather(*map(start, engines)) if token]
    assert len(tokens) == 1
    assert await operators.authenticate(tokens[0]) is not None
    assert await Operator.count() == await OperatorToken.count() == 1
    for engine in engines:
        await engine.close()


@given(st.text())
def test_no_text_makes_authentication_fail_in_another_way(token: str) -> None:
    if not token.isascii() or not token or len(token) > 200:
        assert asyncio.run(Operators().authenticate(token)) is None

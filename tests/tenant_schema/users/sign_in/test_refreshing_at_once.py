"""One refresh token used many times at the same moment, in one process and in several, on every database."""

import asyncio
from itertools import cycle, islice

import pytest

from central.migrations.migrator import Migrator
from piccolo_conf import DB
from piccolo_engines.columns import utc_now
from piccolo_engines.mysql import MySQLEngine, PoolSettings
from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.users.errors import TokenInvalid, TokenReused
from tenant_schema.users.piccolo_app import APP_CONFIG
from tenant_schema.users.seed import seed_access
from tenant_schema.users.sign_in.service import Authentication, SignedIn
from tenant_schema.users.tables import Role, Session, User, UserRole
from tests.tenant_schema.objects.databases import Bound
from tests.tenant_schema.users.conftest import PASSWORD


@pytest.fixture
async def signed_in(any_database: Bound, auth: Authentication, scope, clock) -> SignedIn:
    """Somebody who has signed in, on a database of each kind."""
    clock.now = utc_now()  # the database compares with rows that Piccolo dates
    await Migrator([APP_CONFIG], DB).migrate(any_database)
    await seed_access(["accounts"])
    ada = User(email="ada@acme.example", name="Ada", password_hash=f"hash of {PASSWORD}")
    await ada.save()
    member = await Role.select(Role.id).where(Role.name == "member").first()
    await UserRole(user=ada.id, role=member["id"]).save()
    return await auth.sign_in(scope, "ada@acme.example", PASSWORD)


def another(engine: Bound) -> Bound:
    """The same database as another process has it."""
    if isinstance(engine, SQLiteEngine):
        return SQLiteEngine(engine.path)
    return MySQLEngine(engine.config, PoolSettings(max_size=8))


@pytest.mark.parametrize("processes", [1, 3])
async def test_of_twenty_at_once_each_gets_a_pair_of_its_own_and_the_session_lives(
    any_database: Bound, auth: Authentication, scope, signed_in: SignedIn, processes: int, clock
) -> None:
    engines = [any_database, *(another(any_database) for _ in range(processes - 1))]

    async def refresh_on(engine: Bound) -> SignedIn:
        with DB.bind(engine):
            return await auth.refresh(scope, signed_in.refresh_token)

    pairs = await asyncio.gather(*(refresh_on(engine) for engine in islice(cycle(engines), 20)))

    assert len({pair.refresh_token for pair in pairs}) == 20
    assert (await Session.select(Session.ended_at).first())["ended_at"] is None
    clock.advance(minutes=1)
    for pair in pairs:
        assert await auth.refresh(scope, pair.refresh_token)
    with pytest.raises(TokenReused):
        await auth.refresh(scope, signed_in.refresh_token)
    with pytest.raises(TokenInvalid):
        await auth.authenticate(scope, pairs[0].access_token)
    for engine in engines[1:]:
        await engine.close()


async def test_of_twenty_late_uses_at_once_none_gets_anything_and_the_session_ends(
    auth: Authentication, scope, signed_in: SignedIn, clock
) -> None:
    newest = await auth.refresh(scope, signed_in.refresh_token)
    clock.advance(seconds=11)

    outcomes = await asyncio.gather(
        *(auth.refresh(scope, signed_in.refresh_token) for _ in range(20)), return_exceptions=True
    )

    assert all(isinstance(outcome, TokenInvalid) for outcome in outcomes)
    assert (await Session.select(Session.end_reason).first())["end_reason"] == "token-reused"
    with pytest.raises(TokenInvalid):
        await auth.refresh(scope, newest.refresh_token)

"""Factors as rows: confirmed once, used once, at most twenty, opened for one tenant."""

import asyncio
from datetime import timedelta
from uuid import UUID

import pyotp
import pytest

from central.secrets.vault import Vault
from piccolo_engines.columns import new_id
from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.users.errors import NotThere
from tenant_schema.users.factor_errors import PasskeyRefused, TooManyFactors, WrongCode
from tenant_schema.users.factors.passkeys import NewPasskey
from tenant_schema.users.factors.store import FactorStore
from tenant_schema.users.sign_in_tables import Factor, RecoveryCode
from tenant_schema.users.tables import User
from tests.tenant_schema.users.doubles import Clock
from tests.tenant_schema.users.sealing import NEW, OLD, secrets_of

TENANT = UUID(int=1)


@pytest.fixture
def store(bound: SQLiteEngine) -> FactorStore:
    return FactorStore(secrets_of(Vault([OLD])))


async def with_app(store: FactorStore, user: UUID, clock: Clock) -> pyotp.TOTP:
    factor_id, secret = await store.begin_totp(user, TENANT, "Phone", clock.utc())
    app = pyotp.TOTP(secret)
    await store.confirm_totp(user, TENANT, factor_id, app.at(clock.utc()), clock.utc())
    clock.advance(seconds=30)
    return app


async def with_passkey(store: FactorStore, user: UUID, clock: Clock, name: bytes = b"key") -> UUID:
    factor_id, _ = await store.begin_passkey(user, TENANT, "Key", clock.utc())
    await store.confirm_passkey(user, factor_id, NewPasskey(name, b"public", 5, ("usb",)), clock.utc())
    return factor_id


async def test_an_app_counts_once_it_is_confirmed(store: FactorStore, ada: UUID, clock: Clock) -> None:
    factor_id, secret = await store.begin_totp(ada, TENANT, "Phone", clock.utc())
    app = pyotp.TOTP(secret)
    assert await store.kinds(ada, TENANT) == ()
    assert await store.use_code(ada, TENANT, app.at(clock.utc()), clock.utc()) is None
    with pytest.raises(WrongCode):
        await store.confirm_totp(
            ada, TENANT, factor_id, app.at(clock.utc() + timedelta(minutes=5)), clock.utc()
        )
    record = await store.confirm_totp(ada, TENANT, factor_id, app.at(clock.utc()), clock.utc())
    assert (record.kind, record.name) == ("totp", "Phone")
    assert await store.kinds(ada, TENANT) == ("totp",)
    with pytest.raises(NotThere):
        await store.confirm_totp(ada, TENANT, factor_id, app.at(clock.utc()), clock.utc())


async def test_the_code_that_confirmed_it_does_not_sign_in(
    store: FactorStore, ada: UUID, clock: Clock
) -> None:
    factor_id, secret = await store.begin_totp(ada, TENANT, "Phone", clock.utc())
    code = pyotp.TOTP(secret).at(clock.utc())
    await store.confirm_totp(ada, TENANT, factor_id, code, clock.utc())
    assert await store.use_code(ada, TENANT, code, clock.utc()) is None


async def test_an_enrolment_is_for_ten_minutes_and_one_user(
    store: FactorStore, ada: UUID, clock: Clock
) -> None:
    factor_id, secret = await store.begin_totp(ada, TENANT, "Phone", clock.utc())
    clock.advance(minutes=11)
    code = pyotp.TOTP(secret).at(clock.utc())
    with pytest.raises(NotThere):
        await store.confirm_totp(ada, TENANT, factor_id, code, clock.utc())
    factor_id, secret = await store.begin_totp(ada, TENANT, "Phone", clock.utc())
    with pytest.raises(NotThere):
        await store.confirm_totp(new_id(), TENANT, factor_id, code, clock.utc())
    assert await Factor.count() == 1  # the one that was begun before is replaced


async def test_a_code_is_used_once_even_at_the_same_time(store: FactorStore, ada: UUID, clock: Clock) -> None:
    app = await with_app(store, ada, clock)
    code = app.at(clock.utc())
    found = await asyncio.gather(*(store.use_code(ada, TENANT, code, clock.utc()) for _ in range(4)))
    assert sum(one is not None for one in found) == 1
    clock.advance(seconds=30)
    assert await store.use_code(ada, TENANT, code, clock.utc()) is None  # still of the neighbouring step
    assert await store.use_code(ada, TENANT, app.at(clock.utc()), clock.utc()) is not None


async def test_a_secret_is_sealed_for_its_tenant(store: FactorStore, ada: UUID, clock: Clock) -> None:
    app = await with_app(store, ada, clock)
    [row] = await Factor.select(Factor.secret)
    assert row["secret"].startswith("v1.")
    assert app.secret not in row["secret"]
    assert await store.use_code(ada, UUID(int=2), app.at(clock.utc()), clock.utc()) is None


async def test_a_use_seals_the_secret_with_the_new_key(ada: UUID, clock: Clock) -> None:
    app = await with_app(FactorStore(secrets_of(Vault([OLD]))), ada, clock)
    between = FactorStore(secrets_of(Vault([NEW, OLD])))
    assert await between.use_code(ada, TENANT, app.at(clock.utc()), clock.utc()) is not None
    clock.advance(seconds=30)
    after = FactorStore(secrets_of(Vault([NEW])))
    assert await after.use_code(ada, TENANT, app.at(clock.utc()), clock.utc()) is not None


async def test_recovery_codes_work_once_each_until_they_are_replaced(
    store: FactorStore, ada: UUID, clock: Clock
) -> None:
    await with_app(store, ada, clock)
    codes = await store.replace_codes(ada, TENANT)
    assert await store.kinds(ada, TENANT) == ("totp", "recovery-code")
    assert (await store.overview(ada, TENANT)).recovery_codes == 10
    found = await asyncio.gather(*(store.use_code(ada, TENANT, codes[0], clock.utc()) for _ in range(4)))
    assert [one.kind for one in found if one is not None] == ["recovery-code"]
    assert (await store.overview(ada, TENANT)).recovery_codes == 9
    await store.replace_codes(ada, TENANT)
    assert await store.use_code(ada, TENANT, codes[1], clock.utc()) is None
    stored = {row["code_hash"] for row in await RecoveryCode.select(RecoveryCode.code_hash)}
    assert len(stored) == 10


async def test_codes_of_a_key_that_is_gone_are_not_offered(
    store: FactorStore, ada: UUID, clock: Clock
) -> None:
    await with_app(store, ada, clock)
    await store.replace_codes(ada, TENANT)
    assert await FactorStore(secrets_of(Vault([NEW]))).kinds(ada, TENANT) == ("totp",)


async def test_the_last_factor_takes_the_recovery_codes_with_it(
    store: FactorStore, ada: UUID, clock: Clock
) -> None:
    key = await with_passkey(store, ada, clock)
    await with_app(store, ada, clock)
    await store.replace_codes(ada, TENANT)
    await store.remove(ada, key)
    assert await RecoveryCode.count() == 10
    [app] = (await store.overview(ada, TENANT)).factors
    await store.remove(ada, app.id)
    assert (await store.kinds(ada, TENANT), await RecoveryCode.count()) == ((), 0)


async def test_a_sign_count_that_does_not_rise_is_refused(
    store: FactorStore, ada: UUID, clock: Clock
) -> None:
    await with_passkey(store, ada, clock)
    [passkey] = await store.passkeys(ada)
    assert (passkey.sign_count, passkey.transports) == (5, ("usb",))
    assert await store.count_use(passkey, 6, clock.utc())
    for count in (6, 5, 0):
        assert not await store.count_use(passkey, count, clock.utc())
    assert sum(await asyncio.gather(*(store.count_use(passkey, 7, clock.utc()) for _ in range(4)))) == 1


async def test_authenticators_that_do_not_count_report_zero(
    store: FactorStore, ada: UUID, clock: Clock
) -> None:
    factor_id, _ = await store.begin_passkey(ada, TENANT, "Key", clock.utc())
    await store.confirm_passkey(ada, factor_id, NewPasskey(b"id", b"public", 0, ()), clock.utc())
    passkey = await store.passkey(b"id")
    assert passkey is not None
    assert await store.count_use(passkey, 0, clock.utc())
    assert await store.count_use(passkey, 0, clock.utc())


async def test_a_passkey_belongs_to_one_user(store: FactorStore, ada: UUID, clock: Clock) -> None:
    await with_passkey(store, ada, clock)
    ben = User(email="ben@acme.example")
    await ben.save()
    with pytest.raises(PasskeyRefused):
        await with_passkey(store, ben.id, clock)
    found = await store.passkey(b"key")
    assert found is not None
    assert found.owner == ada


async def test_a_user_has_at_most_twenty(store: FactorStore, ada: UUID, clock: Clock) -> None:
    for number in range(20):
        await with_passkey(store, ada, clock, bytes([number]))
    with pytest.raises(TooManyFactors):
        await store.begin_totp(ada, TENANT, "Phone", clock.utc())

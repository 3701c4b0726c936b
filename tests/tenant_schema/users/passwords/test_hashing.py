"""Hashing with argon2id: right answers, the same work for everybody, and never more than fits."""

import asyncio
import threading
from collections.abc import Iterator

import pytest

from tenant_schema.users.errors import TooBusy
from tenant_schema.users.passwords.hashing import OWASP, HashParameters, Passwords

QUICK = HashParameters(time_cost=1, memory_cost=8, parallelism=1)


@pytest.fixture
def passwords() -> Iterator[Passwords]:
    passwords = Passwords(QUICK)
    yield passwords
    passwords.close()


async def test_a_password_belongs_to_its_hash_and_no_other_does(passwords: Passwords) -> None:
    password_hash = await passwords.hash("correct horse")

    assert await passwords.verify("correct horse", password_hash)
    assert not await passwords.verify("correct house", password_hash)
    assert not await passwords.verify("", password_hash)


async def test_two_hashes_of_one_password_differ(passwords: Passwords) -> None:
    assert await passwords.hash("correct horse") != await passwords.hash("correct horse")


@pytest.mark.parametrize("password_hash", [None, "", "!", "$2b$12$notargon", "$argon2id$v=19$m=8,t=1,p=1$$"])
async def test_without_a_usable_hash_the_answer_is_no(
    passwords: Passwords, password_hash: str | None
) -> None:
    assert not await passwords.verify("correct horse", password_hash)


async def test_a_password_longer_than_any_can_be_is_wrong_and_is_never_hashed(passwords: Passwords) -> None:
    password_hash = await passwords.hash("correct horse")

    assert not await passwords.verify("x" * 2_000, password_hash)
    with pytest.raises(ValueError, match="too long"):
        await passwords.hash("x" * 2_000)


async def test_a_password_that_is_not_unicode_can_be_wrong(passwords: Passwords) -> None:
    assert not await passwords.verify("\ud800", await passwords.hash("correct horse"))


async def test_the_defaults_are_those_of_owasp() -> None:
    passwords = Passwords()
    password_hash = await passwords.hash("correct horse")
    passwords.close()

    assert password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert Passwords(OWASP).needs_rehash(password_hash) is False


async def test_a_hash_with_other_parameters_is_verified_and_wants_a_rehash(passwords: Passwords) -> None:
    stronger = Passwords(HashParameters(2, 16, 1))
    password_hash = await passwords.hash("correct horse")

    assert stronger.needs_rehash(password_hash)
    assert await stronger.verify("correct horse", password_hash)
    assert not passwords.needs_rehash(password_hash)
    stronger.close()


class SlowPasswords(Passwords):
    """Takes until it is told to go on."""

    def __init__(self, **limits: int) -> None:
        super().__init__(QUICK, **limits)
        self.go_on = threading.Event()
        self.hashes: list[str] = []

    def _matches(self, password_hash: str, encoded: bytes) -> bool:
        self.hashes.append(password_hash)
        self.go_on.wait(60)
        return super()._matches(password_hash, encoded)


async def test_who_does_not_fit_in_the_queue_is_told_at_once() -> None:
    passwords = SlowPasswords(workers=1, waiting=2)
    fitting = [asyncio.create_task(passwords.verify("x", None)) for _ in range(3)]
    await asyncio.sleep(0)

    with pytest.raises(TooBusy) as busy:
        await passwords.verify("x", None)

    assert busy.value.retry_after == 1
    passwords.go_on.set()
    assert await asyncio.gather(*fitting) == [False] * 3
    assert await passwords.verify("x", None) is False
    passwords.close()


async def test_a_caller_that_goes_away_while_waiting_makes_room() -> None:
    passwords = SlowPasswords(workers=1, waiting=1)
    working, waiting = (asyncio.create_task(passwords.verify("x", None)) for _ in range(2))
    await asyncio.sleep(0)

    waiting.cancel()
    await asyncio.wait([waiting])
    next_one = asyncio.create_task(passwords.verify("x", None))
    await asyncio.sleep(0)
    passwords.go_on.set()

    assert await asyncio.gather(working, next_one) == [False, False]
    passwords.close()


async def test_the_event_loop_goes_on_meanwhile() -> None:
    passwords = SlowPasswords(workers=1, waiting=1)
    task = asyncio.create_task(passwords.verify("x", None))

    ticks = 0
    for _ in range(50):
        await asyncio.sleep(0.001)
        ticks += 1

    assert ticks == 50
    assert not task.done()
    passwords.go_on.set()
    await task
    passwords.close()


@pytest.mark.parametrize("password_hash", [None, "", "not a hash"])
async def test_nobody_costs_the_same_parameters_as_somebody(password_hash: str | None) -> None:
    passwords = SlowPasswords(workers=1, waiting=1)
    passwords.go_on.set()

    await passwords.verify("correct horse", password_hash)

    assert passwords.hashes[-1].startswith("$argon2id$v=19$m=8,t=1,p=1$")
    assert not passwords.needs_rehash(passwords.hashes[-1])
    passwords.close()

"""Every change of an account is noted in its transaction, with the addresses before and after it."""

from uuid import UUID

import pytest

from piccolo_engines.columns import new_id
from tenant_schema.problems import InvalidInput
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import VersionedCache
from tenant_schema.users.account_changes import (
    DIRECTORY,
    AccountChanges,
    active_among,
    count_active,
    pages_of_active,
)
from tenant_schema.users.errors import Taken
from tenant_schema.users.mails import Mails
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.seed import seed_administrator
from tenant_schema.users.service import NewUser, UserChanges, Users
from tenant_schema.users.tables import User
from tests.support.outboxes import READABLE, messages_of
from tests.tenant_schema.users.conftest import PASSWORD
from tests.tenant_schema.users.doubles import RecordingPasswords

pytestmark = pytest.mark.usefixtures("bound")

ADMINISTRATOR = Access(
    UUID(int=1),
    UUID(int=1),
    "root@acme.example",
    "Root",
    (),
    frozenset({"*:*", "users:manage", "roles:manage"}),
)


@pytest.fixture
def users(passwords: RecordingPasswords, cache: VersionedCache) -> Users:
    return Users(passwords, cache, AccountChanges(READABLE), Mails(None))


async def noted() -> list[list[str]]:
    return [one["addresses"] for one in await messages_of(DIRECTORY)]


async def test_each_change_of_an_account_is_noted(users: Users, scope: TenantScope) -> None:
    await seed_administrator(
        RecordingPasswords(),
        email="root@acme.example",
        password=PASSWORD,
        name="Root",
        note=lambda address: AccountChanges(READABLE).note(scope, address),
    )
    assert await noted() == [["root@acme.example"]]
    made, _ = await users.create(scope, ADMINISTRATOR, NewUser("Ada@acme.example", "Ada"))
    assert await noted() == [["ada@acme.example"]]
    await users.update(scope, ADMINISTRATOR, made.id, UserChanges(name="Ada Lovelace"))
    assert await noted() == []
    await users.update(scope, ADMINISTRATOR, made.id, UserChanges(email="lovelace@acme.example"))
    assert await noted() == [["ada@acme.example", "lovelace@acme.example"]]
    await users.set_active(scope, ADMINISTRATOR, made.id, active=False)
    assert await noted() == [["lovelace@acme.example"]]
    await users.set_active(scope, ADMINISTRATOR, made.id, active=True)
    assert await noted() == [["lovelace@acme.example"]]
    await users.delete(scope, ADMINISTRATOR, made.id)
    assert await noted() == [["lovelace@acme.example"]]


async def test_a_change_that_is_refused_is_not_noted(users: Users, scope: TenantScope, ada: UUID) -> None:
    with pytest.raises(Taken):
        await users.create(scope, ADMINISTRATOR, NewUser("ada@acme.example"))
    with pytest.raises(InvalidInput):
        await users.update(scope, ADMINISTRATOR, ada, UserChanges(email="ada"))
    assert await noted() == []


async def test_accounts_are_those_of_active_people(ada: UUID) -> None:
    await User.insert(
        User(email="bob@acme.example", active=False),
        User(email="support@acme.example", kind="support"),
        User(email="invited@acme.example"),
    )
    asked = ["ada@acme.example", "bob@acme.example", "support@acme.example", "invited@acme.example", "x"]
    assert await active_among(asked) == {"ada@acme.example", "invited@acme.example"}
    assert await active_among([]) == frozenset()
    assert await count_active() == 2


@pytest.mark.parametrize("number", [0, 499, 500, 501])
async def test_all_accounts_are_read_in_pages(number: int) -> None:
    addresses = [f"{one}@acme.example" for one in range(number)]
    for start in range(0, number, 100):
        await User.insert(*(User(id=new_id(), email=one) for one in addresses[start : start + 100]))
    pages = [page async for page in pages_of_active()]
    assert [one for page in pages for one in page] == addresses
    assert all(len(page) <= 500 for page in pages)

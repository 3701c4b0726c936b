"""What a tenant starts with; running it again adds what is missing and takes nothing back."""

import pytest

from tenant_schema.problems import InvalidInput
from tenant_schema.users.errors import InvalidCredentials, WeakPassword
from tenant_schema.users.rights.permissions import SYSTEM_PERMISSIONS, is_permission
from tenant_schema.users.seed import seed_access, seed_administrator
from tenant_schema.users.tables import Permission, Role, RolePermission, User, UserRole
from tests.tenant_schema.users.conftest import PASSWORD

ADMIN = {"email": "Admin@Acme.example", "password": PASSWORD, "name": "Administrator"}


async def permissions_of(role: str) -> set[str]:
    rows = await RolePermission.select(RolePermission.permission.name).where(RolePermission.role.name == role)
    return {row["permission.name"] for row in rows}


async def names(table: type) -> set[str]:
    return {row["name"] for row in await table.select(table.name)}


async def test_a_tenant_starts_with_four_roles(bound) -> None:
    assert await names(Role) == {"administrator", "manager", "member", "viewer"}
    assert await permissions_of("administrator") == {"*:*", *SYSTEM_PERMISSIONS}
    assert await permissions_of("manager") == {"*:*", "apps:manage"}
    assert await permissions_of("member") == {"*:create", "*:read", "*:update"}
    assert await permissions_of("viewer") == {"*:read"}


async def test_every_permission_there_is_can_be_given(bound) -> None:
    permissions = await names(Permission)

    assert all(map(is_permission, permissions))
    assert {"*:*", "*:delete", "accounts:*", "accounts:read", *SYSTEM_PERMISSIONS} <= permissions


async def test_seeding_again_changes_nothing(bound, counting) -> None:
    before = [await table.select().order_by(table.id) for table in (Permission, Role, RolePermission)]

    with counting() as statements:
        await seed_access(["accounts"])

    assert [await table.select().order_by(table.id) for table in (Permission, Role, RolePermission)] == before
    assert len(statements) == 2


async def test_seeding_another_object_adds_its_permissions(bound) -> None:
    await seed_access(["accounts", "contacts"])

    assert {"contacts:create", "contacts:*"} <= await names(Permission)


async def test_a_permission_that_was_taken_from_a_role_stays_taken(bound) -> None:
    await RolePermission.delete().where(RolePermission.role.name == "viewer")

    await seed_access(["accounts"])

    assert await permissions_of("viewer") == set()


async def test_a_role_that_is_missing_is_made_again(bound) -> None:
    await Role.delete().where(Role.name == "viewer")

    await seed_access(["accounts"])

    assert await permissions_of("viewer") == {"*:read"}


async def test_what_a_first_seed_costs(bound, counting) -> None:
    for table in (Role, Permission):
        await table.delete(force=True)

    with counting() as statements:
        await seed_access(["accounts"])

    assert len(statements) == 6


async def test_the_administrator_can_sign_in_and_do_everything(auth, scope, passwords, bound) -> None:
    user_id = await seed_administrator(passwords, **ADMIN)

    signed_in = await auth.sign_in(scope, "admin@acme.example", PASSWORD)
    access = await auth.authenticate(scope, signed_in.access_token)

    assert access.user_id == user_id
    assert access.roles == ("administrator",)
    assert access.allows("anything", "delete")
    assert access.has("users:manage")


async def test_seeding_the_administrator_again_makes_no_second(passwords, bound, counting) -> None:
    with counting() as first:
        user_id = await seed_administrator(passwords, **ADMIN)
    with counting() as again:
        assert await seed_administrator(passwords, **ADMIN) == user_id

    assert await User.count() == 1
    assert await UserRole.count() == 1
    assert [len(first), len(again)] == [5, 5]


async def test_an_administrator_who_never_signed_in_gets_the_new_password(
    auth, scope, passwords, bound
) -> None:
    await seed_administrator(passwords, **ADMIN)
    await seed_administrator(passwords, **ADMIN | {"password": "staple battery horse"})

    await auth.sign_in(scope, ADMIN["email"], "staple battery horse")
    with pytest.raises(InvalidCredentials):
        await auth.sign_in(scope, ADMIN["email"], PASSWORD)


async def test_an_administrator_who_signed_in_keeps_the_password(auth, scope, passwords, bound) -> None:
    await seed_administrator(passwords, **ADMIN)
    await auth.sign_in(scope, ADMIN["email"], PASSWORD)

    await seed_administrator(passwords, **ADMIN | {"password": "staple battery horse"})

    await auth.sign_in(scope, ADMIN["email"], PASSWORD)


async def test_a_bad_address_or_password_makes_nobody(passwords, bound) -> None:
    with pytest.raises(InvalidInput) as no_address:
        await seed_administrator(passwords, **ADMIN | {"email": "admin"})
    with pytest.raises(WeakPassword):
        await seed_administrator(passwords, **ADMIN | {"password": "short"})

    assert no_address.value.problems[0].field == "email"
    assert await User.count() == 0

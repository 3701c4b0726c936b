"""The tables as the migrations make them: unique, cascading, with times that keep themselves."""

import asyncio
from uuid import UUID

import pytest
from piccolo.columns import Column
from piccolo.table import Table

from piccolo_engines.errors import UniqueViolation
from tenant_schema.identity import TenantIdentity
from tenant_schema.users.piccolo_app import APP_CONFIG
from tenant_schema.users.tables import (
    Permission,
    Role,
    RolePermission,
    Session,
    SignInThrottle,
    User,
    UserRole,
)

TABLES = [table for table in APP_CONFIG.table_classes if table is not TenantIdentity]
"""All but the one whose only row has a fixed id."""


@pytest.mark.parametrize("table", TABLES, ids=str)
def test_every_table_has_a_version_7_id_and_two_times(table: type[Table]) -> None:
    made_id = table._meta.primary_key.get_default_value()

    assert isinstance(made_id, UUID)
    assert made_id.version == 7
    assert {"created_at", "updated_at"} <= {column._meta.name for column in table._meta.columns}


async def test_updated_at_moves_with_an_update_and_created_at_does_not(ada) -> None:
    before = await User.select(User.created_at, User.updated_at).first()
    await asyncio.sleep(0.002)

    await User.update({User.name: "Augusta"}).where(User.id == ada)

    after = await User.select(User.created_at, User.updated_at).first()
    assert after["created_at"] == before["created_at"]
    assert after["updated_at"] > before["updated_at"]


@pytest.mark.parametrize(
    ("row", "columns"),
    [
        (lambda: User(email="ada@acme.example"), (User.email,)),
        (lambda: Role(name="member"), (Role.name,)),
        (lambda: Permission(name="*:*"), (Permission.name,)),
        (lambda: SignInThrottle(key="k"), (SignInThrottle.key,)),
    ],
    ids=["e-mail", "role", "permission", "throttle"],
)
async def test_there_is_only_one_of_each(ada, row, columns: tuple[Column, ...]) -> None:
    await SignInThrottle(key="k").save()

    with pytest.raises(UniqueViolation) as refused:
        await row().save()

    assert refused.value.columns == tuple(column._meta.db_column_name for column in columns)


async def test_a_role_is_given_to_a_user_once_and_a_permission_to_a_role_once(ada) -> None:
    given = await UserRole.select(UserRole.user, UserRole.role).first()
    granted = await RolePermission.select(RolePermission.role, RolePermission.permission).first()

    with pytest.raises(UniqueViolation):
        await UserRole(**given).save()
    with pytest.raises(UniqueViolation):
        await RolePermission(**granted).save()


async def test_what_belongs_to_a_user_goes_with_the_user(auth, scope, ada) -> None:
    await auth.sign_in(scope, "ada@acme.example", "correct horse battery")

    await User.delete().where(User.id == ada)

    assert await UserRole.count() == 0
    assert await Session.count() == 0


def test_secrets_are_marked_as_such() -> None:
    secret = {column._meta.name for table in TABLES for column in table._meta.secret_columns}

    assert secret == {
        *("password_hash", "family_hash", "secret_hash", "token_hash", "device_hash", "code_hash"),
        *("secret", "client_secret", "data", "payload"),
    }

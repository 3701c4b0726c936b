"""What permissions allow: every wildcard, and nothing beyond."""

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenant_schema.users.errors import PermissionDenied
from tenant_schema.users.rights.permissions import (
    ACTIONS,
    SYSTEM_PERMISSIONS,
    Access,
    is_permission,
    object_permissions,
)

NOBODY = Access(UUID(int=1), UUID(int=2), "ada@acme.example", "Ada", (), frozenset())

object_names = st.from_regex(r"[a-z](?:_?[a-z0-9]){0,10}", fullmatch=True)
actions = st.sampled_from(ACTIONS)
written = st.builds("{}:{}".format, object_names | st.just("*"), actions | st.just("*"))
permissions = st.frozensets(written | st.sampled_from(SYSTEM_PERMISSIONS))


def with_permissions(*held: str) -> Access:
    return replace(NOBODY, permissions=frozenset(held))


@given(permissions, object_names, actions)
def test_an_access_allows_what_a_plain_reading_of_its_permissions_allows(held, object_name, action) -> None:
    granted = {tuple(text.split(":")) for text in held if text not in SYSTEM_PERMISSIONS}
    expected = any(object_ in {object_name, "*"} and act in {action, "*"} for object_, act in granted)

    assert with_permissions(*held).allows(object_name, action) is expected


@given(permissions, permissions, object_names, actions)
def test_more_permissions_never_allow_less(held, more, object_name, action) -> None:
    before = with_permissions(*held).allows(object_name, action)

    assert with_permissions(*held, *more).allows(object_name, action) >= before


@given(permissions, st.text())
def test_no_permission_allows_an_action_that_is_none(held, action) -> None:
    if action not in ACTIONS:
        assert not with_permissions(*held).allows("accounts", action)


@given(st.frozensets(written))
def test_no_wildcard_gives_a_system_permission(held) -> None:
    assert not any(with_permissions(*held).has(permission) for permission in SYSTEM_PERMISSIONS)


def test_has_answers_for_system_permissions_alone() -> None:
    access = with_permissions("users:manage", "accounts:read")

    assert access.has("users:manage")
    assert not access.has("roles:manage")
    assert not access.has("accounts:read")


def test_require_raises_what_was_denied() -> None:
    with_permissions("accounts:read").require("accounts", "read")
    with pytest.raises(PermissionDenied) as denied:
        with_permissions("accounts:read").require("accounts", "delete")

    assert (denied.value.object_name, denied.value.action) == ("accounts", "delete")
    assert denied.value.code == "permission-denied"


def test_require_system_raises_what_was_denied() -> None:
    with_permissions("apps:manage").require_system("apps:manage")
    with pytest.raises(PermissionDenied) as denied:
        with_permissions("*:*").require_system("users:manage")

    assert (denied.value.object_name, denied.value.action) == ("users", "manage")


@given(written | st.sampled_from(SYSTEM_PERMISSIONS))
def test_what_is_written_as_a_permission_is_one(text) -> None:
    assert is_permission(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        ":",
        "accounts",
        "accounts:",
        ":read",
        "accounts:destroy",
        "accounts:read:all",
        "accounts:manage",
        "*:manage",
        "Accounts:read",
        "accounts: read",
        "accounts:read\n",
        "1st:read",
        "a__b:read",
        "_a:read",
        "a_:read",
        "a" * 41 + ":read",
    ],
)
def test_what_is_not_written_as_a_permission_is_none(text: str) -> None:
    assert not is_permission(text)


@given(object_names)
def test_the_permissions_of_an_object_are_permissions(object_name) -> None:
    assert len(object_permissions(object_name)) == 4
    assert all(map(is_permission, object_permissions(object_name)))

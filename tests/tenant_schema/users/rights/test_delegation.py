"""Who manages users gives and takes no more than they have, in full."""

from dataclasses import replace

import pytest

from piccolo_engines.columns import new_id
from tenant_schema.users.errors import BeyondOwnRights
from tenant_schema.users.rights.delegation import is_within, require_within
from tenant_schema.users.rights.permissions import Access, Grants, RoleGrants

MINE = {"accounts": {"read": {"owner": "$me"}}}


def role(*permissions: str, **limits: object) -> RoleGrants:
    return RoleGrants(new_id(), "some_role", frozenset(permissions), **limits)


def holding(*roles: RoleGrants) -> Access:
    permissions = frozenset().union(*(one.permissions for one in roles))
    return Access(new_id(), new_id(), "a@b.c", "A", (), permissions, Grants(roles, permissions))


@pytest.mark.parametrize(
    ("own", "other", "within"),
    [
        (role("accounts:read"), role("accounts:read"), True),
        (role("accounts:*"), role("accounts:read", "accounts:delete"), True),
        (role("*:read"), role("accounts:read"), True),
        (role("*:*"), role("accounts:*", "*:update"), True),
        (role("accounts:read"), role("accounts:*"), False),
        (role("accounts:read"), role("*:read"), False),
        (role("*:read"), role("accounts:update"), False),
        (role("*:*"), role("users:manage"), False),
        (role("users:manage"), role("users:manage"), True),
        (role("users:manage"), role(), True),
        (role("accounts:read", rules=MINE), role("accounts:read"), False),
        (role("accounts:read", rules=MINE), role("deals:read"), False),
        (role("*:read", rules=MINE), role("*:read"), False),
        (role("*:read", rules=MINE), role("deals:read"), True),
        (role("*:read", locked={"accounts": frozenset({"phone"})}), role("accounts:read"), False),
        (role("roles:manage"), role("*:*", "users:manage"), True),
    ],
)
def test_what_is_within_reach(own: RoleGrants, other: RoleGrants, within: bool) -> None:
    assert is_within(holding(own), other) is within


def test_rights_of_several_roles_count_together() -> None:
    access = holding(role("accounts:read"), role("accounts:update"))
    assert is_within(access, role("accounts:read", "accounts:update"))


def test_a_role_that_one_has_may_be_given_whatever_it_keeps_back() -> None:
    narrow = role("accounts:read", rules=MINE)
    assert is_within(holding(narrow), narrow)
    assert not is_within(holding(narrow), replace(narrow, id=new_id()))


def test_the_role_that_goes_beyond_is_named() -> None:
    with pytest.raises(BeyondOwnRights, match="some_role"):
        require_within(holding(role("accounts:read")), [role("accounts:read"), role("*:*")])

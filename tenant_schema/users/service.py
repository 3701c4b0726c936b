"""The user service: lists, creates, updates, deactivates and deletes users, and sets their roles."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Final, Literal
from uuid import UUID

from piccolo.custom_types import Combinable

from piccolo_engines.columns import new_id, utc_now
from piccolo_engines.errors import UniqueViolation
from piccolo_engines.paging import Page, decode_cursor, page_of
from piccolo_engines.searching import escaped, like, like_in_any_case
from tenant_schema.problems import InvalidInput, Problem
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import VersionedCache
from tenant_schema.users.account_changes import AccountChanges
from tenant_schema.users.audit.write import Subject, record_event
from tenant_schema.users.emails import email_problem, normalise_email
from tenant_schema.users.errors import Inactive, NotThere, Taken
from tenant_schema.users.links.store import Link, LinkPurpose, create_link, withdraw_links
from tenant_schema.users.mails import Mails, Recipient
from tenant_schema.users.passwords.hashing import PasswordHashing
from tenant_schema.users.passwords.policy import password_problems
from tenant_schema.users.person_count import require_room_for_user
from tenant_schema.users.rights.change import changing_access, is_administrator_left
from tenant_schema.users.rights.delegation import is_oneself, require_within
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.roles.reader import (
    grants_of_user,
    named_roles,
    read_grants,
    roles_of_user,
    roles_of_users,
)
from tenant_schema.users.sessions.store import EndReason, end_sessions_of
from tenant_schema.users.sign_in_tables import Factor
from tenant_schema.users.tables import User, UserRole

__all__ = ["NewUser", "UserChanges", "UserFilter", "UserRecord", "UserStatus", "Users"]

UserStatus = Literal["active", "invited", "inactive"]
_MANAGE = "users:manage"
_LONGEST_NAME = 200
_IS_PERSON = User.kind == "person"


@dataclass(frozen=True, slots=True)
class UserRecord:
    """One user. ``status`` is ``invited`` while there is no password, then ``active`` or ``inactive``.

    Roles, times and ``factors`` are None for callers without ``users:manage``.

    :param factors: how many second factors the user has.
    :param is_last_administrator: whether nobody else could manage users and roles; None if it was not asked.
    """

    id: UUID
    email: str
    name: str
    status: UserStatus
    roles: tuple[str, ...] | None = None
    created_at: datetime | None = None
    last_sign_in_at: datetime | None = None
    factors: int | None = None
    is_last_administrator: bool | None = None


@dataclass(frozen=True, slots=True)
class UserFilter:
    """Which users a list has. None selects all.

    :param search: text to find in names and addresses.
    :param role: name or id of a role that they have; requires ``users:manage``.
    """

    search: str | None = None
    active: bool | None = None
    status: UserStatus | None = None
    role: str | None = None


_EVERYBODY: Final = UserFilter()


@dataclass(frozen=True, slots=True, repr=False)
class NewUser:
    """A user to be created. Without a password, the user chooses one by an invitation.

    :param roles: names or ids.
    """

    email: str
    name: str = ""
    roles: Sequence[str] = ()
    password: str | None = None


@dataclass(frozen=True, slots=True)
class UserChanges:
    """New values of a user; None keeps the value."""

    email: str | None = None
    name: str | None = None


class Users:
    """Users of the bound tenant. Every method except :meth:`page` and :meth:`get` requires ``users:manage``.

    Users are persons: those of the kind ``support`` are not there.

    Every change may raise PermissionDenied, NotThere, and BeyondOwnRights if the user has, or would get,
    more rights than the caller. Changes that let somebody in or give more rights raise KeyNotEnough for an
    API key: the access that they give would outlive the key.
    """

    def __init__(
        self,
        passwords: PasswordHashing,
        cache: VersionedCache,
        changes: AccountChanges,
        mails: Mails,
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._passwords = passwords
        self._cache = cache
        self._changes = changes
        self._mails = mails
        self._now = now

    async def page(
        self,
        access: Access,
        limit: int,
        cursor: str | None = None,
        wanted: UserFilter = _EVERYBODY,
    ) -> Page[UserRecord]:
        """Return a page of users, newest first. 3 statements, 4 for those with a role; 1 without
        ``users:manage``.

        Raises InvalidCursor, InvalidInput for an unknown role, and PermissionDenied for a role without
        ``users:manage``.
        """
        query = User.select().where(_IS_PERSON).order_by(User.id, ascending=False).limit(limit + 1)
        if cursor is not None:
            query = query.where(User.id < decode_cursor(cursor))
        for condition in await _conditions(access, wanted):
            query = query.where(condition)
        return page_of(await _records(access, await query), limit, lambda one: one.id)

    async def get(self, access: Access, user_id: UUID) -> UserRecord:
        """Return one user. 5 statements, 1 without ``users:manage``. Raises NotThere."""
        user = await _user(access, user_id)
        if not access.has(_MANAGE):
            return user
        return replace(user, is_last_administrator=not await is_administrator_left(without=user_id))

    async def create(
        self, scope: TenantScope, access: Access, wanted: NewUser
    ) -> tuple[UserRecord, Link | None]:
        """Create a user, who is invited by mail if no password is given. Raises InvalidInput and Taken."""
        access.require_system(_MANAGE)
        access.require_person()
        email, name = normalise_email(wanted.email), wanted.name.strip()
        _require_good(email, name, wanted.password)
        password_hash = "" if wanted.password is None else await self._passwords.hash(wanted.password)
        user = User(id=new_id(), email=email, name=name, password_hash=password_hash)
        async with changing_access(self._cache, scope):
            roles = await named_roles(wanted.roles)
            require_within(access, (await read_grants(roles)).roles)
            await require_room_for_user()
            await _insert(user)
            await self._changes.note(scope, email)
            await _give_roles(user.id, roles)
            link = None if password_hash else await self._invite(scope, user)
            detail = {"roles": sorted(roles), "invited": link is not None}
            await record_event(access, "user.create", Subject("user", user.id, email), detail)
            made = await _user(access, user.id)
        return made, link

    async def update(
        self, scope: TenantScope, access: Access, user_id: UUID, changes: UserChanges
    ) -> UserRecord:
        """Change the name or the address. Users may change their own name without ``users:manage``.

        The old and the new address get a notice, and links that were mailed to the old one become invalid.
        Raises InvalidInput and Taken.
        """
        if user_id != access.user_id or changes.email is not None:
            access.require_system(_MANAGE)
        if changes.email is not None:  # who reads the mail of an address signs in as its user
            access.require_person()
        access.require_no_support()
        async with changing_access(self._cache, scope):
            before = await self._delegable(access, user_id)
            email = before["email"] if changes.email is None else normalise_email(changes.email)
            name = before["name"] if changes.name is None else changes.name.strip()
            _require_good(email, name)
            await _update(user_id, {User.email: email, User.name: name})
            if email != before["email"]:
                await self._changes.note(scope, before["email"], email)
                await withdraw_links(user_id)
                await self._mails.email_changed(scope, Recipient.of(before), email)
            detail = {"was": {"email": before["email"], "name": before["name"]}, "name": name}
            await record_event(access, "user.update", Subject("user", user_id, email), detail)
            return await _user(access, user_id)

    async def set_active(
        self, scope: TenantScope, access: Access, user_id: UUID, *, active: bool
    ) -> UserRecord:
        """Reactivate or deactivate the user. Deactivating ends sessions and disables API keys and links.

        Raises LastAdministrator.
        """
        access.require_system(_MANAGE)
        access.require_no_support()
        if active:
            access.require_person()
        async with changing_access(self._cache, scope, may_demote=not active):
            row = await self._delegable(access, user_id)
            if active and not row["active"]:
                await require_room_for_user()
            await User.update({User.active: active}).where(User.id == user_id)
            await self._changes.note(scope, row["email"])
            if not active:
                await end_sessions_of(user_id, EndReason.DEACTIVATED, self._now())
                await withdraw_links(user_id)
            action = "user.reactivate" if active else "user.deactivate"
            await record_event(access, action, Subject("user", user_id, row["email"]))
            return await _user(access, user_id)

    async def delete(self, scope: TenantScope, access: Access, user_id: UUID) -> None:
        """Delete the user. The user's records stay, without an owner. Raises LastAdministrator."""
        access.require_system(_MANAGE)
        access.require_no_support()
        async with changing_access(self._cache, scope, may_demote=True):
            row = await self._delegable(access, user_id)
            await User.delete().where(User.id == user_id)
            await self._changes.note(scope, row["email"])
            await record_event(access, "user.delete", Subject("user", user_id, row["email"]))

    async def create_link(self, scope: TenantScope, access: Access, user_id: UUID) -> Link:
        """Create a link by which the user chooses a password, and mail it. The current password works until
        then.

        Raises Inactive.
        """
        access.require_system(_MANAGE)
        access.require_person()
        async with changing_access(self._cache, scope):
            row = await self._delegable(access, user_id)
            if not row["active"]:
                raise Inactive(row["email"])
            purpose = LinkPurpose.PASSWORD_RESET if row["password_hash"] else LinkPurpose.INVITATION
            link = await create_link(user_id, purpose, self._now())
            await self._mail_link(scope, Recipient.of(row), link)
            subject = Subject("user", user_id, row["email"])
            await record_event(access, "user.link", subject, {"purpose": purpose.value})
        return link

    async def set_roles(
        self, scope: TenantScope, access: Access, user_id: UUID, given: Sequence[str]
    ) -> UserRecord:
        """Replace the user's roles, given by name or id. Raises InvalidInput and LastAdministrator."""
        access.require_system(_MANAGE)
        access.require_person()
        async with changing_access(self._cache, scope, may_demote=True):
            row = await self._delegable(access, user_id)
            wanted = await named_roles(given)
            held = await roles_of_user(user_id)
            require_within(access, (await read_grants(wanted | held)).roles)
            await UserRole.delete().where(UserRole.user == user_id)
            await _give_roles(user_id, wanted)
            detail = {"added": sorted(set(wanted) - set(held)), "removed": sorted(set(held) - set(wanted))}
            await record_event(access, "user.roles", Subject("user", user_id, row["email"]), detail)
            return await _user(access, user_id)

    async def _invite(self, scope: TenantScope, user: User) -> Link:
        link = await create_link(user.id, LinkPurpose.INVITATION, self._now())
        await self._mail_link(scope, Recipient(user.email, user.name, user.language), link)
        return link

    async def _mail_link(self, scope: TenantScope, to: Recipient, link: Link) -> None:
        if link.purpose is LinkPurpose.INVITATION:
            await self._mails.invitation(scope, to, link.in_mail)
        else:
            await self._mails.password_reset(scope, to, link.in_mail)

    async def _delegable(self, access: Access, user_id: UUID) -> dict[str, Any]:
        """Return the user's row. Raises NotThere, and BeyondOwnRights if the user has rights that the caller
        lacks.
        """
        row = await _row(user_id)
        if not is_oneself(access, user_id):
            require_within(access, await grants_of_user(user_id))
        return row


async def _conditions(access: Access, wanted: UserFilter) -> list[Combinable]:
    """Return the conditions that select the users."""
    found: list[Combinable] = []
    if wanted.active is not None:
        found.append(User.active.eq(wanted.active))
    if wanted.status is not None:
        found.append(User.active.eq(wanted.status != "inactive"))
    if wanted.status in ("active", "invited"):
        found.append(User.password_hash == "" if wanted.status == "invited" else User.password_hash != "")
    if wanted.search:
        found.append(_matches(wanted.search))
    if wanted.role is not None:
        access.require_system(_MANAGE)
        (role_id,) = (await named_roles([wanted.role], "role")).values()
        found.append(User.id.is_in(UserRole.select(UserRole.user).where(UserRole.role == role_id)))
    return found


def _matches(search: str) -> Combinable:
    """The condition that the text occurs in the address or the name, ignoring case."""
    name, email = escaped(search.strip()), escaped(normalise_email(search))
    return like(User.email, f"%{email}%") | like_in_any_case(User.name, f"%{name}%")


def _require_good(email: str, name: str, password: str | None = None) -> None:
    """Raise :class:`InvalidInput` with every problem of the values."""
    fault = email_problem(email)
    problems = [fault] if fault else []
    if len(name) > _LONGEST_NAME:
        problems.append(Problem("name", "too-long", f"At most {_LONGEST_NAME} characters."))
    if password is not None:
        problems += password_problems(password, email)
    if problems:
        raise InvalidInput(problems)


async def _row(user_id: UUID) -> dict[str, Any]:
    row: dict[str, Any] | None = await User.select().where((User.id == user_id) & _IS_PERSON).first()
    if row is None:
        raise NotThere("user")
    return row


async def _user(access: Access, user_id: UUID) -> UserRecord:
    return (await _records(access, [await _row(user_id)]))[0]


async def _records(access: Access, rows: Sequence[Mapping[str, Any]]) -> list[UserRecord]:
    """Return the records of the rows, as far as the caller may see them."""
    if not access.has(_MANAGE):
        return [UserRecord(row["id"], row["email"], row["name"], _status(row)) for row in rows]
    ids = [row["id"] for row in rows]
    roles, factors = await roles_of_users(ids), await _factors_of(ids)
    return [
        UserRecord(
            row["id"],
            row["email"],
            row["name"],
            _status(row),
            tuple(roles[row["id"]]),
            row["created_at"],
            row["last_sign_in_at"],
            factors[row["id"]],
        )
        for row in rows
    ]


async def _factors_of(user_ids: Sequence[UUID]) -> Counter[UUID]:
    """Return how many second factors each of these users has. 1 statement, none without users."""
    if not user_ids:
        return Counter()
    confirmed = Factor.confirmed_at.is_not_null() & Factor.user.is_in(list(user_ids))
    return Counter(row["user"] for row in await Factor.select(Factor.user).where(confirmed))


def _status(row: Mapping[str, Any]) -> UserStatus:
    if not row["active"]:
        return "inactive"
    return "active" if row["password_hash"] else "invited"


async def _insert(user: User) -> None:
    try:
        await User.insert(user)
    except UniqueViolation as error:
        raise Taken("email", "user") from error


async def _update(user_id: UUID, values: dict[Any, Any]) -> None:
    try:
        await User.update(values).where(User.id == user_id)
    except UniqueViolation as error:
        raise Taken("email", "user") from error


async def _give_roles(user_id: UUID, roles: Mapping[str, UUID]) -> None:
    if roles:
        await UserRole.insert(*(UserRole(user=user_id, role=role_id) for role_id in roles.values()))

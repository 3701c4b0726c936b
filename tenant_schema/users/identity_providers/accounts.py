"""Which user an account at a provider belongs to: found, linked by a verified address, or created."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Final, Literal
from uuid import UUID

import msgspec

from piccolo_conf import DB
from piccolo_engines.columns import new_id, utc_now
from piccolo_engines.errors import UniqueViolation, WritesRefused
from piccolo_engines.retrying import retrying
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import VersionedCache
from tenant_schema.users.account_changes import AccountChanges
from tenant_schema.users.audit.write import Subject, record_event
from tenant_schema.users.emails import email_problem, normalise_email
from tenant_schema.users.errors import LastAdministrator, SessionEnded
from tenant_schema.users.identity_providers.errors import RefusalCode, SignInRefused
from tenant_schema.users.identity_providers.store import hash_subject, mark_proven, rules_of
from tenant_schema.users.mails import Mails, Recipient
from tenant_schema.users.oidc.claims import claim_of, has_value, is_email_verified
from tenant_schema.users.person_count import require_room_for_user
from tenant_schema.users.rights.change import changing_access
from tenant_schema.users.roles.reader import roles_of_user
from tenant_schema.users.sessions.store import SessionUser
from tenant_schema.users.sign_in.arrival import Arrival
from tenant_schema.users.sign_in.browser_sessions import BrowserSession, BrowserSessions
from tenant_schema.users.sign_in_tables import Identity
from tenant_schema.users.tables import Role, User, UserRole

__all__ = ["Accounts"]

_LONGEST_NAME: Final = 200
_LONGEST_EMAIL: Final = 1_000


@dataclass(frozen=True, slots=True)
class _Account:
    """The user of an identity. ``identity_id`` is None unless the identity is known already."""

    user: SessionUser
    how: Literal["known", "linked", "created"]
    identity_id: UUID | None = None
    given: frozenset[UUID] = frozenset()
    language: str = ""


@dataclass(frozen=True, slots=True)
class _Roles:
    """Changes of a user's roles, names by id. ``given`` are those that the user has by rules afterwards."""

    added: Mapping[UUID, str]
    removed: Mapping[UUID, str]
    given: frozenset[UUID]


class Accounts:
    """Starts sessions of people whom a provider has authenticated.

    :param cache: of the ``access`` version.
    :param changes: notes new users for the directory.
    :param mails: informs users whose accounts are linked.
    """

    def __init__(
        self,
        cache: VersionedCache,
        sessions: BrowserSessions,
        changes: AccountChanges,
        mails: Mails,
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._cache = cache
        self._sessions = sessions
        self._changes = changes
        self._mails = mails
        self._now = now

    async def admit(
        self, scope: TenantScope, provider: Mapping[str, Any], claims: Mapping[str, Any], arrival: Arrival
    ) -> BrowserSession:
        """Find, link or create the user, apply the provider's rules for roles, and start a session, in one
        transaction. 14 statements for a known user whose roles stay, up to 38 for others.

        Rules add roles, and remove those that they gave before and no longer give. Roles that were given in
        another way stay. The role of the last administrator is kept.

        :param provider: the row of the provider.
        :param claims: those of a verified id token.

        Raises :class:`SignInRefused`.
        """
        attempt = partial(self._admit, scope, provider, claims, arrival)
        try:
            return await retrying(attempt)
        except LastAdministrator:
            return await retrying(partial(attempt, keeps_roles=True))
        except UniqueViolation:  # the same person, in two windows
            return await retrying(attempt)
        except SessionEnded as error:
            raise SignInRefused(RefusalCode.ACCOUNT_INACTIVE) from error

    async def _admit(
        self,
        scope: TenantScope,
        provider: Mapping[str, Any],
        claims: Mapping[str, Any],
        arrival: Arrival,
        *,
        keeps_roles: bool = False,
    ) -> BrowserSession:
        account = await _find(provider, claims)
        roles = await _changes(provider, claims, account, keeps_roles=keeps_roles)
        async with self._transaction(scope, provider, account, roles):
            user = account.user
            if account.how == "created":
                await require_room_for_user()
                await User.insert(User(id=user.id, email=user.email, name=user.name))
                await self._changes.note(scope, user.email)
            if account.how == "linked":
                await self._inform(scope, provider, account)
            await _write_roles(user.id, roles)
            await self._write_identity(provider, claims, account, roles)
            await _record_changes(provider, account, roles)
            with suppress(WritesRefused):
                await mark_proven(provider["id"], self._now())
            return await self._sessions.open(scope, user, arrival)

    async def _inform(self, scope: TenantScope, provider: Mapping[str, Any], account: _Account) -> None:
        recipient = Recipient(account.user.email, account.user.name, account.language)
        label = provider["label"] or provider["name"]
        await self._mails.identity_linked(scope, recipient, label, self._now())

    @asynccontextmanager
    async def _transaction(
        self, scope: TenantScope, provider: Mapping[str, Any], account: _Account, roles: _Roles
    ) -> AsyncIterator[None]:
        """A transaction; one that changes rights if any change, and if the provider proves itself."""
        changes = account.how == "created" or roles.added or roles.removed or provider["proven_at"] is None
        if not changes:
            async with DB.transaction():
                yield
            return
        async with changing_access(self._cache, scope, may_demote=bool(roles.removed)):
            yield

    async def _write_identity(
        self, provider: Mapping[str, Any], claims: Mapping[str, Any], account: _Account, roles: _Roles
    ) -> None:
        values: dict[Any, Any] = {
            Identity.email: (_email(provider, claims) or "")[:254],
            Identity.given_roles: msgspec.json.encode(sorted(map(str, roles.given))).decode(),
            Identity.last_sign_in_at: self._now(),
        }
        if account.identity_id is not None:
            with suppress(WritesRefused):  # the tenant is read-only
                await Identity.update(values).where(Identity.id == account.identity_id)
            return
        await Identity.insert(
            Identity(
                user=account.user.id,
                provider=provider["id"],
                subject=claims["sub"],
                subject_hash=hash_subject(claims["sub"]),
                **{column._meta.name: value for column, value in values.items()},
            )
        )


async def _find(provider: Mapping[str, Any], claims: Mapping[str, Any]) -> _Account:
    """Return the user of the claims' subject. 1 statement, 2 if the identity is not known."""
    columns: Any = (Identity.user.email, Identity.user.name, Identity.user.active, Identity.user.kind)
    this = (Identity.provider == provider["id"]) & (Identity.subject_hash == hash_subject(claims["sub"]))
    row = (
        await Identity.select(Identity.id, Identity.user, Identity.given_roles, *columns)
        .where(this)
        .first()
        .output(load_json=True)
    )
    if row is None:
        return await _find_by_address(provider, claims)
    _require_usable(row["user.active"], row["user.kind"])
    user = SessionUser(row["user"], row["user.email"], row["user.name"])
    return _Account(user, "known", row["id"], frozenset(map(UUID, row["given_roles"])))


async def _find_by_address(provider: Mapping[str, Any], claims: Mapping[str, Any]) -> _Account:
    """Return the user of a verified address, or a new one if its domain is one of the provider's. 1
    statement.
    """
    email = _email(provider, claims)
    if email is None:
        raise SignInRefused(RefusalCode.EMAIL_MISSING)
    if not (provider["emails_verified"] or is_email_verified(claims, provider["email_claim"])):
        raise SignInRefused(RefusalCode.EMAIL_UNVERIFIED)
    row = (
        await User.select(User.id, User.email, User.name, User.active, User.kind, User.language)
        .where(User.email == email)
        .first()
    )
    if row is not None and row["email"] == email:  # a collation may fold more than we do
        _require_usable(row["active"], row["kind"])
        user = SessionUser(row["id"], row["email"], row["name"])
        return _Account(user, "linked", language=row["language"])
    if row is not None or email.rpartition("@")[2] not in provider["domains"]:
        raise SignInRefused(RefusalCode.NO_ACCOUNT)
    name = claim_of(claims, "name")
    shown = name.strip()[:_LONGEST_NAME] if isinstance(name, str) else ""
    return _Account(SessionUser(new_id(), email, shown), "created")


def _require_usable(active: bool, kind: str) -> None:
    if not active or kind != "person":
        raise SignInRefused(RefusalCode.ACCOUNT_INACTIVE)


def _email(provider: Mapping[str, Any], claims: Mapping[str, Any]) -> str | None:
    """Return the normalised address; None without a valid one."""
    value = claim_of(claims, provider["email_claim"])
    email = normalise_email(value) if isinstance(value, str) and len(value) <= _LONGEST_EMAIL else ""
    return None if email_problem(email) is not None else email


async def _changes(
    provider: Mapping[str, Any], claims: Mapping[str, Any], account: _Account, *, keeps_roles: bool
) -> _Roles:
    """Return what the rules change. 2 statements at most."""
    held = {} if account.how == "created" else await roles_of_user(account.user.id)
    held_ids = frozenset(held.values())
    matching = (one.roles for one in rules_of(provider) if has_value(claims, one.claim, one.value))
    wanted = await _existing(frozenset().union(*matching))
    before = account.given & held_ids
    removed = frozenset() if keeps_roles else before - wanted.keys()
    added = {one: name for one, name in wanted.items() if one not in held_ids}
    given = (before - removed) | added.keys()
    if account.how == "created":
        added |= await _existing(frozenset(map(UUID, provider["default_roles"])))
    return _Roles(added, {one: name for name, one in held.items() if one in removed}, given)


async def _existing(ids: frozenset[UUID]) -> dict[UUID, str]:
    """Return the names of those roles that exist. 1 statement, none without ids."""
    if not ids:
        return {}
    rows = await Role.select(Role.id, Role.name).where(Role.id.is_in(list(ids)))
    return {row["id"]: row["name"] for row in rows}


async def _write_roles(user_id: UUID, roles: _Roles) -> None:
    """At most 2 statements."""
    if roles.removed:
        removed = UserRole.role.is_in(list(roles.removed))
        await UserRole.delete().where((UserRole.user == user_id) & removed)
    if roles.added:
        await UserRole.insert(*(UserRole(user=user_id, role=one) for one in roles.added))


async def _record_changes(provider: Mapping[str, Any], account: _Account, roles: _Roles) -> None:
    """Record what was changed; nothing for a known user whose roles stay."""
    subject = Subject("user", account.user.id, account.user.email)
    detail: dict[str, object] = {"provider": provider["name"]}
    if account.how == "created":
        added = {"roles": sorted(roles.added.values())}
        await record_event(None, "user.create", subject, detail | added)
        return
    if account.how == "linked":
        await record_event(None, "user.link-identity", subject, detail)
    if roles.added or roles.removed:
        names = {"added": sorted(roles.added.values()), "removed": sorted(roles.removed.values())}
        await record_event(None, "user.roles", subject, detail | names)

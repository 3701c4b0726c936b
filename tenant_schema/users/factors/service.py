"""The factor service: a user's own factors, and those of others for who manages users."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from piccolo_engines.columns import utc_now
from tenant_schema.problems import InvalidInput, Problem
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import VersionedCache
from tenant_schema.users.audit.write import Subject, record_event
from tenant_schema.users.errors import NotThere, TokenInvalid
from tenant_schema.users.factor_errors import ConfirmationRequired, FactorNeeded
from tenant_schema.users.factors.passkeys import RelyingParty, creation_options, verify_creation
from tenant_schema.users.factors.records import FactorKind, FactorOverview, FactorRecord, NewFactor
from tenant_schema.users.factors.sessions import complete_session
from tenant_schema.users.factors.store import FactorStore
from tenant_schema.users.factors.totp import otpauth_uri
from tenant_schema.users.rights.change import changing_access
from tenant_schema.users.rights.delegation import is_oneself, require_within
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.roles.reader import grants_of_user
from tenant_schema.users.tables import Role, Session, User, UserRole

__all__ = ["ConfirmedFactor", "FactorNotice", "Factors"]

_CONFIRMED_FOR: Final = timedelta(minutes=10)
_LONGEST_NAME: Final = 100
_NAMES: Final = {FactorKind.TOTP: "Authenticator app", FactorKind.PASSKEY: "Passkey"}


FactorNotice = Callable[[TenantScope, UUID, Sequence[str]], Awaitable[None]]
"""Tells a user the names of removed factors, within the transaction."""


async def _tell_nobody(_scope: TenantScope, _user_id: UUID, _names: Sequence[str]) -> None:
    """For a tenant without mails."""


@dataclass(frozen=True, slots=True)
class ConfirmedFactor:
    """A factor that was confirmed; with the user's first one, the recovery codes."""

    factor: FactorRecord
    recovery_codes: tuple[str, ...] | None = field(default=None, repr=False)


class Factors:
    """Factors of the bound tenant's users.

    Changes require a signed-in user who has authenticated within the last ten minutes, with a second factor
    if the user has one: they raise KeyNotEnough and ConfirmationRequired. Each is recorded in the audit
    trail.
    """

    def __init__(
        self,
        store: FactorStore,
        cache: VersionedCache,
        notice: FactorNotice = _tell_nobody,
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._store = store
        self._cache = cache
        self._notice = notice
        self._now = now

    async def overview(
        self, scope: TenantScope, access: Access, user_id: UUID | None = None
    ) -> FactorOverview:
        """Return the factors of a user. 2 statements, 3 for another user.

        :param user_id: the caller when None; another user requires ``users:manage``. Raises NotThere.
        """
        whose = access.user_id if user_id is None else user_id
        if whose != access.user_id:
            access.require_system("users:manage")
            await _require_user(whose)
        return await self._store.overview(whose, scope.id)

    async def begin_totp(self, scope: TenantScope, access: Access, name: str) -> NewFactor:
        """Return the secret of a new TOTP factor, to be confirmed within ten minutes.

        Raises TooManyFactors.
        """
        name = _parsed_name(name, FactorKind.TOTP)
        await self._require_confirmed(access)
        async with changing_access(self._cache, scope):
            factor_id, secret = await self._store.begin_totp(access.user_id, scope.id, name, self._now())
        uri = otpauth_uri(secret, access.email, scope.name or scope.slug)
        return NewFactor(factor_id, FactorKind.TOTP, secret, uri)

    async def begin_passkey(
        self, scope: TenantScope, access: Access, party: RelyingParty, name: str
    ) -> NewFactor:
        """Return the options for creating a passkey, to be confirmed within ten minutes.

        Raises TooManyFactors.
        """
        name = _parsed_name(name, FactorKind.PASSKEY)
        await self._require_confirmed(access)
        async with changing_access(self._cache, scope):
            known = await self._store.passkeys(access.user_id)
            factor_id, value = await self._store.begin_passkey(access.user_id, scope.id, name, self._now())
        about = (access.user_id.bytes, access.email, access.name)
        options = creation_options(party, value, *about, known)
        return NewFactor(factor_id, FactorKind.PASSKEY, options=options)

    async def confirm_totp(
        self, scope: TenantScope, access: Access, factor_id: UUID, code: str
    ) -> ConfirmedFactor:
        """Confirm a TOTP factor with a code of it. Raises NotThere and WrongCode."""
        access.require_person()
        async with changing_access(self._cache, scope):
            is_first = await self._is_first(scope, access)
            now = self._now()
            confirmed = await self._store.confirm_totp(access.user_id, scope.id, factor_id, code, now)
            return await self._confirmed(scope, access, confirmed, ("otp",), is_first=is_first)

    async def confirm_passkey(
        self,
        scope: TenantScope,
        access: Access,
        factor_id: UUID,
        party: RelyingParty,
        credential: Mapping[str, Any],
    ) -> ConfirmedFactor:
        """Confirm a passkey with a RegistrationResponseJSON. Raises NotThere and PasskeyRefused."""
        access.require_person()
        async with changing_access(self._cache, scope):
            is_first = await self._is_first(scope, access)
            now = self._now()
            value = await self._store.challenge_of(access.user_id, scope.id, factor_id, now)
            passkey = verify_creation(party, value, credential)
            confirmed = await self._store.confirm_passkey(access.user_id, factor_id, passkey, now)
            return await self._confirmed(scope, access, confirmed, ("pop",), is_first=is_first)

    async def rename(self, scope: TenantScope, access: Access, factor_id: UUID, name: str) -> FactorRecord:
        """Rename a factor of the caller. Raises NotThere and InvalidInput."""
        access.require_person()
        if not name.strip():
            raise InvalidInput([Problem("name", "required", "A name is needed.")])
        async with changing_access(self._cache, scope):
            return await self._store.rename(access.user_id, factor_id, _checked_name(name))

    async def remove(self, scope: TenantScope, access: Access, factor_id: UUID) -> None:
        """Remove a factor of the caller. Raises NotThere and FactorNeeded."""
        await self._require_confirmed(access)
        async with changing_access(self._cache, scope):
            removed = await self._store.remove(access.user_id, factor_id)
            if not await self._store.kinds(access.user_id, scope.id) and await _needs_factor(access.user_id):
                raise FactorNeeded
            await self._removed(scope, access, access.user_id, [removed])

    async def remove_of(
        self, scope: TenantScope, access: Access, user_id: UUID, factor_id: UUID | None = None
    ) -> None:
        """Remove one factor of a user, or all of them with the recovery codes. Requires ``users:manage``.

        Raises NotThere, BeyondOwnRights, and FactorNeeded for the caller's own last one.
        """
        access.require_system("users:manage")
        await self._require_confirmed(access)
        async with changing_access(self._cache, scope):
            await _require_user(user_id)
            if not is_oneself(access, user_id):
                require_within(access, await grants_of_user(user_id))
            if factor_id is None:
                removed = await self._store.remove_all(user_id)
            else:
                removed = [await self._store.remove(user_id, factor_id)]
            is_last = not await self._store.kinds(user_id, scope.id)
            if is_last and is_oneself(access, user_id) and await _needs_factor(user_id):
                raise FactorNeeded
            if removed:
                await self._removed(scope, access, user_id, removed)

    async def replace_codes(self, scope: TenantScope, access: Access) -> tuple[str, ...]:
        """Replace the caller's recovery codes. Raises NotThere without a factor."""
        await self._require_confirmed(access)
        async with changing_access(self._cache, scope):
            if not await self._store.kinds(access.user_id, scope.id):
                raise NotThere("factor")
            codes = await self._store.replace_codes(access.user_id, scope.id)
            await record_event(access, "factor.recovery-codes", _subject(access))
        return codes

    async def _confirmed(
        self,
        scope: TenantScope,
        access: Access,
        factor: FactorRecord,
        methods: tuple[str, ...],
        *,
        is_first: bool,
    ) -> ConfirmedFactor:
        """Complete the session with the user's first factor, and record a new one."""
        codes = None
        if is_first:
            codes = await self._store.replace_codes(access.user_id, scope.id)
            await complete_session(access.session_id, methods, self._now())
        detail = {"kind": factor.kind.value, "name": factor.name}
        await record_event(access, "factor.add", _subject(access), detail)
        return ConfirmedFactor(factor, codes)

    async def _is_first(self, scope: TenantScope, access: Access) -> bool:
        """Whether the caller has no factor yet. Raises ConfirmationRequired if one was added meanwhile, in
        another session.
        """
        is_first = not await self._store.kinds(access.user_id, scope.id)
        if not is_first:
            await self._require_second_factor(access)
        return is_first

    async def _require_second_factor(self, access: Access) -> None:
        row = await Session.select(Session.second_factor_at).where(Session.id == access.session_id).first()
        if row is None or row["second_factor_at"] is None:
            raise ConfirmationRequired(needs_factor=True)

    async def _require_confirmed(self, access: Access) -> None:
        """Raise KeyNotEnough and ConfirmationRequired. 2 statements."""
        access.require_person()
        columns = (Session.created_at, Session.second_factor_at, Session.confirmed_at)
        row = await Session.select(*columns).where(Session.id == access.session_id).first()
        if row is None:
            raise TokenInvalid
        has_factor = await self._store.has_factor(access.user_id)
        if has_factor and row["second_factor_at"] is None:
            raise ConfirmationRequired(needs_factor=True)
        last = max(moment for moment in row.values() if moment is not None)
        if self._now() - last > _CONFIRMED_FOR:
            raise ConfirmationRequired

    async def _removed(
        self, scope: TenantScope, access: Access, user_id: UUID, removed: Sequence[FactorRecord]
    ) -> None:
        email = await _email(user_id)
        for one in removed:
            detail = {"kind": one.kind.value, "name": one.name}
            await record_event(access, "factor.remove", Subject("user", user_id, email), detail)
        await self._notice(scope, user_id, [one.name for one in removed])


def _parsed_name(name: str, kind: FactorKind) -> str:
    return _checked_name(name) or _NAMES[kind]


def _checked_name(name: str) -> str:
    if len(name.strip()) > _LONGEST_NAME:
        raise InvalidInput([Problem("name", "too-long", f"At most {_LONGEST_NAME} characters.")])
    return name.strip()


def _subject(access: Access) -> Subject:
    return Subject("user", access.user_id, access.email)


async def _email(user_id: UUID) -> str:
    row = await User.select(User.email).where(User.id == user_id).first()
    return "" if row is None else str(row["email"])


async def _require_user(user_id: UUID) -> None:
    if not await User.exists().where(User.id == user_id):
        raise NotThere("user")


async def _needs_factor(user_id: UUID) -> bool:
    """Whether a role of the user requires a second factor. 1 statement."""
    strict = Role.select(Role.id).where(Role.mfa_required.eq(True))
    return bool(await UserRole.exists().where((UserRole.user == user_id) & UserRole.role.is_in(strict)))

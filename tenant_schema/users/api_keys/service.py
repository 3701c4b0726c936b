"""API keys: created by users for programs, with some of the user's roles. The secret is stored as a hash."""

import hashlib
import hmac
import re
import secrets
import string
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, cast
from uuid import UUID

import msgspec

from piccolo_engines.columns import new_id, utc_now
from piccolo_engines.errors import WritesRefused
from tenant_schema.problems import InvalidInput, Problem
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import VersionedCache
from tenant_schema.users.audit.write import Subject, record_event
from tenant_schema.users.errors import NotThere, TokenExpired, TokenInvalid
from tenant_schema.users.rights.change import changing_access
from tenant_schema.users.rights.delegation import is_oneself, require_within
from tenant_schema.users.rights.permissions import Access, Grants
from tenant_schema.users.roles.reader import (
    grants_of_user,
    named_roles,
    read_grants,
    roles_of_user,
)
from tenant_schema.users.tables import ApiKey, Role

__all__ = ["KEY_PREFIX", "ApiKeyReader", "ApiKeyRecord", "ApiKeys", "access_of_key"]

KEY_PREFIX: Final = "fhk_"
_SHAPE: Final = re.compile(rf"({KEY_PREFIX}[A-Za-z0-9]{{8}})_([A-Za-z0-9_-]{{43}})")
_LETTERS: Final = string.ascii_letters + string.digits
_SECRET_BYTES: Final = 32
_LONGEST_NAME: Final = 100
_MOST: Final = 500
"""Keys of all users that are listed at once."""
_USE_COUNTS_EVERY: Final = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class ApiKeyRecord:
    """One key, without its secret. ``prefix`` is the beginning of the key."""

    id: UUID
    user_id: UUID
    user_name: str
    user_email: str
    name: str
    prefix: str
    roles: tuple[str, ...]
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None


class ApiKeys:
    """API keys of the bound tenant: the caller's own, and those of all users with ``users:manage``."""

    def __init__(self, cache: VersionedCache, *, now: Callable[[], datetime] = utc_now) -> None:
        self._cache = cache
        self._now = now

    async def of_user(self, access: Access, user_id: UUID | None = None) -> list[ApiKeyRecord]:
        """Return the keys of a user, newest first. 2 statements.

        :param user_id: the caller when None; another user requires ``users:manage``.
        """
        whose = access.user_id if user_id is None else user_id
        if whose != access.user_id:
            access.require_system("users:manage")
        return await _read(ApiKey.user == whose)

    async def of_everyone(self, access: Access) -> list[ApiKeyRecord]:
        """Return the keys of all users that are not revoked, newest first, 500 at most. 2 statements.
        Requires ``users:manage``.
        """
        access.require_system("users:manage")
        return await _read(ApiKey.revoked_at.is_null(), _MOST)

    async def create(
        self,
        scope: TenantScope,
        access: Access,
        name: str,
        roles: Sequence[str] | None = None,
        expires_at: datetime | None = None,
    ) -> tuple[ApiKeyRecord, str]:
        """Create a key for the caller. Returns the record and the key itself, which is not stored.

        :param roles: names or ids of those of the caller's roles that the key gets; all of them when None.

        Raises InvalidInput, and KeyNotEnough for an API key, so that a stolen key cannot create others.
        """
        access.require_person()
        problems = _faults(name.strip(), expires_at, self._now())
        given = await named_roles(access.roles if roles is None else roles)
        problems += [
            Problem("roles", "not-yours", f"You do not have the role {one}.")
            for one in given
            if one not in access.roles
        ]
        if problems:
            raise InvalidInput(problems)
        prefix = KEY_PREFIX + "".join(secrets.choice(_LETTERS) for _ in range(8))
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        key = ApiKey(
            id=new_id(),
            user=access.user_id,
            name=name.strip(),
            prefix=prefix,
            secret_hash=_hash(secret),
            roles=msgspec.json.encode([str(one) for one in given.values()]).decode(),
            expires_at=expires_at,
        )
        async with changing_access(self._cache, scope):
            await ApiKey.insert(key)
            detail = {"prefix": prefix, "roles": sorted(given)}
            await record_event(access, "api-key.create", Subject("api-key", key.id, key.name), detail)
        return (await _read(ApiKey.id == key.id))[0], f"{prefix}_{secret}"

    async def revoke(self, scope: TenantScope, access: Access, key_id: UUID) -> None:
        """Revoke a key. Raises NotThere, BeyondOwnRights, and SupportNotEnough for an operator."""
        access.require_no_support()
        async with changing_access(self._cache, scope):
            found = await _read(ApiKey.id == key_id)
            if not found or (found[0].user_id != access.user_id and not access.has("users:manage")):
                raise NotThere("API key")
            if key_id != access.api_key and not is_oneself(access, found[0].user_id):
                require_within(access, await grants_of_user(found[0].user_id))
            is_good = (ApiKey.id == key_id) & ApiKey.revoked_at.is_null()
            await ApiKey.update({ApiKey.revoked_at: self._now()}).where(is_good)
            subject = Subject("api-key", key_id, found[0].name)
            await record_event(access, "api-key.revoke", subject, {"prefix": found[0].prefix})


@dataclass(slots=True)
class _Known:
    """A valid key as it is cached. ``used_at`` is the last use that was written to the table."""

    id: UUID
    secret_hash: str = field(repr=False)
    expires_at: datetime | None
    used_at: datetime | None
    access: Access

    def has_expired(self, now: datetime) -> bool:
        """Whether the key has expired."""
        return self.expires_at is not None and self.expires_at <= now

    def has_use_to_record(self, now: datetime) -> bool:
        """Whether the last use that was written to the table is long enough ago."""
        return self.used_at is None or now - self.used_at >= _USE_COUNTS_EVERY


class ApiKeyReader:
    """Reads the :class:`Access` of API keys, through the cache of the ``access`` version.

    With a warm cache: no statement, except one a minute that records the use.
    """

    def __init__(self, cache: VersionedCache, *, now: Callable[[], datetime] = utc_now) -> None:
        self._cache = cache
        self._now = now

    async def access_of(self, scope: TenantScope, text: str) -> Access:
        """Return what the key allows. Raises TokenExpired, and TokenInvalid for anything that is not a key of
        this tenant.
        """
        match = _SHAPE.fullmatch(text)
        if match is None:
            raise TokenInvalid
        prefix, secret = match.groups()
        known: _Known = await self._cache.get(scope, ("key", prefix), lambda: self._read(scope, prefix))
        if not hmac.compare_digest(known.secret_hash, _hash(secret)):
            raise TokenInvalid
        now = self._now()
        if known.has_expired(now):
            raise TokenExpired
        if known.has_use_to_record(now):
            known.used_at = now
            with suppress(WritesRefused):  # the tenant is read-only: reads go on
                await ApiKey.update({ApiKey.last_used_at: now}).where(ApiKey.id == known.id)
        return known.access

    def known_access(self, scope: TenantScope, text: str) -> Access | None:
        """Return what :meth:`access_of` would, if it is cached and needs no statement; otherwise None."""
        match = _SHAPE.fullmatch(text)
        known = cast("_Known | None", self._cache.peek(scope, ("key", match[1]))) if match else None
        if match is None or known is None or not hmac.compare_digest(known.secret_hash, _hash(match[2])):
            return None
        now = self._now()
        return None if known.has_expired(now) or known.has_use_to_record(now) else known.access

    async def _read(self, scope: TenantScope, prefix: str) -> _Known:
        """Read the key and what it allows. Raises TokenInvalid, so that invented keys take no room in the
        cache.
        """
        row = await _key(ApiKey.prefix == prefix)
        if row is None:
            raise TokenInvalid
        roles = await _roles(row)
        key = ("grants", tuple(roles.values()))
        grants = await self._cache.get(scope, key, lambda: read_grants(roles))
        access = _access(row, roles, grants)
        return _Known(row["id"], row["secret_hash"], row["expires_at"], row["last_used_at"], access)


async def access_of_key(key_id: UUID) -> Access | None:
    """Return what a key allows now; None if it is revoked or expired, or its user not active. Not cached."""
    row = await _key(ApiKey.id == key_id)
    if row is None or (row["expires_at"] is not None and row["expires_at"] <= utc_now()):
        return None
    roles = await _roles(row)
    return _access(row, roles, await read_grants(roles))


async def _key(condition: Any) -> dict[str, Any] | None:
    """Return the key with its user, if it is not revoked and the user is active."""
    row: dict[str, Any] | None = await (
        ApiKey.select(*ApiKey.all_columns(), ApiKey.user.email, ApiKey.user.name, ApiKey.user.active)
        .where(condition & ApiKey.revoked_at.is_null())
        .first()
        .output(load_json=True)
    )
    return row if row is not None and row["user.active"] else None


async def _roles(row: Mapping[str, Any]) -> dict[str, UUID]:
    held = await roles_of_user(row["user"])
    return {name: role_id for name, role_id in held.items() if str(role_id) in row["roles"]}


def _access(row: Mapping[str, Any], roles: Mapping[str, UUID], grants: Grants) -> Access:
    names = (row["user.email"], row["user.name"], tuple(roles))
    return Access(row["user"], row["id"], *names, grants.permissions, grants, row["id"])


def _faults(name: str, expires_at: datetime | None, now: datetime) -> list[Problem]:
    problems = []
    if not name:
        problems.append(Problem("name", "required", "A key needs a name, to be known by."))
    if len(name) > _LONGEST_NAME:
        problems.append(Problem("name", "too-long", f"At most {_LONGEST_NAME} characters."))
    if expires_at is not None and expires_at <= now:
        problems.append(Problem("expiresAt", "in-the-past", "This time is over."))
    return problems


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


async def _read(condition: Any, limit: int | None = None) -> list[ApiKeyRecord]:
    query = ApiKey.select(*ApiKey.all_columns(), ApiKey.user.name, ApiKey.user.email).where(condition)
    if limit is not None:
        query = query.limit(limit)
    rows = await query.order_by(ApiKey.id, ascending=False).output(load_json=True)
    names = {str(row["id"]): row["name"] for row in await Role.select(Role.id, Role.name)} if rows else {}
    return [_record(row, names) for row in rows]


def _record(row: Mapping[str, Any], names: Mapping[str, str]) -> ApiKeyRecord:
    roles = tuple(sorted(names[one] for one in row["roles"] if one in names))
    times = (row["created_at"], row["expires_at"], row["last_used_at"], row["revoked_at"])
    whose = (row["user"], row["user.name"], row["user.email"])
    return ApiKeyRecord(row["id"], *whose, row["name"], row["prefix"], roles, *times)

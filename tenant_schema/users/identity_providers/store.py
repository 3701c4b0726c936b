"""Identity providers as rows."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from piccolo.query.functions.aggregate import Count

from tenant_schema.users.errors import NotThere
from tenant_schema.users.identity_providers.errors import LastWayIn
from tenant_schema.users.identity_providers.records import ProviderRecord, RoleRule
from tenant_schema.users.sign_in_tables import Identity, IdentityProvider, SignInSettings
from tenant_schema.users.tables import Role

__all__ = [
    "StoredRule",
    "active_providers",
    "forget_identities",
    "hash_subject",
    "id_in",
    "is_provider_name",
    "mark_proven",
    "provider_named",
    "provider_row",
    "read_providers",
    "require_another_way_in",
    "rules_of",
]

_NAME: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_ID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class StoredRule(msgspec.Struct, frozen=True):
    """A rule as ``role_rules`` has it, with the ids of roles. Roles that were deleted are ignored."""

    claim: str
    value: str
    roles: tuple[UUID, ...]


def rules_of(row: Mapping[str, Any]) -> tuple[StoredRule, ...]:
    """Return the rules of a row."""
    return msgspec.convert(row["role_rules"], tuple[StoredRule, ...])


def hash_subject(subject: str) -> str:
    """Return the hash by which an identity is found."""
    return hashlib.sha256(subject.encode()).hexdigest()


async def provider_row(provider_id: UUID) -> dict[str, Any]:
    """Return a provider's row. 1 statement. Raises NotThere."""
    return await _first(IdentityProvider.id == provider_id)


async def provider_named(text: str) -> dict[str, Any]:
    """Return the row of an active provider, by its name or id. 1 statement. Raises NotThere."""
    provider_id = id_in(text)
    this = IdentityProvider.name == text if provider_id is None else IdentityProvider.id == provider_id
    return await _first(this & IdentityProvider.active.eq(True))


def is_provider_name(text: str) -> bool:
    """Whether a text has the form of a provider's name.

    >>> is_provider_name("company"), is_provider_name("-"), is_provider_name("x" * 41)
    (True, False, False)
    """
    return _NAME.fullmatch(text) is not None


def id_in(text: str) -> UUID | None:
    """Return the id that a text is in canonical form; None for every other text, such as a name.

    >>> id_in("company") is None
    True
    """
    return UUID(text) if _ID.fullmatch(text) else None


async def active_providers() -> list[tuple[str, str]]:
    """Return the name and the label of each active provider, for a sign-in page. 1 statement."""
    columns = (IdentityProvider.name, IdentityProvider.label)
    rows = await IdentityProvider.select(*columns).where(IdentityProvider.active.eq(True))
    return sorted((row["name"], row["label"] or row["name"]) for row in rows)


async def _first(condition: Any) -> dict[str, Any]:
    row: dict[str, Any] | None = await (
        IdentityProvider.select().where(condition).first().output(load_json=True)
    )
    if row is None:
        raise NotThere("identity provider")
    return row


async def read_providers(provider_id: UUID | None = None) -> list[ProviderRecord]:
    """Return every provider in the order of names, or the one with that id. 3 statements."""
    query = IdentityProvider.select().order_by(IdentityProvider.name).output(load_json=True)
    if provider_id is not None:
        query = query.where(IdentityProvider.id == provider_id)
    rows = await query
    roles = {row["id"]: row["name"] for row in await Role.select(Role.id, Role.name).order_by(Role.name)}
    numbers = await _identities(provider_id)
    return [_record(row, roles, numbers.get(row["id"], 0)) for row in rows]


async def _identities(provider_id: UUID | None) -> dict[UUID, int]:
    """Return the number of identities by provider. 1 statement."""
    number = Count(alias="number")
    query = Identity.select(Identity.provider, number).group_by(Identity.provider)
    if provider_id is not None:
        query = query.where(Identity.provider == provider_id)
    return {row["provider"]: row["number"] for row in await query}


async def forget_identities(provider_id: UUID) -> None:
    """Delete the identities of a provider. 1 statement."""
    await Identity.delete().where(Identity.provider == provider_id)


async def mark_proven(provider_id: UUID, now: datetime) -> None:
    """Record the first successful sign-in through a provider. 1 statement."""
    is_new = (IdentityProvider.id == provider_id) & IdentityProvider.proven_at.is_null()
    await IdentityProvider.update({IdentityProvider.proven_at: now}).where(is_new)


async def require_another_way_in(row: Mapping[str, Any]) -> None:
    """Raise :class:`LastWayIn` if passwords are disabled and no other provider works. 1 or 2 statements."""
    settings = await SignInSettings.select(SignInSettings.password_enabled).first()
    if settings is None or settings["password_enabled"]:
        return
    works = IdentityProvider.active.eq(True) & IdentityProvider.proven_at.is_not_null()
    if not await IdentityProvider.exists().where(works & (IdentityProvider.id != row["id"])):
        raise LastWayIn(row["name"])


def _record(row: Mapping[str, Any], roles: Mapping[UUID, str], identities: int) -> ProviderRecord:
    rules = (RoleRule(one.claim, one.value, _names(one.roles, roles)) for one in rules_of(row))
    return ProviderRecord(
        id=row["id"],
        name=row["name"],
        label=row["label"],
        issuer=row["issuer"],
        client_id=row["client_id"],
        has_secret=bool(row["client_secret"]),
        scopes=row["scopes"],
        email_claim=row["email_claim"],
        role_rules=tuple(rules),
        domains=tuple(row["domains"]),
        default_roles=_names(map(UUID, row["default_roles"]), roles),
        emails_verified=row["emails_verified"],
        second_factor=row["second_factor"],
        active=row["active"],
        proven_at=row["proven_at"],
        identities=identities,
        created_at=row["created_at"],
        updated_at=row["updated_at"],
    )


def _names(ids: Iterable[UUID], roles: Mapping[UUID, str]) -> tuple[str, ...]:
    return tuple(sorted(roles[one] for one in ids if one in roles))

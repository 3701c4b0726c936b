"""IdentityProviders: the service by which administrators set up providers."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

import msgspec

from piccolo_engines.columns import new_id
from piccolo_engines.errors import UniqueViolation
from tenant_schema.problems import InvalidInput, Problem
from tenant_schema.scope import TenantScope
from tenant_schema.tenant_cache import VersionedCache
from tenant_schema.users.audit.write import Subject, record_event
from tenant_schema.users.emails import normalise_email
from tenant_schema.users.errors import NotThere, Taken
from tenant_schema.users.identity_providers.checks import require_good
from tenant_schema.users.identity_providers.errors import ProviderInUse
from tenant_schema.users.identity_providers.records import (
    NewProvider,
    ProviderRecord,
    ProviderTest,
    RuleDraft,
)
from tenant_schema.users.identity_providers.role_ids import RoleIds
from tenant_schema.users.identity_providers.store import (
    StoredRule,
    forget_identities,
    provider_row,
    read_providers,
    require_another_way_in,
)
from tenant_schema.users.oidc.addresses import UrlRules
from tenant_schema.users.oidc.discovery import Metadata
from tenant_schema.users.oidc.errors import ProviderError
from tenant_schema.users.oidc.id_token import ALGORITHMS
from tenant_schema.users.oidc.provider_cache import ProviderCache, ProviderKey
from tenant_schema.users.rights.change import ESSENTIAL, changing_access
from tenant_schema.users.rights.delegation import require_within
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.roles.reader import read_grants
from tenant_schema.users.sign_in_tables import IdentityProvider

__all__ = ["MOST_PROVIDERS", "IdentityProviders", "Seal"]

Seal = Callable[[str, UUID], str]
"""Encrypts a text for a tenant, by its id."""

MOST_PROVIDERS: Final = 50
_PLAIN: Final = (
    "name",
    "label",
    "issuer",
    "client_id",
    "scopes",
    "email_claim",
    "emails_verified",
    "second_factor",
    "active",
)
_CLIENT_METHODS: Final = frozenset({"client_secret_basic", "client_secret_post"})
_IDENTITY: Final = ("issuer", "client_id")
"""Values after whose change a provider has to prove itself again."""


class IdentityProviders:
    """Providers of the bound tenant. Every method requires ``users:manage`` and ``roles:manage``, since the
    rules of a provider let people in and give them roles. Changes require a signed-in user, not an API key.

    :param cache: of the ``access`` version, which every change counts.
    :param rules: which issuers are accepted.
    :param seal: encrypts client secrets.
    """

    def __init__(self, cache: VersionedCache, providers: ProviderCache, rules: UrlRules, seal: Seal) -> None:
        self._cache = cache
        self._providers = providers
        self._rules = rules
        self._seal = seal

    async def all(self, access: Access) -> list[ProviderRecord]:
        """Return every provider in the order of names. 3 statements."""
        _require_management(access)
        return await read_providers()

    async def get(self, access: Access, provider_id: UUID) -> ProviderRecord:
        """Return one provider. 3 statements. Raises NotThere."""
        _require_management(access)
        return await _record(provider_id)

    async def create(self, scope: TenantScope, access: Access, wanted: NewProvider) -> ProviderRecord:
        """Create a provider. Raises InvalidInput, Taken and BeyondOwnRights."""
        _require_person(access)
        values = wanted.values()
        require_good(values, self._rules)
        async with changing_access(self._cache, scope):
            if await IdentityProvider.count() >= MOST_PROVIDERS:
                raise InvalidInput([Problem("name", "too-many", f"At most {MOST_PROVIDERS} providers.")])
            columns = await self._columns(scope, access, values)
            provider = IdentityProvider(id=new_id(), **columns)
            try:
                await IdentityProvider.insert(provider)
            except UniqueViolation as error:
                raise Taken("name", "identity provider") from error
            subject = Subject("identity-provider", provider.id, wanted.name)
            await record_event(access, "identity-provider.create", subject, _audited(values))
            return await _record(provider.id)

    async def update(
        self, scope: TenantScope, access: Access, provider_id: UUID, changes: Mapping[str, Any]
    ) -> ProviderRecord:
        """Change some values, named as in :class:`NewProvider`. A provider with another issuer or client id
        has to prove itself again, and its identities are removed with another issuer.

        Raises InvalidInput, Taken, BeyondOwnRights, LastAdministrator, LastWayIn and NotThere.
        """
        _require_person(access)
        require_good(changes, self._rules)
        async with changing_access(self._cache, scope, may_demote=True):
            row = await provider_row(provider_id)
            columns = await self._columns(scope, access, changes)
            is_another = any(name in columns and columns[name] != row[name] for name in _IDENTITY)
            if is_another:
                columns["proven_at"] = None
            if is_another or columns.get("active") is False:
                await require_another_way_in(row)
            if columns.get("issuer", row["issuer"]) != row["issuer"]:
                await forget_identities(provider_id)
            try:
                if columns:
                    await IdentityProvider.update(columns).where(IdentityProvider.id == provider_id)
            except UniqueViolation as error:
                raise Taken("name", "identity provider") from error
            subject = Subject("identity-provider", provider_id, row["name"])
            await record_event(access, "identity-provider.update", subject, _audited(changes))
            return await _record(provider_id)

    async def delete(
        self, scope: TenantScope, access: Access, provider_id: UUID, confirm: str | None = None
    ) -> None:
        """Delete a provider with its identities. Its users stay, with their roles.

        Raises ProviderInUse if it has identities and ``confirm`` is not its name; LastAdministrator,
        LastWayIn and NotThere.
        """
        _require_person(access)
        async with changing_access(self._cache, scope, may_demote=True):
            found = await _record(provider_id)
            if found.identities and confirm != found.name:
                raise ProviderInUse(found.name, found.identities)
            await require_another_way_in({"id": found.id, "name": found.name})
            await IdentityProvider.delete().where(IdentityProvider.id == provider_id)
            detail = {"identities": found.identities}
            subject = Subject("identity-provider", found.id, found.name)
            await record_event(access, "identity-provider.delete", subject, detail)

    async def test(self, scope: TenantScope, access: Access, provider_id: UUID) -> ProviderTest:
        """Read the provider's metadata and keys again, and report what was found. At most 2 requests."""
        _require_person(access)
        row = await provider_row(provider_id)
        key = ProviderKey(scope.id, provider_id, row["issuer"])
        self._providers.forget(key)
        try:
            metadata = await self._providers.metadata(key)
        except ProviderError as error:
            return ProviderTest(row["issuer"], problems=(error.reason,))
        number, problems = 0, tuple[str, ...]()
        try:
            number = len(await self._providers.key_set(key))
        except ProviderError as error:
            problems = (f"{error.reason} That is about the signing keys.",)
        return ProviderTest(
            row["issuer"],
            metadata.authorization_endpoint,
            metadata.token_endpoint,
            metadata.jwks_uri,
            number,
            problems,
            tuple(_warnings(metadata, row)),
        )

    async def _columns(self, scope: TenantScope, access: Access, values: Mapping[str, Any]) -> dict[Any, Any]:
        """Return the values as the row has them: roles by id, the secret sealed. 1 statement, 3 more with
        roles.
        """
        columns = {name: values[name] for name in _PLAIN if name in values}
        if "client_secret" in values:
            secret = values["client_secret"]
            columns["client_secret"] = self._seal(secret, scope.id) if secret else ""
        if "domains" in values:
            columns["domains"] = _json(sorted({normalise_email(one) for one in values["domains"]}))
        roles = await RoleIds.read()
        if "default_roles" in values:
            columns["default_roles"] = _json(roles.of(values["default_roles"], "defaultRoles"))
        if "role_rules" in values:
            drafts: Sequence[RuleDraft] = values["role_rules"]
            columns["role_rules"] = _json(
                [
                    StoredRule(one.claim, one.value, roles.of(one.roles, f"roleRules[{position}].roles"))
                    for position, one in enumerate(drafts)
                ]
            )
        roles.require_known()
        require_within(access, (await read_grants(roles.used)).roles)
        return columns


def _require_management(access: Access) -> None:
    for permission in ESSENTIAL:
        access.require_system(permission)


def _require_person(access: Access) -> None:
    _require_management(access)
    access.require_person()


async def _record(provider_id: UUID) -> ProviderRecord:
    found = await read_providers(provider_id)
    if not found:
        raise NotThere("identity provider")
    return found[0]


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _audited(values: Mapping[str, Any]) -> dict[str, object]:
    """The values for the audit trail. Whether there is a new secret is recorded, the secret is not."""
    detail: dict[str, object] = {name: values[name] for name in _PLAIN if name in values}
    if "client_secret" in values:
        detail["clientCredentialsChanged"] = True
    if "role_rules" in values:
        detail["roleRules"] = [msgspec.to_builtins(one) for one in values["role_rules"]]
    for name in ("domains", "default_roles"):
        if name in values:
            detail[name] = list(values[name])
    return detail


def _warnings(metadata: Metadata, row: Mapping[str, Any]) -> Iterator[str]:
    """Yield what may not work, as sentences."""
    if metadata.challenge_methods is not None and "S256" not in metadata.challenge_methods:
        yield "The provider does not list S256 as a method of PKCE."
    if metadata.algorithms and not set(metadata.algorithms) & set(ALGORITHMS):
        yield f"The provider signs with none of {', '.join(ALGORITHMS)}."
    missing = [one for one in row["scopes"].split(" ") if metadata.scopes and one not in metadata.scopes]
    if missing:
        yield "The provider does not list all of the scopes that are set here."
    if row["client_secret"] and not _CLIENT_METHODS & set(metadata.token_auth_methods):
        yield "The provider accepts neither client_secret_basic nor client_secret_post."
    if not row["client_secret"] and "none" not in metadata.token_auth_methods:
        yield "No client secret is set, and the provider does not list public clients (none)."

"""Creates a tenant for an operator: validation, audit trail, and Idempotency-Key."""

import asyncio
import hmac
from collections.abc import Callable, Coroutine, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from api.composition import Platform
from api.operations.tenant_sources import filling_of
from api.schemas.tenants import AdminResponse, NewTenant, ProvisionedResponse
from central.errors import CentralError, InvalidName, TenantNotFound
from central.hostnames import parse_tenant_domain
from central.idempotency import StoredResponse
from central.operators import audit
from central.operators.audit import Actor
from central.operators.service import OperatorRef
from central.provisioning.types import Filling, ProvisionedTenant, TenantRequest
from central.registry import TenantRef
from central.servers import server_name
from central.settings.settings import Settings
from central.slugs import parse_slug, parse_tenant_name
from central.tables import TenantStatus
from piccolo_engines.leases import Lease
from tenant_schema.problems import InvalidInput, Problem
from tenant_schema.users.emails import email_problem, normalise_email
from tenant_schema.users.passwords.policy import password_problems

__all__ = ["TenantCreation", "faults_of"]


@dataclass(frozen=True, slots=True)
class TenantCreation:
    """One request to create a tenant. Without an ``operator`` there is no Idempotency-Key.

    :ivar at_version: see :class:`~central.provisioning.types.TenantRequest`.
    """

    platform: Platform
    operator: OperatorRef | None
    actor: Actor
    at_version: int | None = None

    async def run(self, wanted: NewTenant, key: str | None) -> StoredResponse:
        """Create the tenant, or return the stored response if ``key`` was used before with the same body.

        ``wanted`` has none of the :func:`faults_of` a body. Continues when the client disconnects. Raises
        what provisioning and idempotency keys raise, and :class:`~central.plans.errors.PlanNotFound`.
        """
        request = replace(_request_of(wanted, self.platform.settings), at_version=self.at_version)
        if wanted.plan is not None:
            request = replace(request, plan_id=await self.platform.plans.id_of(wanted.plan))
        filling: Filling | None = None
        if wanted.source is not None:
            filling, email = await filling_of(self.platform, wanted.source)
            request = replace(request, admin_email=email)

        async def act(lease: Lease) -> StoredResponse:
            return await self._act(request, filling, is_takeover=lease.is_takeover)

        work: Coroutine[Any, Any, StoredResponse]
        if key is None or self.operator is None:
            work = self._act(request, filling, is_takeover=False)
        else:
            fingerprint = self.fingerprint(wanted, self.operator)
            work = self.platform.idempotency.run(self.operator.id, key, fingerprint, act)
        return await asyncio.shield(asyncio.ensure_future(work))

    def fingerprint(self, wanted: NewTenant, operator: OperatorRef) -> bytes:
        """Return a hash that distinguishes bodies; keyed, because a body may contain a password."""
        key = self.platform.vault.derive("idempotency", operator.id).current
        return hmac.digest(key, b"POST /setup/tenants " + msgspec.json.encode(wanted), "sha256")

    async def _act(
        self, request: TenantRequest, filling: Filling | None, *, is_takeover: bool
    ) -> StoredResponse:
        if is_takeover:  # the earlier attempt died, possibly after creating the tenant
            made = await self._made_already(request)
            if made is not None:
                body = await self._body(request, made, None)
                return StoredResponse(201, msgspec.to_builtins(body), is_replay=True)
        if request.server is None:
            request = replace(request, server=await self.platform.placement.choose())
        await self._record("tenant.create", request)
        try:
            made_now = await self._create(request, filling)
        except (CentralError, InvalidInput) as error:
            await self._record("tenant.create-failed", request, reason=error.code)
            raise
        await self._record("tenant.created", request, made_now.tenant)
        body = await self._body(request, made_now.tenant, made_now)
        if filling is not None:  # it has the users of its source
            body = msgspec.structs.replace(body, admin=AdminResponse(email=body.admin.email, password=None))
        return StoredResponse(201, msgspec.to_builtins(body))

    async def _create(self, request: TenantRequest, filling: Filling | None) -> ProvisionedTenant:
        if filling is None:
            return await self.platform.provisioning.create(request)
        return await self.platform.provisioning.create_filled(request, filling)

    async def _made_already(self, request: TenantRequest) -> TenantRef | None:
        try:
            found = await self.platform.registry.by_slug(request.slug)
        except TenantNotFound:
            return None
        is_it = (found.name, found.primary_domain, found.status) == (
            request.name,
            request.domain,
            TenantStatus.ACTIVE,
        )
        return found if is_it else None

    async def _record(
        self, action: str, request: TenantRequest, tenant: TenantRef | None = None, **detail: object
    ) -> None:
        details = {"name": request.name, "domain": request.domain, "admin": request.admin_email, **detail}
        tenant_id = None if tenant is None else tenant.id
        await audit.record(self.actor, action, tenant_id=tenant_id, tenant_slug=request.slug, detail=details)

    async def _body(
        self, request: TenantRequest, tenant: TenantRef, made: ProvisionedTenant | None
    ) -> ProvisionedResponse:
        """Return the response. Without ``made``, passwords are null, as in every response but the first."""
        admin_email = made.admin.email if made else request.admin_email or f"admin@{request.domain}"
        return ProvisionedResponse(
            tenant_id=tenant.id,
            slug=tenant.slug,
            status=tenant.status.value,
            domain=tenant.primary_domain,
            db_name=tenant.db_name,
            db_username=await self.platform.credentials.username(tenant.id),
            db_password=made.db_password if made else None,
            admin=AdminResponse(email=admin_email, password=made.admin.password if made else None),
        )


def faults_of(given: Mapping[str, Any], base_domains: Sequence[str]) -> Iterator[Problem]:
    """Return the errors of a body with the fields of a :class:`~api.schemas.tenants.NewTenant`."""
    yield from _name_faults(parse_slug, given, "slug")
    yield from _name_faults(parse_tenant_name, given, "name")
    yield from _name_faults(lambda text: parse_tenant_domain(text, base_domains), given, "primaryDomain")
    if given.get("dbPort") is not None and given.get("dbHost") is None:
        yield Problem("dbPort", "needs-db-host", "A port needs dbHost beside it.")
    admin = given.get("admin")
    if admin is not None and given.get("from") is not None:
        yield Problem("admin", "not-with-from", "A copy has the users of its source; leave admin out.")
    elif admin is not None:
        yield from _admin_faults(normalise_email(admin["email"]), admin.get("password"))


def _name_faults(parse: Callable[[str], str], given: Mapping[str, Any], field: str) -> Iterator[Problem]:
    if field in given:
        try:
            parse(given[field])
        except InvalidName as error:
            yield Problem(field, error.code, str(error))


def _admin_faults(email: str, password: str | None) -> Iterator[Problem]:
    fault = email_problem(email, "admin.email")
    if fault is not None:
        yield fault
    if password is not None:
        yield from password_problems(password, email, "admin.password")


def _request_of(wanted: NewTenant, settings: Settings) -> TenantRequest:
    """Return the request to provisioning."""
    admin, port = wanted.admin, wanted.db_port or settings.db_port
    return TenantRequest(
        slug=wanted.slug,
        name=parse_tenant_name(wanted.name),
        domain=parse_tenant_domain(wanted.primary_domain, settings.base_domains),
        server=None if wanted.db_host is None else server_name(wanted.db_host, port),
        admin_email=None if admin is None else normalise_email(admin.email),
        admin_password=None if admin is None else admin.password,
        admin_name="" if admin is None else admin.name.strip(),
        is_sandbox=wanted.sandbox,
    )

"""/setup/tenants/{tenantId}/export and /setup/tenants/import: tenants as archives."""

from typing import Annotated, Final, cast
from urllib.parse import unquote
from uuid import UUID

from litestar import Controller, get, post
from litestar.openapi.spec import Example
from litestar.params import HeaderParameter
from msgspec import UNSET

from api.composition import Platform
from api.openapi.described import CONTENT_DISPOSITION, BodySchema, problems
from api.operations.archives import TenantExport, TenantImport
from api.operations.create_tenant import faults_of
from api.operations.repeatable_import import RepeatableImport, to_the_end
from api.requests.idempotency_key import IDEMPOTENCY_KEY
from api.requests.request import ApiRequest, CentralRequest
from api.requests.sources import FromRequest, Injected, Query
from api.requests.uploads import received_file
from api.responses import NOT_STORED, Json, Prepared, Stream
from api.schemas.archives import ExportQuery, ImportedResponse, ImportQuery
from api.schemas.paths import TenantId
from central.hostnames import parse_tenant_domain
from central.operators.audit import Actor
from central.operators.service import OperatorRef
from central.provisioning.types import TenantRequest
from central.servers import server_name
from central.slugs import parse_tenant_name
from tenant_schema.archives.format.key_text import parse_private_key, parse_public_key
from tenant_schema.archives.format.keys import (
    Lock,
    PassphraseLock,
    RecipientLock,
    Unlock,
    with_identity,
    with_passphrase,
)
from tenant_schema.problems import InvalidInput, Problem

__all__ = ["ArchiveController"]

_IMPORTS: Final = UUID(int=0)
"""Under which imports are counted: together they are as many as uploads of one tenant may be."""
_TYPE: Final = "application/vnd.freehold.archive"
_PASSPHRASE: Final = "Archive-Passphrase"  # noqa: S105 - the name of a header
_IDENTITY: Final = "Archive-Identity"


def _header(name: str, description: str, example: str) -> FromRequest:
    """A provider of a header, percent-encoded; None without it."""

    def read(request: ApiRequest) -> str | None:
        given = request.header(name.lower().encode())
        return None if given is None else unquote(given)

    described = HeaderParameter(
        name=name,
        required=False,
        description=description,
        examples=[Example(id=name, value=example)],
        schema_extra={"minLength": 1, "maxLength": 4_096},
    )
    return FromRequest(read, {name.replace("-", "_").lower(): Annotated[str, described]})


_PASSPHRASE_HEADER: Final = _header(
    _PASSPHRASE,
    "A passphrase of at least 12 characters that opens the archive, percent-encoded (UTF-8).",
    "correct%20horse%20battery",
)
_IDENTITY_HEADER: Final = _header(
    _IDENTITY,
    "The private key of the archive's recipient, as `freehold archive keygen` writes it.",
    "freehold-private-AAAA",
)


class ArchiveController(Controller):
    """An archive has everything of one tenant, sealed for whoever has its key."""

    path = "/tenants"
    tags = ("Archives",)

    @get(
        "/{tenantId:str}/export",
        operation_id="exportTenant",
        summary="A tenant as an archive",
        description=(
            "Everything of the tenant that is not passing, as it is at one moment, as a stream: definitions, "
            "records with trash and history, users with their passwords and second factors, roles, apps, "
            "audit trail. The tenant is served meanwhile. The archive is sealed with the passphrase, for the "
            "recipient, or both. A response that ends early is no archive; `freehold archive verify` tells."
        ),
        media_type=_TYPE,
        response_description="The archive.",
        response_headers=[CONTENT_DISPOSITION],
        responses=problems(404, 409, 422, 429),
        dependencies={"params": Query(ExportQuery), "passphrase": _PASSPHRASE_HEADER},
    )
    async def export_tenant(
        self,
        platform: Injected[Platform],
        actor: Injected[Actor],
        tenant_id: TenantId,
        params: Injected[ExportQuery],
        passphrase: Injected[str | None],
    ) -> Prepared[bytes]:
        """A tenant as an archive."""
        recipient = None if params.recipient is UNSET else params.recipient
        locks = _locks(passphrase, recipient)
        pieces = await TenantExport(platform, actor).begin(tenant_id, locks)
        disposition = f'attachment; filename="{tenant_id}.freehold"'.encode()
        headers = [(b"content-type", _TYPE.encode()), (b"content-disposition", disposition), NOT_STORED]
        return Prepared(Stream(pieces, headers))

    @post(
        "/import",
        status_code=201,
        operation_id="importTenant",
        summary="Create a tenant from an archive",
        description=(
            "Creates a tenant with everything of the archive, whole or not at all. It is a new tenant, with "
            "an id of its own, whosever archive it is: the response says. API keys, recovery codes, known "
            "browsers, support access and unsent messages stay with the tenant of the archive. Users sign in "
            "as before. The archive is the body, of at most MAX_ARCHIVE_BYTES; it is received completely "
            "before anything is created."
        ),
        response_description="The tenant, and what the archive was.",
        responses=problems(409, 413, 415, 422, 429),
        dependencies={
            "params": Query(ImportQuery),
            "passphrase": _PASSPHRASE_HEADER,
            "identity": _IDENTITY_HEADER,
            "key": IDEMPOTENCY_KEY,
        },
        body=BodySchema({"type": "string", "format": "binary"}, _TYPE),
    )
    async def import_tenant(
        self,
        request: CentralRequest,
        platform: Injected[Platform],
        operator: Injected[OperatorRef],
        actor: Injected[Actor],
        params: Injected[ImportQuery],
        passphrase: Injected[str | None],
        identity: Injected[str | None],
        key: Injected[str | None],
    ) -> Json[ImportedResponse]:
        """Create a tenant from an archive."""
        wanted, unlock = _wanted(platform, params), _unlock(passphrase, identity)
        settings = platform.settings
        received = received_file(request, _TYPE, settings.max_archive_bytes, settings.archive_timeout)
        with platform.long_requests.uploads.take(_IMPORTS):
            async with received as file:
                imports = RepeatableImport(TenantImport(platform, actor), operator)
                kept = await to_the_end(imports.run(file, unlock, wanted, key))
        replayed = [(b"idempotency-replayed", b"true")] if kept.is_replay else []
        return Json(
            cast("ImportedResponse", kept.body), status_code=kept.status, headers=[NOT_STORED, *replayed]
        )


def _locks(passphrase: str | None, recipient: str | None) -> list[Lock]:
    """Raises :class:`InvalidInput`."""
    locks: list[Lock] = []
    try:
        field = _PASSPHRASE
        if passphrase is not None:
            locks.append(PassphraseLock(passphrase))
        field = "recipient"
        if recipient is not None:
            locks.append(RecipientLock(parse_public_key(recipient)))
    except ValueError as error:
        raise InvalidInput([Problem(field, "invalid-key", str(error))]) from None
    if not locks:
        message = f"Give a passphrase ({_PASSPHRASE}) or a recipient: nobody could open the archive."
        raise InvalidInput([Problem("recipient", "required", message)])
    return locks


def _unlock(passphrase: str | None, identity: str | None) -> Unlock:
    """Raises :class:`InvalidInput`."""
    if (passphrase is None) == (identity is None):
        message = f"Give either {_PASSPHRASE} or {_IDENTITY}, which opens the archive."
        raise InvalidInput([Problem(_PASSPHRASE, "required", message)])
    try:
        if identity is not None:
            return with_identity(parse_private_key(identity))
        return with_passphrase(passphrase or "")
    except ValueError as error:
        raise InvalidInput([Problem(_IDENTITY, "invalid-key", str(error))]) from None


def _wanted(platform: Platform, params: ImportQuery) -> TenantRequest:
    """Raises :class:`InvalidInput`."""
    bases = platform.settings.base_domains
    given = {"slug": params.slug, "name": params.name, "primaryDomain": params.primary_domain}
    host = None if params.db_host is UNSET else params.db_host
    port = None if params.db_port is UNSET else params.db_port
    faults = list(faults_of({**given, "dbHost": host, "dbPort": port}, bases))
    if faults:
        raise InvalidInput(faults)
    return TenantRequest(
        slug=params.slug,
        name=parse_tenant_name(params.name),
        domain=parse_tenant_domain(params.primary_domain, bases),
        server=None if host is None else server_name(host, port or platform.settings.db_port),
    )

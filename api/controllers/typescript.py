"""/api/v1/schema.d.ts: the tenant's objects as types for TypeScript."""

from litestar import Controller, get

from api.openapi.tenant_documents import TenantDocuments
from api.openapi.typescript import declarations_of
from api.requests.etags import digest_tag
from api.requests.request import TenantRequest
from api.requests.sources import Injected
from api.responses import Prepared, RawHeader, RawResponse, json_bytes
from tenant_schema.records.access.schema_view import SchemaView
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access

__all__ = ["TypeScriptController"]

_TYPESCRIPT: RawHeader = (b"content-type", b"text/typescript; charset=utf-8")
_PRIVATE: list[RawHeader] = [(b"vary", b"authorization, cookie"), (b"cache-control", b"private, no-cache")]


class TypeScriptController(Controller):
    """Types that are generated for the caller."""

    path = "/schema.d.ts"
    tags = ("Service",)

    @get(
        "/",
        operation_id="typescript",
        summary="This tenant's objects as TypeScript types",
        description=(
            "For each object that the caller may use: its records, what may be given to make or change one, "
            "its filters, and its records with lookups and related lists expanded."
        ),
        media_type="text/typescript",
        response_description="A module of types.",
        conditional=True,
    )
    async def read_types(
        self,
        request: TenantRequest,
        tenant: Injected[TenantScope],
        access: Injected[Access],
        documents: Injected[TenantDocuments],
    ) -> Prepared[str]:
        """Types for TypeScript."""

        def make(schema: SchemaView) -> RawResponse:
            body = declarations_of(schema, tenant.name).encode()
            return json_bytes(body, 200, _TYPESCRIPT, [digest_tag(body), *_PRIVATE])

        return request.unless_known(await documents.get(tenant, access, "typescript", make))

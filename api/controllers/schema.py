"""/schema: the host's own OpenAPI document, as JSON, as a page to read, and as a page to try it."""

from typing import Any

from litestar import Controller, get
from litestar.exceptions import NotFoundException
from litestar.params import FromPath

from api.openapi.described import problems
from api.openapi.responses import SchemaResponses
from api.openapi.tenant_document import tenant_document
from api.openapi.trying import try_asset, try_page
from api.problems.pages import prefers_html
from api.requests.cookies import session_secret
from api.requests.guards import identify
from api.requests.request import TenantRequest
from api.responses import Prepared
from tenant_schema.records.access.schema_view import SchemaView

__all__ = ["SchemaController"]


class SchemaController(Controller):
    """On a tenant's host the document describes the objects that the caller sees."""

    path = "/schema"
    tags = ("Service",)

    @get(
        "/",
        operation_id="readSchema",
        summary="This document",
        description=(
            "As JSON, or as an HTML page for clients that prefer text/html. On a tenant's host, with a "
            "token or a session, it describes the tenant's objects and fields that the caller may use; "
            "without one, the routes of every tenant."
        ),
        response_description="OpenAPI 3.1.",
        responses=problems(401),
        conditional=True,
        also_html=True,
    )
    async def read_schema(self, request: TenantRequest) -> Prepared[dict[str, Any]]:
        """The document, in the form that the client prefers."""
        responses = await _responses(request)
        is_page = prefers_html(request.header(b"accept") or "")
        return request.unless_known(await responses.page() if is_page else responses.as_json)

    @get(
        "/openapi.json",
        operation_id="readOpenApi",
        summary="This document as JSON",
        description="The JSON form of `/schema`, at the address that tools expect.",
        response_description="OpenAPI 3.1.",
        responses=problems(401),
        conditional=True,
    )
    async def read_json(self, request: TenantRequest) -> Prepared[dict[str, Any]]:
        """The document as JSON."""
        return request.unless_known((await _responses(request)).as_json)

    @get("/try", include_in_schema=False)
    async def read_try_page(self, request: TenantRequest) -> Prepared[str]:
        """A page for trying requests."""
        return Prepared(await try_page(request))

    @get("/try/{name:str}", include_in_schema=False)
    async def read_try_asset(self, request: TenantRequest, name: FromPath[str]) -> Prepared[bytes]:
        """A file that this page loads."""
        found = await try_asset(request, name)
        if found is None:
            raise NotFoundException
        return Prepared(found)


async def _responses(request: TenantRequest) -> SchemaResponses:
    """The responses of the host's kind, or of the tenant for the caller."""
    documents = request.app.state.documents
    if "tenant" not in request.scope["state"]:
        central: SchemaResponses = documents["central"]
        return central
    responses: SchemaResponses = documents["tenant"]
    if not request.has_authorization and session_secret(request) is None:
        return responses
    await identify(request)
    name = request.tenant.name

    def build(schema: SchemaView) -> SchemaResponses:
        return SchemaResponses(tenant_document(responses.document, schema, name))

    return await request.platform.documents.get(request.tenant, request.access, "schema", build)

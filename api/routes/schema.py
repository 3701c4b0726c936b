"""/schema: the host's own OpenAPI document, as JSON or as a page to read; and types for TypeScript."""

from litestar import get

from api.openapi.operation import Operation, Reply
from api.openapi.responses import SchemaResponses
from api.openapi.tenant_document import tenant_document
from api.openapi.typescript import declarations_of
from api.problems.pages import prefers_html
from api.requests.etags import digest_tag
from api.requests.guards import identify
from api.requests.request import ApiRequest, TenantRequest
from api.responses import RawHeader, RawResponse, json_bytes
from tenant_schema.records.access.schema_view import SchemaView

__all__ = ["schema", "typescript"]

_TYPESCRIPT: RawHeader = (b"content-type", b"application/typescript; charset=utf-8")
_PRIVATE: list[RawHeader] = [(b"vary", b"authorization"), (b"cache-control", b"private, no-cache")]


@get(
    "/schema",
    operation=Operation(
        id="schema",
        tag="Service",
        summary="This document",
        description=(
            "As JSON, or as a plain page for those who accept text/html. On a tenant's host, with a token, "
            "it describes the objects of the tenant with their fields, as far as the caller may use them; "
            "without one, what every tenant has."
        ),
        replies={200: Reply("OpenAPI 3.1.", {"type": "object", "required": ["openapi"]}, also_html=True)},
        problems=(401,),
        conditional=True,
    ),
)
async def schema(request: TenantRequest) -> RawResponse:
    """This document, on a tenant's host with the objects that the caller sees."""
    documents = request.app.state.documents
    if "tenant" not in request.scope["state"]:
        return await _preferred(documents["central"], request)
    responses: SchemaResponses = documents["tenant"]
    if request.header(b"authorization") is None:
        return await _preferred(responses, request)
    await identify(request)
    name = request.tenant.name

    def make(schema: SchemaView) -> SchemaResponses:
        return SchemaResponses(tenant_document(responses.document, schema, name))

    own = await request.platform.documents.get(request.tenant, request.access, "schema", make)
    return await _preferred(own, request)


@get(
    "/schema.d.ts",
    operation=Operation(
        id="typescript",
        tag="Service",
        summary="This tenant's objects as TypeScript types",
        description=(
            "For each object that the caller may use: its records, what may be given to make or change one, "
            "its filters, and its records with lookups and related lists expanded."
        ),
        replies={200: Reply("A module of types.", {"type": "string"}, media_type="application/typescript")},
        conditional=True,
    ),
)
async def typescript(request: TenantRequest) -> RawResponse:
    """Types for TypeScript."""
    name = request.tenant.name

    def make(schema: SchemaView) -> RawResponse:
        body = declarations_of(schema, name).encode()
        return json_bytes(body, 200, _TYPESCRIPT, [digest_tag(body), *_PRIVATE])

    answer = await request.platform.documents.get(request.tenant, request.access, "typescript", make)
    return _unless_known(answer, request)


async def _preferred(answers: SchemaResponses, request: ApiRequest) -> RawResponse:
    as_page = prefers_html(request.header(b"accept") or "")
    return _unless_known(await answers.page() if as_page else answers.as_json, request)


def _unless_known(answer: RawResponse, request: ApiRequest) -> RawResponse:
    """The answer, or 304 when the client has it already."""
    tag = next(one for one in answer.headers if one[0] == b"etag")
    more = [one for one in answer.headers if one[0] in {b"vary", b"cache-control"}]
    return request.unchanged(tag, more) or answer

"""/schema: the host's own OpenAPI document, as JSON or as a page to read; and types for TypeScript."""

import asyncio
from typing import Any

import msgspec
from litestar import get

from api.openapi.operation import Operation, Reply
from api.openapi.page import page_of
from api.openapi.schema_view import Seen
from api.openapi.tenant_document import tenant_document
from api.openapi.typescript import declarations_of
from api.problems.pages import prefers_html
from api.requests.etags import digest_tag
from api.requests.guards import identify
from api.requests.request import ApiRequest, TenantRequest
from api.responses import Answer, RawHeader, json_bytes

__all__ = ["SchemaAnswers", "schema", "tenant_schema", "typescript"]

_HTML: RawHeader = (b"content-type", b"text/html; charset=utf-8")
_HEADERS: list[RawHeader] = [(b"vary", b"accept, authorization"), (b"cache-control", b"no-cache")]
_TYPESCRIPT: RawHeader = (b"content-type", b"application/typescript; charset=utf-8")
_PRIVATE: list[RawHeader] = [(b"vary", b"authorization"), (b"cache-control", b"private, no-cache")]
_CLOSED: RawHeader = (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'")


class SchemaAnswers:
    """The two answers of one document. It is kept as JSON, which is a tenth of what it takes as objects."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._page: Answer | None = None
        body = msgspec.json.encode(document)
        self.as_json = json_bytes(body, headers=[digest_tag(body), *_HEADERS])

    @property
    def document(self) -> dict[str, Any]:
        """The document, decoded anew."""
        found: dict[str, Any] = msgspec.json.decode(self.as_json.body)
        return found

    async def page(self) -> Answer:
        """For people; made once, in a thread."""
        if self._page is None:
            self._page = await asyncio.to_thread(self._as_page)
        return self._page

    def _as_page(self) -> Answer:
        body = page_of(self.document).encode()
        return json_bytes(body, 200, _HTML, [digest_tag(body), *_HEADERS, _CLOSED])


@get(
    "/schema",
    operation=Operation(
        id="schema",
        tag="Service",
        summary="This document",
        description="As JSON, or as a plain page for those who accept text/html.",
        replies={200: Reply("OpenAPI 3.1.", {"type": "object", "required": ["openapi"]}, also_html=True)},
        conditional=True,
    ),
)
async def schema(request: ApiRequest) -> Answer:
    """This document."""
    return await _preferred(request.app.state.schema, request)


@get(
    "/schema",
    operation=Operation(
        id="schema",
        tag="Service",
        summary="This document",
        description=(
            "As JSON, or as a plain page for those who accept text/html. With a token, it describes the "
            "objects of this tenant with their fields, as far as the caller may use them; without one, what "
            "every tenant has."
        ),
        replies={200: Reply("OpenAPI 3.1.", {"type": "object", "required": ["openapi"]}, also_html=True)},
        problems=(401,),
        conditional=True,
    ),
)
async def tenant_schema(request: TenantRequest) -> Answer:
    """This document, with the objects that the caller sees."""
    answers: SchemaAnswers = request.app.state.schema
    if request.header(b"authorization") is None:
        return await _preferred(answers, request)
    await identify(request)
    name = request.tenant.name

    def make(seen: Seen) -> SchemaAnswers:
        return SchemaAnswers(tenant_document(answers.document, seen, name))

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
async def typescript(request: TenantRequest) -> Answer:
    """Types for TypeScript."""
    name = request.tenant.name

    def make(seen: Seen) -> Answer:
        body = declarations_of(seen, name).encode()
        return json_bytes(body, 200, _TYPESCRIPT, [digest_tag(body), *_PRIVATE])

    answer = await request.platform.documents.get(request.tenant, request.access, "typescript", make)
    return _unless_known(answer, request)


async def _preferred(answers: SchemaAnswers, request: ApiRequest) -> Answer:
    as_page = prefers_html(request.header(b"accept") or "")
    return _unless_known(await answers.page() if as_page else answers.as_json, request)


def _unless_known(answer: Answer, request: ApiRequest) -> Answer:
    """The answer, or 304 when the client has it already."""
    tag = next(one for one in answer.headers if one[0] == b"etag")
    more = [one for one in answer.headers if one[0] in {b"vary", b"cache-control"}]
    return request.unchanged(tag, more) or answer

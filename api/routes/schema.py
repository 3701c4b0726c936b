"""/schema: the host's own OpenAPI document, as JSON or as a page to read."""

from typing import Any

import msgspec
from litestar import get

from api.answers import Answer, RawHeader, json_bytes
from api.openapi.operation import Operation, Reply
from api.openapi.page import page_of
from api.requests import ApiRequest

__all__ = ["SchemaAnswers", "schema"]

_HTML: RawHeader = (b"content-type", b"text/html; charset=utf-8")
_HEADERS: list[RawHeader] = [(b"vary", b"accept"), (b"cache-control", b"no-cache")]
_CLOSED: RawHeader = (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'")


class SchemaAnswers:
    """The two answers of one kind of host, made once."""

    __slots__ = ("as_json", "as_page")

    def __init__(self, document: dict[str, Any]) -> None:
        self.as_json = json_bytes(msgspec.json.encode(document), headers=_HEADERS)
        self.as_page = json_bytes(page_of(document).encode(), 200, _HTML, [*_HEADERS, _CLOSED])


@get(
    "/schema",
    operation=Operation(
        id="schema",
        tag="Service",
        summary="This document",
        description="As JSON, or as a plain page for those who accept text/html.",
        replies={200: Reply("OpenAPI 3.1.", {"type": "object", "required": ["openapi"]}, also_html=True)},
    ),
)
async def schema(request: ApiRequest) -> Answer:
    """This document."""
    answers: SchemaAnswers = request.app.state.schema
    return answers.as_page if _prefers_html(request.header(b"accept") or "") else answers.as_json


def _prefers_html(accept: str) -> bool:
    """Browsers name text/html first; programs name JSON, or take anything."""
    types = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    html = types.index("text/html") if "text/html" in types else None
    plain = types.index("application/json") if "application/json" in types else len(types)
    return html is not None and html < plain

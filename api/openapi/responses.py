"""A document as responses: JSON, and a page for people."""

import asyncio
from typing import Any

import msgspec

from api.openapi.page import page_of
from api.requests.etags import digest_tag
from api.responses import RawHeader, RawResponse, json_bytes

__all__ = ["SchemaResponses"]

_HTML: RawHeader = (b"content-type", b"text/html; charset=utf-8")
_HEADERS: list[RawHeader] = [(b"vary", b"accept, authorization, cookie"), (b"cache-control", b"no-cache")]
_CLOSED: RawHeader = (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'")


class SchemaResponses:
    """The two responses of one document. It is kept as JSON, a tenth of the size of the objects."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._page: RawResponse | None = None
        body = msgspec.json.encode(document)
        self.as_json = json_bytes(body, headers=[digest_tag(body), *_HEADERS])

    @property
    def document(self) -> dict[str, Any]:
        """A new copy of the document."""
        found: dict[str, Any] = msgspec.json.decode(self.as_json.body)
        return found

    async def page(self) -> RawResponse:
        """The document as an HTML page; created once, in a thread."""
        if self._page is None:
            self._page = await asyncio.to_thread(self._as_page)
        return self._page

    def _as_page(self) -> RawResponse:
        body = page_of(self.document).encode()
        return json_bytes(body, 200, _HTML, [digest_tag(body), *_HEADERS, _CLOSED])

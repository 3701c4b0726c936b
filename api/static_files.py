"""Files that are served as they are: kept in memory, compressed once, each with an ETag."""

import gzip
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from api.middleware.compression import takes_gzip
from api.requests.request import ApiRequest
from api.responses import RawHeader, RawResponse

__all__ = ["CONTENT_TYPES", "FOR_EVER", "REVALIDATED", "StaticFile", "static_file"]

CONTENT_TYPES: Final[Mapping[str, bytes]] = {
    "css": b"text/css; charset=utf-8",
    "html": b"text/html; charset=utf-8",
    "js": b"text/javascript; charset=utf-8",
    "svg": b"image/svg+xml",
}
"""By the suffix of a file's name."""
FOR_EVER: Final[RawHeader] = (b"cache-control", b"public, max-age=31536000, immutable")
REVALIDATED: Final[RawHeader] = (b"cache-control", b"no-cache")


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file, as it is and compressed."""

    content: bytes
    packed: bytes
    headers: tuple[RawHeader, ...]
    tag: bytes

    def response(self, request: ApiRequest) -> RawResponse:
        """The file; 304 when the client has it already."""
        if request.unchanged((b"etag", self.tag)) is not None:
            return RawResponse(304, [*self.headers])
        is_packed = takes_gzip((request.header(b"accept-encoding") or "").encode("latin-1"))
        body = self.packed if is_packed else self.content
        headers = [*self.headers, (b"content-length", b"%d" % len(body))]
        return RawResponse(200, [*headers, (b"content-encoding", b"gzip")] if is_packed else headers, body)


def static_file(name: str, content: bytes, *headers: RawHeader) -> StaticFile:
    """A file of the type that the suffix of ``name`` says. It is compressed here: call it in a thread."""
    tag = f'"{hashlib.sha256(content).hexdigest()[:24]}"'.encode()
    kind = CONTENT_TYPES.get(name.rpartition(".")[2], b"application/octet-stream")
    common = ((b"content-type", kind), (b"etag", tag), (b"vary", b"accept-encoding"))
    return StaticFile(content, gzip.compress(content, 6, mtime=0), (*common, *headers), tag)

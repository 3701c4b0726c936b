"""The files of Piccolo Admin's front end, as its package brings them, and the little that we add to them.

Read and compressed once, in a thread, when the first admin page of a process is asked for.
"""

import asyncio
import gzip
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import distribution, version
from importlib.resources import files
from pathlib import Path
from typing import Final

from api.answers import Answer, RawHeader
from api.requests import ApiRequest

__all__ = ["FRONT_END_VERSION", "asset", "front_page"]

FRONT_END_VERSION: Final = version("piccolo_admin")
_DIST: Final = Path(str(distribution("piccolo_admin").locate_file("piccolo_admin"))) / "dist"

_TYPES: Final[Mapping[str, bytes]] = {
    "css": b"text/css; charset=utf-8",
    "html": b"text/html; charset=utf-8",
    "js": b"text/javascript; charset=utf-8",
}
_FOR_EVER: Final[RawHeader] = (b"cache-control", b"public, max-age=31536000, immutable")
_ASK_AGAIN: Final[RawHeader] = (b"cache-control", b"no-cache")
_POLICY: Final[RawHeader] = (
    b"content-security-policy",
    b"default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; "
    b"base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
)
_OURS: Final = ("freehold.css", "freehold.js")


@dataclass(frozen=True, slots=True)
class _File:
    """A file, as it is and compressed. Its name or its address changes with its content."""

    content: bytes
    packed: bytes
    headers: tuple[RawHeader, ...]
    tag: bytes

    def answer(self, request: ApiRequest) -> Answer:
        if request.header(b"if-none-match") == self.tag.decode():
            return Answer(304, [*self.headers])
        is_packed = "gzip" in (request.header(b"accept-encoding") or "")
        body = self.packed if is_packed else self.content
        headers = [*self.headers, (b"content-length", b"%d" % len(body))]
        return Answer(200, [*headers, (b"content-encoding", b"gzip")] if is_packed else headers, body)


async def front_page(request: ApiRequest) -> Answer:
    """The page that everything else is loaded from."""
    return (await asyncio.to_thread(_front_page)).answer(request)


async def asset(request: ApiRequest, name: str) -> Answer | None:
    """A file of the page; None when there is none of this name."""
    found = (await asyncio.to_thread(_assets)).get(name)
    return None if found is None else found.answer(request)


@cache
def _assets() -> Mapping[str, _File]:
    theirs = {one.name: one.read_bytes() for one in (_DIST / "assets").iterdir()}
    ours = {name: (files("api.admin") / "page" / name).read_bytes() for name in _OURS}
    return {name: _file(name, content, _FOR_EVER) for name, content in (theirs | ours).items()}


@cache
def _front_page() -> _File:
    """Piccolo Admin's own page, with our style sheet and script beside its own."""
    text = (_DIST / "index.html").read_text(encoding="utf-8")
    style, script = (f"./assets/{name}?{_assets()[name].tag[1:9].decode()}" for name in _OURS)
    added = (
        f'<link rel="icon" href="data:,"><link rel="stylesheet" href="{style}">'
        f'<script type="module" src="{script}"></script></head>'
    )
    page, places = re.subn("</head>", added, text)
    if places != 1:
        raise RuntimeError(f"piccolo_admin {FRONT_END_VERSION} has another front page than Freehold knows.")
    return _file("index.html", page.encode(), _ASK_AGAIN, _POLICY)


def _file(name: str, content: bytes, *headers: RawHeader) -> _File:
    tag = f'"{hashlib.sha256(content).hexdigest()[:24]}"'.encode()
    kind = _TYPES.get(name.rpartition(".")[2], b"application/octet-stream")
    common = ((b"content-type", kind), (b"etag", tag), (b"vary", b"accept-encoding"))
    return _File(content, gzip.compress(content, 6, mtime=0), (*common, *headers), tag)

"""The built files of the frontend: hashed assets, and the page that loads them.

Read and compressed once, in a thread, when the first page of a process is requested.
"""

import asyncio
import hashlib
import secrets
from collections.abc import Container, Iterable, Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from litestar.exceptions import NotFoundException
from litestar.types import HTTPScope, Receive, Send

from api.requests.request import ApiRequest
from api.responses import NOT_STORED, RawHeader, RawResponse
from api.static_files import FOR_EVER, StaticFile, static_file

__all__ = [
    "CENTRAL_PAGES",
    "TENANT_PAGES",
    "frontend_version",
    "is_asset",
    "is_frontend",
    "opens_page",
    "page_response",
    "serve_frontend",
]

TENANT_PAGES: Final = frozenset(
    {"", "a", "account", "confirm-email", "factors", "forgot", "invite", "login", "o", "reset", "setup"}
)
"""First parts of the paths of pages on a tenant's host."""
CENTRAL_PAGES: Final = frozenset({"", "find", "first"})
"""The same on a central host."""

_DIST: Final = files("api.frontend") / "dist"
_ASSETS: Final = "/assets/"
_SAFE: Final = frozenset({"GET", "HEAD"})
_NONCE: Final = b'name="csp-nonce" content=""'
_HOST: Final = b'name="freehold-host" content="tenant"'
_CENTRAL: Final = b'name="freehold-central" content=""'
_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; "
    "connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)


def is_frontend(scope: HTTPScope, pages: Container[str]) -> bool:
    """Whether a request is for a file of the frontend: an asset, or one of the pages, opened by a browser.

    Programs, whose Accept header does not name HTML, get the problem of a path that does not exist.
    """
    return is_asset(scope) or (scope["path"][1:].partition("/")[0] in pages and opens_page(scope))


def is_asset(scope: HTTPScope) -> bool:
    """Whether a request is for a file that pages load."""
    return scope["path"].startswith(_ASSETS) and scope["method"] in _SAFE


def opens_page(scope: HTTPScope) -> bool:
    """Whether a browser opens an address."""
    if scope["method"] not in _SAFE or scope["path"][:2] == "//":
        return False
    return any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])


@cache
def frontend_version() -> str:
    """A digest of the page, which names the scripts by their digests: another one after each change of the
    frontend. Read once; empty without built files.
    """
    try:
        return hashlib.blake2b(_page(), digest_size=6).hexdigest()
    except FileNotFoundError:
        return ""


async def serve_frontend(scope: HTTPScope, receive: Receive, send: Send) -> None:
    """Send an asset, or the page for any other path. Raises NotFoundException for a missing asset."""
    path = scope["path"]
    if path.startswith(_ASSETS):
        response = await _asset(ApiRequest(scope), path)
    else:
        await asyncio.to_thread(_page)
        response = page_response("tenant" if "tenant" in scope["state"] else "central")
    await response(scope, receive, send)


async def _asset(request: ApiRequest, path: str) -> RawResponse:
    asset = (await asyncio.to_thread(_assets)).get(path.removeprefix(_ASSETS))
    if asset is None:
        raise NotFoundException
    return asset.response(request)


def page_response(
    kind: str,
    status: int = 200,
    headers: Iterable[RawHeader] = (),
    *,
    central_url: str = "",
    without_scripts: str = "",
) -> RawResponse:
    """Return the page with a nonce for its styles (CSP Level 3, section 6.7.3.2).

    :param kind: what the host is, as ``<meta name="freehold-host">`` says it.
    :param central_url: the address of the central host, as HTML.
    :param without_scripts: what browsers show that run no scripts, as HTML.
    """
    nonce = secrets.token_urlsafe(16)
    page = _page().replace(_NONCE, _NONCE[:-1] + nonce.encode() + b'"')
    page = page.replace(_HOST, _HOST.replace(b"tenant", kind.encode()))
    page = page.replace(_CENTRAL, _CENTRAL[:-1] + central_url.encode() + b'"')
    if without_scripts:
        page = page.replace(b"</body>", b"<noscript>%s</noscript></body>" % without_scripts.encode())
    return RawResponse(
        status,
        [
            (b"content-type", b"text/html; charset=utf-8"),
            (b"content-length", b"%d" % len(page)),
            (b"content-security-policy", _POLICY.format(nonce=nonce).encode()),
            (b"cross-origin-opener-policy", b"same-origin"),
            (b"vary", b"accept"),
            NOT_STORED,
            *headers,
        ],
        page,
    )


@cache
def _assets() -> Mapping[str, StaticFile]:
    return {
        one.name: static_file(one.name, one.read_bytes(), FOR_EVER) for one in (_DIST / "assets").iterdir()
    }


@cache
def _page() -> bytes:
    page = (_DIST / "index.html").read_bytes()
    if page.count(_NONCE) != 1 or page.count(_HOST) != 1:
        raise RuntimeError("The frontend's page is not what the service expects: run `make frontend`.")
    return page

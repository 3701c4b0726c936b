"""The page on which requests can be tried: Swagger UI, served from here, with nothing from elsewhere."""

import asyncio
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

from api.requests.request import ApiRequest
from api.responses import RawHeader, RawResponse
from api.static_files import REVALIDATED, StaticFile, static_file

__all__ = ["try_asset", "try_page"]

_FOLDER: Final = files("api.openapi") / "try_page"
_NAMES: Final = ("start.js", "swagger-ui-bundle.js", "swagger-ui.css")
_POLICY: Final[RawHeader] = (
    b"content-security-policy",
    b"default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    b"connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
)
"""No script in the page itself; Swagger UI writes ``style`` attributes."""
_PAGE: Final = """\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Freehold: try requests</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/schema/try/swagger-ui.css">
<script src="/schema/try/swagger-ui-bundle.js" defer></script>
<script src="/schema/try/start.js" defer></script>
</head>
<body><div id="page"></div></body>
</html>
"""


async def try_page(request: ApiRequest) -> RawResponse:
    """The page."""
    return (await asyncio.to_thread(_page)).response(request)


async def try_asset(request: ApiRequest, name: str) -> RawResponse | None:
    """A file that the page loads; None when there is none of this name."""
    found = (await asyncio.to_thread(_assets)).get(name)
    return None if found is None else found.response(request)


@cache
def _page() -> StaticFile:
    return static_file("index.html", _PAGE.encode(), REVALIDATED, _POLICY)


@cache
def _assets() -> Mapping[str, StaticFile]:
    return {name: static_file(name, (_FOLDER / name).read_bytes(), REVALIDATED) for name in _NAMES}

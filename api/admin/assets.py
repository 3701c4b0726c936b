"""The files of Piccolo Admin's front end, from its package, with additional scripts and styles.

Read and compressed once, in a thread, when the first admin page of a process is requested.
"""

import asyncio
import hashlib
import re
from collections.abc import Mapping
from functools import cache
from importlib.metadata import distribution, version
from importlib.resources import files
from pathlib import Path
from typing import Final

from api.requests.request import ApiRequest
from api.responses import RawHeader, RawResponse
from api.static_files import CONTENT_TYPES, FOR_EVER, REVALIDATED, StaticFile, static_file

__all__ = ["FRONT_END_VERSION", "asset", "front_page"]

FRONT_END_VERSION: Final = version("piccolo_admin")
_DIST: Final = Path(str(distribution("piccolo_admin").locate_file("piccolo_admin"))) / "dist"

_POLICY: Final[RawHeader] = (
    b"content-security-policy",
    b"default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; object-src 'none'; "
    b"base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
)
_OURS: Final = files("api.admin") / "page"


async def front_page(request: ApiRequest, *, is_signed_in: bool, has_passwords: bool) -> RawResponse:
    """Return the page that loads everything else.

    It contains whether the browser has a session, so that a page without one only requests the sign-in, and
    whether users here have passwords that they can change.
    """
    page = await asyncio.to_thread(_front_page, is_signed_in=is_signed_in, has_passwords=has_passwords)
    return page.response(request)


async def asset(request: ApiRequest, name: str) -> RawResponse | None:
    """Return a file of the page; None if there is none with this name."""
    found = (await asyncio.to_thread(_assets)).get(name)
    return None if found is None else found.response(request)


@cache
def _assets() -> Mapping[str, StaticFile]:
    """The files by the end of their addresses.

    The additional ones are in a folder named after their content.
    """
    theirs = {one.name: one.read_bytes() for one in (_DIST / "assets").iterdir()}
    ours = {f"{_folder()}/{name}": content for name, content in _ours().items()}
    return {name: static_file(name, content, FOR_EVER) for name, content in (theirs | ours).items()}


@cache
def _ours() -> Mapping[str, bytes]:
    found = [one for one in _OURS.iterdir() if one.name.rpartition(".")[2] in CONTENT_TYPES]
    return {one.name: one.read_bytes() for one in sorted(found, key=lambda one: one.name)}


@cache
def _folder() -> str:
    return hashlib.sha256(b"".join(_ours().values())).hexdigest()[:12]


@cache
def _front_page(*, is_signed_in: bool, has_passwords: bool) -> StaticFile:
    """Return Piccolo Admin's page with the additional style sheet and scripts."""
    text = (_DIST / "index.html").read_text(encoding="utf-8")
    folder = f"./assets/{_folder()}"
    attributes = f'data-signed-in="{_word(is_signed_in)}" data-passwords="{_word(has_passwords)}"'
    before = (
        f'<meta name="freehold" {attributes}><script type="module" src="{folder}/first.js"></script><script '
    )
    after = (
        f'<link rel="icon" type="image/svg+xml" href="{folder}/freehold.svg">'
        f'<link rel="stylesheet" href="{folder}/freehold.css">'
        f'<script type="module" src="{folder}/freehold.js"></script></head>'
    )
    page, scripts = re.subn("<script ", before, text)
    page, heads = re.subn("</head>", after, page)
    if (scripts, heads) != (1, 1):
        raise RuntimeError(f"piccolo_admin {FRONT_END_VERSION} has another front page than Freehold knows.")
    return static_file("index.html", page.encode(), REVALIDATED, _POLICY)


def _word(fact: bool) -> str:
    return "yes" if fact else "no"

"""Problems as pages, for a person whose browser opens an address where nothing is served to programs."""

from html import escape
from typing import Final

from litestar.types import HTTPScope

from api.answers import NOT_STORED, Answer, RawHeader, json_bytes
from api.problems import document_of

__all__ = ["as_page", "wants_page"]

_HTML: Final[RawHeader] = (b"content-type", b"text/html; charset=utf-8")
_CLOSED: Final[RawHeader] = (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'")
_VARY: Final[RawHeader] = (b"vary", b"accept")
_STYLE: Final = """
:root { color-scheme: light dark; } body { font: 16px/1.5 system-ui, sans-serif; max-width: 32rem;
margin: 20vh auto 0; padding: 0 1rem; } p.note { opacity: .7; font-size: .85rem; }
"""
_WAYS_ON: Final = '<p>Go on to <a href="/admin/">the admin</a> or to <a href="/schema">the API</a>.</p>'


def wants_page(scope: HTTPScope) -> bool:
    """Whether a browser opens the host itself or its admin: it takes HTML, and says so as no program does."""
    path = scope["path"]
    if scope["method"] != "GET" or path not in ("/", "/admin", "/admin/"):
        return False
    return any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])


def as_page(error: Exception, answer: Answer, request_id: str) -> Answer:
    """``answer``, which tells a program of ``error``, as a page with the same status and headers."""
    document = document_of(error, request_id)
    ways_on = _WAYS_ON if document.code == "not-found" else ""
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(document.title)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(document.title)}</h1><p>{escape(document.detail)}</p>{ways_on}"
        f"<p class=note>{document.status} · {escape(document.request_id)}</p></body></html>"
    )
    kept = [one for one in answer.headers if one[0] not in (b"content-type", b"content-length")]
    return json_bytes(page.encode(), answer.status, _HTML, [*kept, NOT_STORED, _CLOSED, _VARY])

"""Problems as HTML pages: an error in a browser, and the explanation of each code."""

from collections.abc import Sequence
from html import escape
from typing import Final

from litestar.types import HTTPScope

from api.frontend.files import CENTRAL_PAGES, TENANT_PAGES
from api.problems.catalog import EXPLANATIONS
from api.problems.table import document_of
from api.requests.etags import digest_tag
from api.responses import NOT_STORED, RawHeader, RawResponse, json_bytes

__all__ = ["as_page", "explanation_page", "list_page", "prefers_html", "wants_page"]

_HTML: Final[RawHeader] = (b"content-type", b"text/html; charset=utf-8")
_CLOSED: Final[RawHeader] = (b"content-security-policy", b"default-src 'none'; style-src 'unsafe-inline'")
_VARY: Final[RawHeader] = (b"vary", b"accept")
_STYLE: Final = """
:root { color-scheme: light dark; } body { font: 16px/1.5 system-ui, sans-serif; max-width: 32rem;
margin: 20vh auto 0; padding: 0 1rem; } p.note { opacity: .7; font-size: .85rem; }
"""
_WAYS_ON: Final = '<p>Go on to <a href="/admin/">the admin</a> or to <a href="/schema">the API</a>.</p>'


def prefers_html(accept: str) -> bool:
    """Whether an Accept header prefers text/html to JSON. Browsers do; programs name JSON, or anything.

    >>> prefers_html("text/html,*/*;q=0.8"), prefers_html("application/json, text/html"), prefers_html("*/*")
    (True, False, False)
    """
    types = [part.partition(";")[0].strip().lower() for part in accept.split(",")]
    html = types.index("text/html") if "text/html" in types else None
    plain = types.index("application/json") if "application/json" in types else len(types)
    return html is not None and html < plain


def wants_page(scope: HTTPScope) -> bool:
    """Whether a browser opens a page: of the frontend, or the admin's."""
    path = scope["path"]
    pages = CENTRAL_PAGES if scope["state"].get("is_central") else TENANT_PAGES
    is_page = path in ("/admin", "/admin/") or path[1:].partition("/")[0] in pages
    if scope["method"] != "GET" or not is_page:
        return False
    return any(name == b"accept" and b"text/html" in value for name, value in scope["headers"])


def as_page(error: Exception, response: RawResponse, request_id: str) -> RawResponse:
    """Return ``response``, which reports ``error``, as a page with the same status and headers."""
    document = document_of(error, request_id)
    ways_on = _WAYS_ON if document.code == "not-found" else ""
    page = _page(
        document.title,
        f"<p>{escape(document.detail)}</p>{ways_on}"
        f"<p class=note>{document.status} · {escape(document.request_id)}</p>",
    )
    kept = [one for one in response.headers if one[0] not in (b"content-type", b"content-length")]
    return json_bytes(page, response.status, _HTML, [*kept, NOT_STORED, _CLOSED, _VARY])


def explanation_page(code: str, statuses: Sequence[int]) -> RawResponse:
    """Return the explanation of a code as a page. Raises KeyError for an unknown code."""
    title, explanation = EXPLANATIONS[code]
    shown = ", ".join(map(str, statuses))
    body = (
        f"<p>{escape(explanation)}</p><p class=note><code>{escape(code)}</code>{shown and f' · {shown}'} · "
        '<a href="/problems">all codes</a></p>'
    )
    return _kept(_page(title, body))


def list_page() -> RawResponse:
    """Return all codes as a page."""
    entries = (
        f'<li><a href="/problems/{escape(code)}">{escape(title)}</a> <code>{escape(code)}</code></li>'
        for code, (title, _) in sorted(EXPLANATIONS.items())
    )
    return _kept(_page("Problems", f"<ul>{''.join(entries)}</ul>"))


def _kept(page: bytes) -> RawResponse:
    return json_bytes(page, 200, _HTML, [digest_tag(page), _CLOSED, _VARY])


def _page(title: str, body: str) -> bytes:
    page = (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style></head><body>"
        f"<h1>{escape(title)}</h1>{body}</body></html>"
    )
    return page.encode()

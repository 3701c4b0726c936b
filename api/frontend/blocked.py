"""The workspace's page for errors in a browser: hosts without a workspace, and addresses without a page.

The page is the one that the other addresses have, with the status and headers of the error. Its ``<meta
name="freehold-host">`` says what it is about; nothing of the request is written into it.
"""

from collections.abc import Mapping
from html import escape
from typing import Final

from litestar.exceptions import NotFoundException
from litestar.types import HTTPScope

from api.errors import TenantArchived, TenantNotReady, TenantSuspended
from api.frontend.files import opens_page, page_response
from api.middleware.host_kinds import OPERATORS_PATHS, is_below
from api.problems.catalog import title_of
from api.requests.links import link_to
from api.responses import RawResponse
from central.errors import TenantNotFound, TenantUpgrading
from central.tenancy.engines import TenantGone

__all__ = ["workspace_page"]

_BLOCKED: Final[Mapping[type[Exception], str]] = {
    TenantNotFound: "unknown",
    TenantGone: "unknown",
    TenantSuspended: "suspended",
    TenantArchived: "archived",
    TenantNotReady: "not-ready",
    TenantUpgrading: "upgrading",
}
"""What the page is about, by errors of a tenant's host."""
_OTHERS: Final = frozenset({"admin", "api", "assets"})
"""First parts of paths that have pages of their own, or none."""
_OTHERS_ON_A_HOST: Final = _OTHERS | OPERATORS_PATHS | {"problems", "schema"}


def workspace_page(error: Exception, response: RawResponse, scope: HTTPScope) -> RawResponse | None:
    """Return ``response``, which reports ``error``, as a page of the workspace; None where it has none."""
    state = scope["state"]
    if "host" not in state or not opens_page(scope):  # no page has assets on a malformed host
        return None
    kind = next((_BLOCKED[one] for one in type(error).__mro__ if one in _BLOCKED), None)
    if kind is not None and not state.get("is_central") and not is_below(scope["path"], _OTHERS):
        words = title_of(getattr(error, "code", "not-found"))
        return _page(kind, response, _central_url(scope), words)
    if isinstance(error, NotFoundException) and not is_below(scope["path"], _OTHERS_ON_A_HOST):
        return _page("tenant" if "tenant" in state else "central", response, "", "")
    return None


def _page(kind: str, response: RawResponse, central_url: str, words: str) -> RawResponse | None:
    kept = [one for one in response.headers if one[0] not in (b"content-type", b"content-length")]
    try:
        return page_response(kind, response.status, kept, central_url=central_url, without_scripts=words)
    except (FileNotFoundError, RuntimeError):  # the frontend is not built
        return None


def _central_url(scope: HTTPScope) -> str:
    """Return the address of the central host that the requested host is below; empty for other domains, which
    may hide whose platform they are on.
    """
    settings, host = scope["state"]["platform"].settings, scope["state"]["host"]
    base = next((one for one in settings.base_domains if host.endswith(f".{one}")), None)
    return "" if base is None else escape(link_to(scope, settings, base))

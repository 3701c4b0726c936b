"""Addresses with scheme and port, as the client itself would have to write them."""

from litestar.types import HTTPScope

from api.middleware.host_kinds import OPERATORS_PATHS, is_below
from api.requests.addresses import is_proxy
from central.settings.settings import Settings

__all__ = ["link_to", "where_to_go"]


def link_to(scope: HTTPScope, settings: Settings, host: str) -> str:
    """The address of another host of this service, with the scheme and the port of the request.

    Behind a trusted proxy they are those that the client used, from ``X-Forwarded-Proto`` and
    ``X-Forwarded-Host``.
    """
    client = scope.get("client")
    forwarded = is_proxy(client[0] if client else "", settings.trusted_proxies)
    headers = dict(scope["headers"])
    named = headers.get(b"x-forwarded-host" if forwarded and b"x-forwarded-host" in headers else b"host", b"")
    scheme = headers.get(b"x-forwarded-proto", b"").decode("latin-1").lower() if forwarded else ""
    port = named.decode("latin-1").rpartition("]")[2].partition(":")[2]
    if scheme not in {"http", "https"}:
        scheme = scope.get("scheme", "http")
    return f"{scheme}://{host}{port and ':' + port}"


def where_to_go(scope: HTTPScope) -> str | None:
    """Return the message for a path that is served on the other kind of host; None for any other path.

    The central host of a tenant with a domain of its own is not named: the domain may hide whose platform it
    is on.
    """
    state, path = scope["state"], scope["path"]
    if "host" not in state:
        return None
    settings, tenant = state["platform"].settings, state.get("tenant")
    base = settings.base_domains[0]
    if tenant is None:
        there = link_to(scope, settings, f"SLUG.{base}")
        return f"This is the operators' host; tenants are at {there}." if path.startswith("/api/") else None
    if not is_below(path, OPERATORS_PATHS):
        return None
    mine = next((one for one in settings.base_domains if state["host"].endswith(f".{one}")), None)
    if mine is None:
        return "This is a tenant's host; what operators call is on the operators' host."
    return f"This is a tenant's host; what operators call is at {link_to(scope, settings, mine)}."

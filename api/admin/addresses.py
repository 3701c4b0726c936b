"""Addresses of hosts as the browser that is on an admin's page reaches them: with scheme and port."""

from urllib.parse import urlsplit

from api.requests.request import ApiRequest

__all__ = ["address_of"]


def address_of(request: ApiRequest, host: str) -> str:
    """``http://acme.localhost:8000`` for ``acme.localhost``, when the page is at ``http://localhost:8000``.

    Browsers name scheme and port in ``Origin`` with every form; without it, the Host header has the port.
    """
    origin = urlsplit(request.header(b"origin") or "")
    scheme = origin.scheme or ("http" if request.platform.settings.local else "https")
    netloc = origin.netloc or request.header(b"host") or ""
    port = netloc.rpartition("]")[2].partition(":")[2]
    return f"{scheme}://{host}:{port}" if port.isdecimal() else f"{scheme}://{host}"

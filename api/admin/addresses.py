"""Addresses of hosts for the browser of an admin's page, with scheme and port."""

from urllib.parse import urlsplit

from api.requests.request import ApiRequest

__all__ = ["address_of"]


def address_of(request: ApiRequest, host: str) -> str:
    """Return the address of a host, ``http://acme.localhost:8000`` for ``acme.localhost``.

    Scheme and port are those of the admin's page. Browsers send them in ``Origin`` with every form; without
    it, the Host header has the port.
    """
    origin = urlsplit(request.header(b"origin") or "")
    scheme = origin.scheme or ("http" if request.platform.settings.local else "https")
    netloc = origin.netloc or request.header(b"host") or ""
    port = netloc.rpartition("]")[2].partition(":")[2]
    return f"{scheme}://{host}:{port}" if port.isdecimal() else f"{scheme}://{host}"

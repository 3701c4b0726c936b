"""The admin's two cookies: the session's secret, and the CSRF token that a page repeats in a header.

The session's is HttpOnly and SameSite=Strict, and outside of local mode Secure and ``__Host-``: a browser
then sends it only to the host that set it, over TLS, and no other host can set one. The other has the name
that Piccolo Admin's front end reads.
"""

import hmac
import re
import secrets
from typing import Final
from urllib.parse import urlsplit

from api.admin.errors import ForgedRequest
from api.requests.request import ApiRequest
from api.responses import RawHeader
from central.errors import InvalidHost
from central.hostnames import parse_host

__all__ = [
    "CSRF_COOKIE",
    "csrf_cookie",
    "csrf_token",
    "forget_session",
    "keep_session",
    "require_own_page",
    "session_secret",
]

CSRF_COOKIE: Final = "csrftoken"
_CSRF_HEADER: Final = b"x-csrftoken"
_CSRF_BYTES: Final = 32
_CSRF_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{32,100}")
_NAME: Final = "freehold-admin"
_LONGEST: Final = 4_096


def session_secret(request: ApiRequest) -> str | None:
    """Return the session's secret in the browser's cookie."""
    value = _cookies(request).get(_name(request), "")
    return value if 0 < len(value) <= _LONGEST else None


def keep_session(request: ApiRequest, secret: str, seconds: int) -> RawHeader:
    """Return the header that stores a session in the browser for this time."""
    return _cookie(request, _name(request), secret, f"Max-Age={seconds}; HttpOnly")


def forget_session(request: ApiRequest) -> RawHeader:
    """Return the header that deletes the browser's session."""
    return keep_session(request, "", 0)


def csrf_token(request: ApiRequest) -> str | None:
    """Return the browser's CSRF token, if it is a valid one."""
    token = _cookies(request).get(CSRF_COOKIE, "")
    return token if _CSRF_TOKEN.fullmatch(token) else None


def csrf_cookie(request: ApiRequest) -> RawHeader:
    """Return the header with a new CSRF token, which the browser's pages can read."""
    return _cookie(request, CSRF_COOKIE, secrets.token_urlsafe(_CSRF_BYTES), "Max-Age=43200")


def require_own_page(request: ApiRequest) -> None:
    """Raise :class:`ForgedRequest` unless a page of the same host sent the request.

    Cookie and header must have the same token, which no other origin can read; if the browser sends the
    request's origin, it must be this host.
    """
    token, shown = csrf_token(request), request.header(_CSRF_HEADER) or ""
    if token is None or not hmac.compare_digest(token.encode(), shown.encode()):
        raise ForgedRequest
    origin = request.header(b"origin")
    if origin is not None and not _is_own(origin, request.scope["state"]["host"]):
        raise ForgedRequest
    if request.header(b"sec-fetch-site") not in (None, "same-origin"):
        raise ForgedRequest


def _is_own(origin: str, host: str) -> bool:
    """Whether an origin is on the requested host. Its port is checked by ``Sec-Fetch-Site``."""
    try:
        return parse_host(urlsplit(origin).netloc.encode()) == host
    except (ValueError, InvalidHost):
        return False


def _name(request: ApiRequest) -> str:
    return _NAME if request.platform.settings.local else f"__Host-{_NAME}"


def _cookie(request: ApiRequest, name: str, value: str, attributes: str) -> RawHeader:
    secure = "" if request.platform.settings.local else "; Secure"
    text = f"{name}={value}; Path=/; SameSite=Strict; {attributes}{secure}"
    return (b"set-cookie", text.encode())


def _cookies(request: ApiRequest) -> dict[str, str]:
    """Return the cookies.

    Of two with the same name the first applies, which was set for the narrower path.
    """
    found: dict[str, str] = {}
    for part in (request.header(b"cookie") or "").replace(", ", "; ").split(";"):
        name, separator, value = part.strip().partition("=")
        if separator:
            found.setdefault(name, value.strip('"'))
    return found

"""The admin's two cookies: the session's secret, and the CSRF token that a page repeats in a header.

The session's is HttpOnly and SameSite=Strict, and outside of local mode Secure and ``__Host-``: a browser
then sends it only to the host that set it, over TLS, and no other host can set one. The other has the name
that Piccolo Admin's front end reads.
"""

import hmac
import re
import secrets
from typing import Final

from api.admin.errors import ForgedRequest
from api.requests.cookies import cookie_header, cookie_name, cookies_named
from api.requests.origins import is_from_other_origin
from api.requests.request import ApiRequest
from api.responses import RawHeader

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
    value = _first(request, cookie_name(request, _NAME))
    return value if 0 < len(value) <= _LONGEST else None


def keep_session(request: ApiRequest, secret: str, seconds: int) -> RawHeader:
    """Return the header that stores a session in the browser for this time."""
    return _cookie(request, cookie_name(request, _NAME), secret, f"Max-Age={seconds}; HttpOnly")


def forget_session(request: ApiRequest) -> RawHeader:
    """Return the header that deletes the browser's session."""
    return keep_session(request, "", 0)


def csrf_token(request: ApiRequest) -> str | None:
    """Return the browser's CSRF token, if it is a valid one."""
    token = _first(request, CSRF_COOKIE)
    return token if _CSRF_TOKEN.fullmatch(token) else None


def csrf_cookie(request: ApiRequest) -> RawHeader:
    """Return the header with a new CSRF token, which the browser's pages can read."""
    return _cookie(request, CSRF_COOKIE, secrets.token_urlsafe(_CSRF_BYTES), "Max-Age=43200")


def require_own_page(request: ApiRequest) -> None:
    """Raise :class:`ForgedRequest` unless a page of the same host sent the request.

    Cookie and header must have the same token, which no other origin can read; if the browser says where the
    request comes from, it must be this origin.
    """
    token, shown = csrf_token(request), request.header(_CSRF_HEADER) or ""
    if token is None or not hmac.compare_digest(token.encode(), shown.encode()):
        raise ForgedRequest
    if is_from_other_origin(request):
        raise ForgedRequest


def _cookie(request: ApiRequest, name: str, value: str, attributes: str) -> RawHeader:
    return cookie_header(request, name, value, f"SameSite=Strict; {attributes}")


def _first(request: ApiRequest, name: str) -> str:
    """Return the value of a cookie. Of two with the same name the first applies."""
    return next(iter(cookies_named(request, name)), "")

"""The admin's two cookies: the session's secret, and the token that a page must repeat in a header.

The session's is HttpOnly and SameSite=Strict, and outside of local mode Secure and ``__Host-``: a browser
then sends it to exactly the host that set it, over TLS, and no neighbouring host can plant one. The other
has the name that Piccolo Admin's front end reads.
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
    """What the browser shows of its session."""
    value = _cookies(request).get(_name(request), "")
    return value if 0 < len(value) <= _LONGEST else None


def keep_session(request: ApiRequest, secret: str, seconds: int) -> RawHeader:
    """Has the browser keep a session for so long."""
    return _cookie(request, _name(request), secret, f"Max-Age={seconds}; HttpOnly")


def forget_session(request: ApiRequest) -> RawHeader:
    """Has the browser forget its session."""
    return keep_session(request, "", 0)


def csrf_token(request: ApiRequest) -> str | None:
    """The token that this browser has, when it is one."""
    token = _cookies(request).get(CSRF_COOKIE, "")
    return token if _CSRF_TOKEN.fullmatch(token) else None


def csrf_cookie(request: ApiRequest) -> RawHeader:
    """A new token for the browser; its pages must be able to read it."""
    return _cookie(request, CSRF_COOKIE, secrets.token_urlsafe(_CSRF_BYTES), "Max-Age=43200")


def require_own_page(request: ApiRequest) -> None:
    """Raises :class:`ForgedRequest` unless a page of this very host sent the request.

    Cookie and header must hold the same token, which no other origin can read; and where the browser says
    from which origin the request comes, it must be this one.
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
    """Whether an origin is on the host that was asked; its port is looked at by ``Sec-Fetch-Site``."""
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
    """Of two cookies of one name the first counts, which is the one that was set for the narrower path."""
    found: dict[str, str] = {}
    for part in (request.header(b"cookie") or "").replace(", ", "; ").split(";"):
        name, separator, value = part.strip().partition("=")
        if separator:
            found.setdefault(name, value.strip('"'))
    return found

"""Cookies: reading them, and those of a browser's session: its secret, and what identifies the browser.

Both are HttpOnly and SameSite=Lax, and outside of local mode Secure and ``__Host-``: a browser then sends
them only to the host that set them, over TLS, and no other host can set them (RFC 6265bis, section 4.1.3).
"""

from datetime import UTC, datetime
from typing import Final

from api.requests.request import ApiRequest
from api.responses import RawHeader
from tenant_schema.users.sign_in.arrival import Arrival
from tenant_schema.users.sign_in.browser_sessions import BrowserSession
from tenant_schema.users.sign_in.known_browsers import DEVICE_KEPT

__all__ = [
    "arrival_of",
    "clear_session",
    "cookie_header",
    "cookie_name",
    "cookies_named",
    "keep_session",
    "session_secret",
]

_SESSION: Final = "freehold"
_DEVICE: Final = "freehold-device"
_LONGEST: Final = 256


def cookies_named(request: ApiRequest, name: str) -> list[str]:
    """Return the values of the cookies with this name, in the browser's order: longer paths first."""
    found = []
    for part in (request.header(b"cookie") or "").replace(", ", "; ").split(";"):
        its_name, separator, value = part.strip().partition("=")
        if separator and its_name == name:
            found.append(value.strip('"'))
    return found


def cookie_name(request: ApiRequest, name: str) -> str:
    """Return the name with the prefix that it has outside of local mode."""
    return name if request.platform.settings.local else f"__Host-{name}"


def cookie_header(request: ApiRequest, name: str, value: str, attributes: str) -> RawHeader:
    """Return the header that sets a cookie for the whole host, outside of local mode over TLS alone."""
    secure = "" if request.platform.settings.local else "; Secure"
    return (b"set-cookie", f"{name}={value}; Path=/; {attributes}{secure}".encode())


def session_secret(request: ApiRequest) -> str | None:
    """Return the secret of the browser's session. From then on no other origin may read the response.

    None also with two cookies of its name. A browser has one, unless another host has set the second, which
    is possible in local mode only.
    """
    secret = _only(request, _SESSION)
    if secret is not None:
        request.context.has_session = True
    return secret


def arrival_of(
    request: ApiRequest, methods: tuple[str, ...] = ("pwd",), *, second_factor: bool = False
) -> Arrival:
    """Return how and from where the request's browser signs in."""
    return Arrival(
        address=request.address,
        user_agent=request.header(b"user-agent") or "",
        device=_only(request, _DEVICE) or "",
        methods=methods,
        second_factor=second_factor,
        replaced=session_secret(request) or "",
    )


def keep_session(request: ApiRequest, session: BrowserSession) -> list[RawHeader]:
    """Return the headers that store a new session in the browser."""
    seconds = max(0, int((session.ends_at - datetime.now(UTC)).total_seconds()))
    headers = [_header(request, _SESSION, session.secret, seconds)]
    if session.device:
        headers.append(_header(request, _DEVICE, session.device, int(DEVICE_KEPT.total_seconds())))
    return headers


def clear_session(request: ApiRequest) -> list[RawHeader]:
    """Return the header that deletes the browser's session. What identifies the browser stays."""
    return [_header(request, _SESSION, "", 0)]


def _only(request: ApiRequest, name: str) -> str | None:
    values = cookies_named(request, cookie_name(request, name))
    return values[0] if len(values) == 1 and 0 < len(values[0]) <= _LONGEST else None


def _header(request: ApiRequest, name: str, value: str, seconds: int) -> RawHeader:
    attributes = f"Max-Age={seconds}; SameSite=Lax; HttpOnly"
    return cookie_header(request, cookie_name(request, name), value, attributes)

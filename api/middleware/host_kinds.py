"""The paths that each kind of host serves. Those of the other kind are not found, with any method."""

from collections.abc import Awaitable
from typing import Final

from litestar.exceptions import NotFoundException
from litestar.types import ASGIApp, Receive, Scope, Send

__all__ = ["INTERNAL_PATHS", "OPERATORS_PATHS", "TENANTS_PATHS", "ServedPaths", "is_below"]

OPERATORS_PATHS: Final = frozenset(
    {"setup", "sign-in", "find", "first-tenant", "health", "ready", "metrics", "internal"}
)
"""First parts of the paths that only central hosts serve."""
INTERNAL_PATHS: Final = frozenset({"internal"})
"""First parts of the paths for trusted proxies themselves, which are served for any host name."""
TENANTS_PATHS: Final = frozenset({"api"})
"""First parts of the paths that only tenants' hosts serve."""


def is_below(path: str, first_parts: frozenset[str]) -> bool:
    """Whether a path begins with one of ``first_parts``.

    >>> is_below("/setup/tenants", OPERATORS_PATHS), is_below("/setups", OPERATORS_PATHS)
    (True, False)
    """
    return path.lstrip("/").partition("/")[0] in first_parts


class ServedPaths:
    """Wraps an ASGI application and refuses the paths below ``refused``."""

    __slots__ = ("_app", "_refused")

    def __init__(self, app: ASGIApp, refused: frozenset[str]) -> None:
        self._app = app
        self._refused = refused

    def __call__(self, scope: Scope, receive: Receive, send: Send) -> Awaitable[None]:
        """Serve a request. Raises ``NotFoundException``."""
        if is_below(scope["path"], self._refused):
            raise NotFoundException
        return self._app(scope, receive, send)

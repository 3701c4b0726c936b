"""The parts of the OpenAPI document that all routes of a kind of host share."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from litestar.types import BeforeRequestHookHandler

from api.middleware.host_kinds import is_below

__all__ = ["HostKind"]

_Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class HostKind:
    """Central hosts, or tenants' hosts."""

    title: str
    description: str
    servers: tuple[_Schema, ...]
    tags: tuple[tuple[str, str], ...]
    security_schemes: Mapping[str, _Schema]
    """The ways to authenticate, of which a request needs one."""
    guard: BeforeRequestHookHandler
    """The ``before_request`` hook of routes that need a token."""
    refused: frozenset[str]
    """First parts of the paths that are not served here."""
    problems: tuple[int, ...]
    """Statuses with which any route may respond."""
    secured_problems: tuple[int, ...]
    """Statuses with which a route that needs a token may respond."""
    secured_headers: tuple[str, ...] = ()
    """Headers of the responses of a route that needs a token."""
    takes_key: Callable[[str, str], bool] = field(default=lambda _method, _path: False)
    """Whether a route (method, path) heeds an Idempotency-Key, without knowing of it itself."""

    def serves(self, path: str) -> bool:
        """Whether a path is served on these hosts."""
        return not is_below(path, self.refused)

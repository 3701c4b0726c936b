"""Tracing: what is wrapped in spans where traces are sent, and left as it is where not.

The extra ``freehold[traces]`` has what sends them (:mod:`api.server.traces`).
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from litestar.types import ASGIApp

from api.jobs.outboxes import MessageHandler
from central.errors import SettingsError
from central.jobs.kinds import JobKind
from central.settings.settings import Settings
from central.tenancy.tenancy import Tenancy
from piccolo_engines.closable import StatementObserver

__all__ = ["NoTraces", "Tracing", "tracing_of"]


class Tracing(Protocol):
    """Wraps the parts of the service that are traced."""

    def requests(self, app: ASGIApp) -> ASGIApp:
        """Wrap the application: a span for each request."""

    def statements(self, observer: StatementObserver) -> StatementObserver:
        """Wrap the observer of tenants' engines: a span for each statement, without its values."""

    def tenancy(self, tenancy: Tenancy) -> Tenancy:
        """Wrap the access to tenants' data: a span for each wait for a tenant's engine."""

    def kinds(self, kinds: Sequence[JobKind]) -> Sequence[JobKind]:
        """Wrap kinds of jobs: a span for each attempt."""

    def handlers(self, handlers: Mapping[str, MessageHandler]) -> Mapping[str, MessageHandler]:
        """Wrap what sends the messages of outboxes: a span for each message."""

    def close(self) -> None:
        """Send what is left. Blocks for some seconds at most."""


class NoTraces:
    """Leaves everything as it is."""

    def requests(self, app: ASGIApp) -> ASGIApp:
        """Return the application."""
        return app

    def statements(self, observer: StatementObserver) -> StatementObserver:
        """Return the observer."""
        return observer

    def tenancy(self, tenancy: Tenancy) -> Tenancy:
        """Return the tenancy."""
        return tenancy

    def kinds(self, kinds: Sequence[JobKind]) -> Sequence[JobKind]:
        """Return the kinds."""
        return kinds

    def handlers(self, handlers: Mapping[str, MessageHandler]) -> Mapping[str, MessageHandler]:
        """Return the handlers."""
        return handlers

    def close(self) -> None:
        """Do nothing."""


def tracing_of(settings: Settings) -> Tracing:
    """Return what the settings ask for. Raises ``SettingsError`` if the extra is not installed."""
    if settings.traces_url is None:
        return NoTraces()
    try:
        from api.server.traces import Traces  # noqa: PLC0415  # an optional extra
    except ImportError:
        raise SettingsError(["TRACES_URL needs `pip install 'freehold[traces]'`."]) from None
    return Traces(settings.traces_url, settings.traces_share, settings.trusted_proxies)

"""Logs as lines of JSON, or as text for a terminal, with the request and tenant and without secrets."""

import logging
import sys
from functools import lru_cache
from typing import Final, TextIO
from uuid import UUID

import msgspec
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from api.middleware.request_context import CURRENT

__all__ = ["configure_logs"]

_SECRET_WORDS: Final = ("password", "secret", "token", "authorization", "cookie", "key", "credential")

_ENCODE: Final = msgspec.json.Encoder(enc_hook=str).encode


def configure_logs(level: str, form: str, stream: TextIO = sys.stdout) -> None:
    """Send structlog's and the standard library's logs of at least ``level`` to ``stream``."""
    shared: list[Processor] = [
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _add_request,
        _hide_secrets,
    ]
    last = _renderers(form)
    number = logging.getLevelNamesMapping()[level.upper()]
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(stream),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(number, logging.INFO), force=True)


def _renderers(form: str) -> list[Processor]:
    """Return the end of the processor chain. Tracebacks never show local variables."""
    if form == "console":
        plain = structlog.dev.plain_traceback
        renderer = structlog.dev.ConsoleRenderer(exception_formatter=plain, colors=sys.stdout.isatty())
        return [_ids_as_text, renderer]
    return [structlog.processors.format_exc_info, _to_json]


def _add_request(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Add the request, and its tenant once known."""
    context = CURRENT.get()
    if context is not None:
        event["request_id"] = context.id
        if context.tenant is not None:
            event["tenant"], event["tenant_id"] = context.tenant, str(context.tenant_id)
    return event


def _hide_secrets(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Remove values whose names are those of secrets, as a last resort: nothing should log them."""
    for name in event:
        if _is_secret(name):
            event[name] = "(hidden)"
    return event


@lru_cache(maxsize=1_024)
def _is_secret(name: str) -> bool:
    return any(word in name.lower() for word in _SECRET_WORDS)


def _ids_as_text(_logger: WrappedLogger, _method: str, event: EventDict) -> EventDict:
    """Convert ids to text, since the terminal's renderer would show their ``repr``."""
    for name, value in event.items():
        if isinstance(value, UUID):
            event[name] = str(value)
    return event


def _to_json(_logger: WrappedLogger, _method: str, event: EventDict) -> str:
    """Render one line."""
    return _ENCODE(event).decode()

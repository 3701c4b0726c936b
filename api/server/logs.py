"""Logs as lines of JSON, or as text for a terminal, with the request and tenant and without secrets.

The line of a request is encoded directly, since every request has one; all others go through structlog's
processors.
"""

import logging
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final, TextIO
from uuid import UUID

import msgspec
import structlog
from structlog.typing import EventDict, FilteringBoundLogger, Processor, WrappedLogger

from api.middleware.request_context import CURRENT, RequestContext
from api.server.log_lines import LineBuffer, LineLogger, sink_of

__all__ = ["RequestLog", "configure_logs", "delayed_logs", "request_log"]

RequestLog = Callable[[RequestContext, float], None]
"""Logs the end of a request, and the seconds that it took."""

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
    lines = None if form == "console" else LineBuffer(sink_of(stream))
    structlog.configure(
        processors=[*shared, *last],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(stream) if lines is None else LineLogger(lines),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(stream) if lines is None else _LineHandler(lines)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared, structlog.stdlib.add_logger_name],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, *last],
        )
    )
    logging.basicConfig(handlers=[handler], level=max(number, logging.INFO), force=True)


def request_log() -> RequestLog:
    """Return how requests are logged, as configured now."""
    logger: FilteringBoundLogger = structlog.get_logger().bind()
    if not logger.is_enabled_for(logging.INFO):
        return _log_nothing
    factory = structlog.get_config()["logger_factory"]
    if isinstance(factory, LineLogger):
        return _encoded_into(factory.buffer)
    return _through_structlog(logger)


def delayed_logs() -> AbstractContextManager[None]:
    """Collect lines of JSON inside the block, and write several at once; see :mod:`api.server.log_lines`."""
    factory = structlog.get_config()["logger_factory"]
    return factory.buffer.delaying() if isinstance(factory, LineLogger) else nullcontext()


class _RequestLine(msgspec.Struct, gc=False):
    """The line of a request. Members and order are those that the processors give."""

    method: str
    path: str
    status: int
    duration_ms: float
    caller: str | UUID | None
    event: str
    level: str
    timestamp: datetime
    request_id: str
    tenant: str | msgspec.UnsetType = msgspec.UNSET
    tenant_id: UUID | msgspec.UnsetType | None = msgspec.UNSET


def _encoded_into(buffer: LineBuffer) -> RequestLog:
    write, encode, now = buffer.write, msgspec.json.Encoder().encode, datetime.now

    def log(context: RequestContext, seconds: float) -> None:
        line = _RequestLine(
            context.method,
            context.path,
            context.status,
            round(seconds * 1000, 2),
            context.caller,
            "request",
            "info",
            now(UTC),
            context.id,
        )
        if context.tenant is not None:
            line.tenant, line.tenant_id = context.tenant, context.tenant_id
        write(encode(line) + b"\n")

    return log


def _through_structlog(logger: FilteringBoundLogger) -> RequestLog:
    def log(context: RequestContext, seconds: float) -> None:
        logger.info(
            "request",
            method=context.method,
            path=context.path,
            status=context.status,
            duration_ms=round(seconds * 1000, 2),
            caller=context.caller,
        )

    return log


def _log_nothing(_context: RequestContext, _seconds: float) -> None:
    """The level is above info."""


class _LineHandler(logging.Handler):
    """The standard library's logs in the same buffer."""

    def __init__(self, buffer: LineBuffer) -> None:
        super().__init__()
        self._buffer = buffer

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record."""
        try:
            line = self.format(record).encode() + b"\n"
        except Exception:  # noqa: BLE001 - as the handlers of the standard library
            self.handleError(record)
        else:
            self._buffer.write(line, at_once=record.levelno > logging.INFO)


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

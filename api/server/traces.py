"""Traces: spans of requests, leases, statements, jobs and messages, sent by OTLP over HTTP.

https://opentelemetry.io/docs/specs/otlp/. Needs the extra ``freehold[traces]``. Spans have no values, no
addresses and no query strings.
"""

from collections.abc import Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import replace
from ipaddress import IPv4Network, IPv6Network
from types import TracebackType
from typing import Any, Final
from uuid import UUID

from litestar.enums import ScopeType
from litestar.types import ASGIApp, HTTPScope, Receive, Scope, Send
from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.sdk.trace.sampling import ALWAYS_OFF, ParentBased, TraceIdRatioBased
from opentelemetry.trace import Span, SpanKind, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator
from piccolo.engine.base import Engine
from piccolo.querystring import QueryString

from api.jobs.outboxes import MessageHandler
from api.middleware.request_context import RequestContext
from api.requests.addresses import is_proxy
from api.server.statements import text_of
from api.version import VERSION
from central.jobs.claims import Claim
from central.jobs.kinds import JobKind, Outcome
from central.registry import TenantRef
from central.tenancy.tenancy import Tenancy
from piccolo_engines.closable import ClosableEngine, StatementObserver

__all__ = ["Traces"]

_SECONDS: Final = 2.0
"""How long one request to the collector may take."""
_LONGEST: Final = 4_000
_PARENT: Final = TraceContextTextMapPropagator()


class Traces:
    """Sends the traces of this process; see :class:`~api.server.tracing.Tracing`.

    A request that comes from a trusted proxy continues the trace of its header ``traceparent``
    (https://www.w3.org/TR/trace-context/), which may say that it is not recorded; any other begins a trace.

    :param url: where OTLP is accepted, such as ``http://collector:4318/v1/traces``.
    :param share: of all traces, how many are recorded, by their ids.
    :param proxies: the networks of trusted proxies.
    """

    def __init__(self, url: str, share: float, proxies: Sequence[IPv4Network | IPv6Network] = ()) -> None:
        self._proxies = proxies
        share_of_ids = TraceIdRatioBased(share)
        sampler = ParentBased(
            share_of_ids, remote_parent_sampled=share_of_ids, remote_parent_not_sampled=ALWAYS_OFF
        )
        resource = Resource.create({"service.name": "freehold", "service.version": VERSION})
        self._provider = TracerProvider(sampler=sampler, resource=resource, shutdown_on_exit=False)
        exporter = OTLPSpanExporter(endpoint=url, timeout=_SECONDS)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("freehold", VERSION)

    def span(
        self,
        name: str,
        kind: SpanKind = SpanKind.INTERNAL,
        attributes: Mapping[str, Any] | None = None,
        parent: Context | None = None,
    ) -> AbstractContextManager[Span]:
        """Return a span to enter. Exceptions set its status by their class, without their message."""
        return _Named(
            self._tracer.start_as_current_span(
                name,
                context=parent,
                kind=kind,
                attributes=dict(attributes or {}),
                record_exception=False,
                set_status_on_exception=False,
            )
        )

    def requests(self, app: ASGIApp) -> ASGIApp:
        """See the protocol."""

        async def traced(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != ScopeType.HTTP:
                await app(scope, receive, send)
                return
            with self.span(scope["method"], SpanKind.SERVER, parent=self._parent(scope)) as span:
                state: dict[str, Any] = scope.setdefault("state", {})
                try:
                    await app(scope, receive, send)
                finally:
                    if span.is_recording():
                        _describe(span, scope, state["context"])

        return traced

    def _parent(self, scope: HTTPScope) -> Context:
        """Return the caller's span if a trusted proxy names one; otherwise the request begins a trace."""
        client = scope.get("client")
        if client is None or not is_proxy(client[0], self._proxies):
            return Context()
        carried = [(name.decode(), value.decode("latin-1")) for name, value in scope["headers"]]
        return _PARENT.extract(dict(carried), Context())

    def statements(self, observer: StatementObserver) -> StatementObserver:
        """See the protocol."""

        async def traced(
            running: Coroutine[Any, Any, list[dict[str, Any]]],
            querystring: QueryString,
            engine: ClosableEngine[Any],
        ) -> list[dict[str, Any]]:
            with self.span("statement", SpanKind.CLIENT) as span:
                if span.is_recording():
                    text = text_of(querystring, engine)
                    span.update_name(text.partition(" ")[0] or "statement")
                    span.set_attributes(
                        {"db.system.name": engine.engine_type, "db.query.text": text[:_LONGEST]}
                    )
                return await observer(running, querystring, engine)

        return traced

    def tenancy(self, tenancy: Tenancy) -> Tenancy:
        """See the protocol."""
        return _TracedTenancy(tenancy, self)

    def kinds(self, kinds: Sequence[JobKind]) -> Sequence[JobKind]:
        """See the protocol."""
        return [self._kind(kind) for kind in kinds]

    def _kind(self, kind: JobKind) -> JobKind:
        async def traced(claim: Claim) -> Outcome:
            job = claim.job
            about = {"freehold.job": str(job.id), "freehold.job.attempt": job.attempts}
            about |= {"freehold.tenant": job.tenant_slug} if job.tenant_slug else {}
            with self.span(f"job {kind.name}", SpanKind.CONSUMER, about):
                return await kind.run(claim)

        return replace(kind, run=traced)

    def handlers(self, handlers: Mapping[str, MessageHandler]) -> Mapping[str, MessageHandler]:
        """See the protocol."""
        return {kind: self._handler(kind, handler) for kind, handler in handlers.items()}

    def _handler(self, kind: str, handler: MessageHandler) -> MessageHandler:
        async def traced(tenant: TenantRef, message_id: UUID, payload: dict[str, Any]) -> None:
            about = {"freehold.tenant": tenant.slug, "freehold.message": str(message_id)}
            with self.span(f"message {kind}", SpanKind.PRODUCER, about):
                await handler(tenant, message_id, payload)

        return traced

    def close(self) -> None:
        """See the protocol."""
        self._provider.shutdown()


class _Named(AbstractContextManager[Span]):
    """A span whose status names the class of the exception that leaves it."""

    def __init__(self, span: AbstractContextManager[Span]) -> None:
        self._span = span

    def __enter__(self) -> Span:
        self._entered = self._span.__enter__()
        return self._entered

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if kind is not None:
            self._entered.set_status(StatusCode.ERROR, kind.__name__)
        self._span.__exit__(kind, error, traceback)


class _TracedTenancy(Tenancy):
    """Leases in spans. Only the wait for the engine is the lease's; what is done with it has its own."""

    def __init__(self, tenancy: Tenancy, traces: Traces) -> None:
        self._tenancy = tenancy
        self._traces = traces

    def use(
        self, tenant: TenantRef, *, at_any_level: bool = False
    ) -> AbstractAsyncContextManager[Engine[Any]]:
        """See :class:`~central.tenancy.tenancy.Tenancy`."""
        return _TracedUse(self._tenancy.use(tenant, at_any_level=at_any_level), self._traces, tenant)

    def bound(self, engine: Engine[Any]) -> AbstractContextManager[None]:
        """See :class:`~central.tenancy.tenancy.Tenancy`."""
        return self._tenancy.bound(engine)


class _TracedUse(AbstractAsyncContextManager[Engine[Any]]):
    def __init__(
        self, use: AbstractAsyncContextManager[Engine[Any]], traces: Traces, tenant: TenantRef
    ) -> None:
        self._use, self._traces, self._tenant = use, traces, tenant

    async def __aenter__(self) -> Engine[Any]:
        about = {"freehold.tenant": self._tenant.slug, "server.address": self._tenant.database_server}
        with self._traces.span("lease", attributes=about):
            return await self._use.__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._use.__aexit__(kind, error, trace)


def _describe(span: Span, scope: HTTPScope, context: RequestContext) -> None:
    """Set what is known at the end. The path is the one for logs, without tokens."""
    route = scope.get("path_template")
    span.update_name(f"{context.method} {route}" if route else context.method)
    span.set_attributes(
        {
            "http.request.method": context.method,
            "url.path": context.path,
            "http.response.status_code": context.status,
            "freehold.request": context.id,
            **({"http.route": str(route)} if route else {}),
            **({"freehold.tenant": context.tenant} if context.tenant is not None else {}),
        }
    )
    if context.status >= 500:
        span.set_status(StatusCode.ERROR)

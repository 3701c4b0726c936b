"""Traces, received by a receiver of our own: what continues a caller's trace, and that no value is in it."""

import gzip
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from ipaddress import ip_network
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from api.server.tracing import NoTraces
from tests.api.conftest import ON_SQLITE, World
from tests.api.records.test_records import ACCOUNTS, make

NAME = "Nobody may read this name in a trace"
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"


class Receiver:
    """Accepts OTLP over HTTP, as a collector does.

    :ivar bodies: what it has received, as bytes.
    """

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        bodies = self.bodies

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                is_packed = self.headers.get("Content-Encoding") == "gzip"
                bodies.append(gzip.decompress(body) if is_packed else body)
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Print nothing."""

        self._server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}/v1/traces"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def spans(self) -> list[Any]:
        requests = [ExportTraceServiceRequest.FromString(body) for body in self.bodies]
        resources = [one for request in requests for one in request.resource_spans]
        return [span for one in resources for scope in one.scope_spans for span in scope.spans]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    found = Receiver()
    yield found
    found.close()


def attributes(span: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in span.attributes}


async def test_a_request_continues_the_trace_of_a_trusted_proxy(
    world_with: Callable[..., Any], receiver: Receiver
) -> None:
    proxies = (ip_network("203.0.113.0/24"),)
    async with world_with(traces_url=receiver.url, traces_share=1.0, trusted_proxies=proxies) as world:
        record = await make(world, name=NAME)
        client = await world.user("administrator")
        headers = {"traceparent": f"00-{TRACE}-{PARENT}-01"}
        response = await client.get(f"{ACCOUNTS}/{record['id']}", headers=headers)
        assert response.status_code == 200
        await client.get(ACCOUNTS, params={"filter[name]": NAME})
    spans = [span for span in receiver.spans if span.trace_id.hex() == TRACE]
    (request,) = [span for span in spans if span.parent_span_id.hex() == PARENT]
    about = attributes(request)
    assert request.name == "GET /api/v1/data/{object}/{id}"
    assert (about["freehold.tenant"], about["http.response.status_code"]) == ("acme", 200)
    below = {span.name: span for span in spans if span.parent_span_id == request.span_id}
    assert set(below) == {"lease", "SELECT"}
    assert attributes(below["lease"])["freehold.tenant"] == "acme"
    assert attributes(below["SELECT"])["db.query.text"].startswith("SELECT")
    everything = b"".join(receiver.bodies)
    assert NAME.encode() not in everything
    assert b"Bearer" not in everything


@ON_SQLITE
async def test_anybody_else_begins_a_trace_and_cannot_say_whether_it_is_recorded(
    world_with: Callable[..., Any], receiver: Receiver
) -> None:
    async with world_with(traces_url=receiver.url, traces_share=1.0) as world:
        for flag in ("00", "01"):
            headers = {"traceparent": f"00-{TRACE}-{PARENT}-{flag}"}
            assert (await world.client().get("/api/v1/tenant", headers=headers)).status_code == 200
    requests = [span for span in receiver.spans if span.name == "GET /api/v1/tenant"]
    assert len(requests) == 2
    assert all(span.parent_span_id == b"" and span.trace_id.hex() != TRACE for span in requests)


async def test_callers_cannot_have_everything_recorded(
    world_with: Callable[..., Any], receiver: Receiver
) -> None:
    async with world_with(traces_url=receiver.url, traces_share=0.0) as world:
        await world.client().get("/api/v1/tenant", headers={"traceparent": f"00-{TRACE}-{PARENT}-01"})
        await world.client().get("/api/v1/tenant", headers={"traceparent": "not one"})
    assert receiver.spans == []


async def test_jobs_and_mails_are_traced_with_their_tenant(
    world_with: Callable[..., Any], receiver: Receiver
) -> None:
    async with world_with(local=True, traces_url=receiver.url, traces_share=1.0) as world:
        client = await world.user("administrator")
        invited = await client.post(
            "/api/v1/users", json={"email": "grace@acme.example", "roles": ["member"]}
        )
        assert invited.status_code == 201, invited.text
        await world.run_jobs()
    named = {span.name: attributes(span) for span in receiver.spans}
    assert named["job outbox"]["freehold.tenant"] == "acme"
    assert named["message mail"]["freehold.tenant"] == "acme"
    assert b"grace@acme.example" not in b"".join(receiver.bodies)


async def test_a_collector_that_is_down_disturbs_nobody(world_with: Callable[..., Any]) -> None:
    async with world_with(traces_url="http://127.0.0.1:9/v1/traces", traces_share=1.0) as world:
        assert (await world.client().get("/api/v1/tenant")).status_code == 200


def test_nothing_is_wrapped_where_traces_are_off(world: World) -> None:
    traces, platform = world.platform.traces, world.platform
    assert isinstance(traces, NoTraces)
    assert traces.statements(platform.statements) is platform.statements
    assert world.app.boundary is traces.requests(world.app.boundary)

"""/metrics: what Prometheus reads."""

import re

from api.middleware.request_context import RequestContext
from api.server.metrics import RequestCounts, exposition
from central.connections.rules import BudgetUse
from central.tenancy.engines import EngineStats
from tests.api.conftest import World

SAMPLE = re.compile(r'^freehold_[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.]+$')


def test_every_line_is_a_sample_or_says_what_the_next_ones_are() -> None:
    counts = RequestCounts()
    counts.add(RequestContext("1", "GET", "/", status=200), 0.004)
    counts.add(RequestContext("2", "BREW", "/", status=405), 20.0)
    use = BudgetUse(limit=40, in_use=3, idle=2, waiting=1, opened=9, evicted=4, timeouts=5)
    engines = EngineStats(open=7, leased=3, waiting=0, opened=8, evicted=1, timeouts=0)
    text = exposition(counts, engines, {"sqlite": None, "db:3306": use})
    assert text.endswith("\n")
    lines = text.splitlines()
    assert all(SAMPLE.match(line) for line in lines if not line.startswith("# "))
    for name, value in {
        "budget": 40, "in_use": 3, "idle": 2, "waiting": 1,
        "opened_total": 9, "evicted_total": 4, "timeouts_total": 5,
    }.items():  # fmt: skip
        assert f'freehold_connections_{name}{{server="db:3306"}} {value}' in lines
    assert 'freehold_requests_total{method="GET",status="200"} 1' in lines
    assert 'freehold_requests_total{method="other",status="405"} 1' in lines
    assert 'freehold_request_seconds_bucket{le="0.0025"} 0' in lines
    assert 'freehold_request_seconds_bucket{le="0.005"} 1' in lines
    assert 'freehold_request_seconds_bucket{le="+Inf"} 2' in lines
    assert "sqlite" not in text


async def test_requests_are_counted(world: World) -> None:
    client = world.client("localhost")
    await client.get("/health")
    answer = await client.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert 'freehold_requests_total{method="GET",status="200"} 1' in answer.text.splitlines()
    assert "acme" not in answer.text


async def test_requests_are_counted_by_tenant(world: World) -> None:
    for _ in range(3):
        await world.client().get("/api/v1/tenant")
    await world.client("nobody.localhost").get("/api/v1/tenant")
    lines = (await world.client("localhost").get("/metrics")).text.splitlines()
    assert 'freehold_tenant_requests_total{tenant="acme"} 3' in lines
    assert 'freehold_tenant_requests_total{tenant=""} 0' in lines
    assert not any("nobody" in line for line in lines)

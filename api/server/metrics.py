"""The metrics of the process in Prometheus' text format.

https://prometheus.io/docs/instrumenting/exposition_formats/
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from api.middleware.request_context import RequestContext
from api.operations.pending_tenants import TenantLevels
from api.server.client_connections import ClientConnections
from api.server.concurrency import LongRequests
from api.server.tenant_counts import TenantCounts, connection_lines
from api.server.tenant_traffic import TenantTraffic
from central.attestation.service import AttestationSummary
from central.backups.ages import BackupAges
from central.connections.rules import BudgetUse
from central.jobs.service import JobCounts
from central.tenancy.engines import EngineStats
from central.upgrades.tables import UpgradeTenantState
from piccolo_engines.columns import utc_now
from piccolo_engines.histogram import Histogram

__all__ = [
    "BACKED_UP_TENANTS",
    "CONTENT_TYPE",
    "RequestCounts",
    "Times",
    "attestation_lines",
    "backup_lines",
    "exposition",
    "job_lines",
    "level_lines",
    "upgrade_lines",
]

CONTENT_TYPE: Final = b"text/plain; version=0.0.4; charset=utf-8"

_METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

_BUDGET: Final = (
    ("connections_budget", "gauge", "limit", "Connections that this process may have to the server."),
    ("connections_in_use", "gauge", "in_use", "Connections in use, being opened or being closed."),
    ("connections_idle", "gauge", "idle", "Connections open and not in use."),
    ("connections_waiting", "gauge", "waiting", "Queries that wait for a connection."),
    ("connections_opened_total", "counter", "opened", "Connections opened."),
    (
        "connections_evicted_total",
        "counter",
        "evicted",
        "Connections closed to make room for others.",
    ),
    ("connections_timeouts_total", "counter", "timeouts", "Queries that got no connection in time."),
)
_ENGINES: Final = (
    ("engines_open", "gauge", "open", "Tenants whose database this process has at hand."),
    ("engines_leased", "gauge", "leased", "Tenants at work just now."),
    ("engines_waiting", "gauge", "waiting", "Requests that wait for a place among the open tenants."),
    ("engines_opened_total", "counter", "opened", "Engines made."),
    ("engines_evicted_total", "counter", "evicted", "Engines closed to make room for another tenant."),
    ("engines_timeouts_total", "counter", "timeouts", "Requests that found no place in time."),
)


class RequestCounts:
    """The number of requests, and their durations from the head to the end of the response."""

    __slots__ = ("_requests", "_seconds", "_tenants", "traffic")

    def __init__(self) -> None:
        self._requests: Counter[tuple[str, int]] = Counter()
        self._seconds = Histogram()
        self._tenants = TenantCounts()
        self.traffic = TenantTraffic()

    def add(self, request: RequestContext, seconds: float) -> None:
        """Count one request, of a tenant if there is one."""
        if request.tenant is not None:
            self._tenants.add(request.tenant, seconds, request.statements, request.statement_seconds)
            if not request.is_refused:
                self.traffic.add(request.tenant, seconds, is_fault=request.status >= 500)
        method = request.method if request.method in _METHODS else "other"
        self._requests[method, request.status] += 1
        self._seconds.add(seconds)

    def add_rows(self, tenant: str, rows: int) -> None:
        """Count rows that were written to a tenant's database."""
        self._tenants.add_rows(tenant, rows)

    def lines(self) -> Iterator[str]:
        """Return the lines for Prometheus."""
        yield from _head("requests_total", "counter", "Requests by method and status of the response.")
        for (method, status), count in sorted(self._requests.items()):
            yield f'freehold_requests_total{{method="{method}",status="{status}"}} {count}'
        yield from _histograms("request_seconds", "How long requests took.", {"": self._seconds})
        yield from self._tenants.lines()


@dataclass(frozen=True, slots=True)
class Times:
    """What a process measures besides its requests.

    :ivar statements: how long tenants' statements took.
    :ivar loop: the lag of the event loop.
    :ivar waits: by server, how long statements waited for a connection, those that had to.
    """

    statements: Histogram
    loop: Histogram
    waits: Mapping[str, Histogram]

    def lines(self) -> Iterator[str]:
        """Return the lines for Prometheus."""
        text = "How long statements of tenants took, with the wait for a connection."
        yield from _histograms("statement_seconds", text, {"": self.statements})
        yield from _histograms("event_loop_lag_seconds", "How late the event loop is.", {"": self.loop})
        waits = {f'server="{name}"': waits for name, waits in self.waits.items()}
        text = "How long statements waited for a connection, those that had to."
        yield from _histograms("connection_wait_seconds", text, waits)


def exposition(
    requests: RequestCounts,
    engines: EngineStats,
    servers: Mapping[str, BudgetUse | None],
    clients: ClientConnections | None = None,
    long_requests: LongRequests | None = None,
    mismatches: int = 0,
    times: Times | None = None,
    connections: Mapping[str, int] | None = None,
) -> str:
    """Return the metrics of this process. ``servers`` are the budgets by server; others are omitted.

    :param mismatches: how often a tenant's database turned out to be another one's.
    :param connections: how many connections tenants have open, by slug.
    """
    budgets = {name: use for name, use in servers.items() if use is not None}
    lines = [
        *requests.lines(),
        *(times.lines() if times is not None else ()),
        *(connection_lines(connections) if connections is not None else ()),
        *(_client_lines(clients) if clients is not None else ()),
        *(_long_request_lines(long_requests) if long_requests is not None else ()),
        *_head("database_mismatches_total", "counter", "Databases that were not their tenant's."),
        f"freehold_database_mismatches_total {mismatches}",
        *_family(_ENGINES, {"": engines}),
        *_family(_BUDGET, {f'{{server="{name}"}}': use for name, use in budgets.items()}),
    ]
    return "".join(f"{line}\n" for line in lines)


BACKED_UP_TENANTS: Final = 100
"""Of how many tenants the age of the latest proven backup is reported."""


def job_lines(jobs: JobCounts) -> str:
    """Return the metrics of the installation's jobs."""
    return "".join(f"{line}\n" for line in _job_lines(jobs))


def backup_lines(ages: BackupAges) -> str:
    """Return the metrics of the installation's backups."""
    return "".join(f"{line}\n" for line in _backup_lines(ages))


def level_lines(levels: TenantLevels) -> str:
    """Return the metrics of the tenants' levels."""
    counts = {"current": levels.current, "older": levels.older, "newer": levels.newer}
    lines = list(_head("tenants", "gauge", "Tenants by the level of their database for this version."))
    lines += [f'freehold_tenants{{level="{age}"}} {count}' for age, count in counts.items()]
    lines += _head("tenants_refused", "gauge", "Tenants whose level this version does not serve.")
    lines.append(f"freehold_tenants_refused {levels.refused}")
    return "".join(f"{line}\n" for line in lines)


def upgrade_lines(counts: Mapping[UpgradeTenantState, int]) -> str:
    """Return the metrics of the upgrade that has not ended; nothing if there is none."""
    if not counts:
        return ""
    lines = list(_head("upgrade_tenants", "gauge", "Tenants of the present upgrade, by what became of them."))
    lines += [
        f'freehold_upgrade_tenants{{state="{state.value}"}} {counts.get(state, 0)}'
        for state in UpgradeTenantState
    ]
    return "".join(f"{line}\n" for line in lines)


def _family(
    family: Iterable[tuple[str, str, str, str]], found: Mapping[str, EngineStats | BudgetUse]
) -> Iterator[str]:
    for name, kind, attribute, text in family if found else ():
        yield from _head(name, kind, text)
        for labels, stats in found.items():
            yield f"freehold_{name}{labels} {getattr(stats, attribute)}"


def _client_lines(clients: ClientConnections) -> Iterator[str]:
    yield from _head("client_connections", "gauge", "Connections that clients have open.")
    yield f"freehold_client_connections {clients.open}"
    yield from _head("client_connections_limit", "gauge", "How many there may be.")
    yield f"freehold_client_connections_limit {clients.most}"
    yield from _head("client_connections_refused_total", "counter", "Refused, by the bound that was reached.")
    for bound, count in clients.refused.items():
        yield f'freehold_client_connections_refused_total{{bound="{bound}"}} {count}'
    yield from _head("client_connections_timeouts_total", "counter", "Closed, by what was waited for.")
    for outcome, count in clients.timeouts.items():
        yield f'freehold_client_connections_timeouts_total{{waited_for="{outcome}"}} {count}'


def _long_request_lines(found: LongRequests) -> Iterator[str]:
    kinds = (found.uploads, found.exports, found.bulk_changes)
    yield from _head("long_requests", "gauge", "Uploads, exports and bulk changes under way.")
    for slots in kinds:
        yield f'freehold_long_requests{{kind="{slots.kind}"}} {slots.running}'
    yield from _head("long_requests_limit", "gauge", "How many there may be at once.")
    for slots in kinds:
        yield f'freehold_long_requests_limit{{kind="{slots.kind}"}} {slots.most}'
    yield from _head("long_requests_refused_total", "counter", "Refused, by the bound that was reached.")
    for slots in kinds:
        for bound, count in slots.refused.items():
            yield f'freehold_long_requests_refused_total{{kind="{slots.kind}",bound="{bound}"}} {count}'


def attestation_lines(summary: AttestationSummary) -> str:
    """Return the metrics of the last round of attestation."""
    lines = list(_head("attestation_findings", "gauge", "What isolates tenants less than it must, by kind."))
    lines += [
        f'freehold_attestation_findings{{code="{code}"}} {count}' for code, count in summary.codes.items()
    ]
    if summary.finished_at is not None:
        age = (utc_now() - summary.finished_at).total_seconds()
        lines += _head("attestation_age_seconds", "gauge", "How long ago the last round ended.")
        lines.append(f"freehold_attestation_age_seconds {age:.0f}")
    return "".join(f"{line}\n" for line in lines)


def _job_lines(jobs: JobCounts) -> Iterator[str]:
    yield from _head("jobs", "gauge", "Unfinished jobs of the installation.")
    for state, count in jobs.by_state.items():
        yield f'freehold_jobs{{state="{state.value}"}} {count}'
    yield from _head("jobs_oldest_due_seconds", "gauge", "How long the first of the waiting jobs is due.")
    yield f"freehold_jobs_oldest_due_seconds {jobs.oldest_due_seconds:.3f}"


def _backup_lines(ages: BackupAges) -> Iterator[str]:
    text = "Age of the latest proven backup, of the tenants where it is greatest."
    yield from _head("backup_age_seconds", "gauge", text)
    for slug, seconds in ages.seconds.items():
        yield f'freehold_backup_age_seconds{{tenant="{slug}"}} {seconds:.0f}'
    yield from _head("backup_tenants", "gauge", "Tenants with and without a proven backup.")
    yield f'freehold_backup_tenants{{proven="yes"}} {ages.proven}'
    yield f'freehold_backup_tenants{{proven="no"}} {ages.missing}'


def _histograms(name: str, text: str, found: Mapping[str, Histogram]) -> Iterator[str]:
    """Yield the lines of one family, by labels."""
    yield from _head(name, "histogram", text)
    for labels, histogram in found.items():
        yield from histogram.samples(f"freehold_{name}", labels)


def _head(name: str, kind: str, text: str) -> Iterator[str]:
    yield f"# HELP freehold_{name} {text}"
    yield f"# TYPE freehold_{name} {kind}"

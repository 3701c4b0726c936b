"""compose: creates every service from the settings. Opens nothing."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, NamedTuple

from api.access_services import People, people_of
from api.admin.services import AdminServices
from api.app_services import app_services
from api.archive_services import backup_services
from api.attestation_services import attestation_services
from api.central_database import services_of_central
from api.directory.find import FindTenants
from api.directory.services import directory_services
from api.directory.sign_in import CentralSignIn
from api.directory.updates import DirectoryUpdates
from api.domain_services import domain_services
from api.first_tenant_links import FirstTenantLinks
from api.identity_services import IdentityServices
from api.jobs.attestation import AttestationJobs
from api.jobs.domains import DomainJobs
from api.jobs.emptying import ServerEmptying
from api.jobs.imports import ImportJobs
from api.jobs.kinds import job_kinds
from api.jobs.metering import MeteringJobs
from api.jobs.outboxes import MessageHandler, outbox_of
from api.life_cycle_services import erasure_of, life_cycle_of, with_contents
from api.mail.handlers import message_handlers
from api.openapi.tenant_documents import TenantDocuments
from api.operations.command_line_access import COMMAND_LINE
from api.operations.operator_factors import OperatorFactors
from api.operations.pending_tenants import PendingTenants
from api.record_services import record_services
from api.server.client_connections import ClientConnections
from api.server.concurrency import LongRequests
from api.server.event_loop import LoopLag
from api.server.metrics import RequestCounts
from api.server.statements import ObservedStatements
from api.server.tracing import Tracing, tracing_of
from api.server.worker_metrics import WorkerMetrics
from api.sign_in_services import central_sign_in, sign_in_services
from api.tenancy_services import tenancy_services
from api.tenant_level import seeds_version, tenant_apps
from api.tenant_seed import tenant_seed
from api.upgrade_services import upgrade_services
from api.usage_services import usage_services
from central.attestation.service import Attestation
from central.backups.service import Backups
from central.database import CENTRAL, CentralEngine
from central.directory.service import Directory
from central.domains.service import DomainService
from central.idempotency import Idempotency
from central.jobs.pipeline import Observer
from central.jobs.runner import JobRunner
from central.jobs.service import JobService
from central.jobs.store import JobStore
from central.lifecycle.erasure import Erasure
from central.lifecycle.service import LifeCycle
from central.migrations.level import ServedLevels
from central.migrations.migrator import Migrator
from central.operators.service import Operators
from central.provisioning.contents import TenantContents
from central.provisioning.fencing import Fences
from central.provisioning.pool import TenantPool
from central.provisioning.service import Provisioning
from central.provisioning.steps import Parts
from central.provisioning.types import TenantSeed
from central.registry import Registry
from central.secrets.domain_seals import DomainSeals
from central.secrets.vault import Vault
from central.servers import DatabaseServers
from central.servers.credentials import Credentials
from central.servers.identity import IdentityCheck
from central.servers.installed import installed_servers
from central.servers.placement import Placement
from central.settings.settings import Settings
from central.tenancy.engines import TenantEngines
from central.tenancy.resolver import Resolver
from central.tenancy.tenancy import Tenancy
from central.upgrades.service import Upgrades
from central.usage.plans import Plans
from central.usage.service import TenantUsage
from piccolo_conf import DB
from piccolo_engines.errors import DatabaseError
from tenant_schema.apps.dependents import DependentPages, DependentViews
from tenant_schema.apps.items.service import ItemService
from tenant_schema.apps.metadata_versions import MetadataVersions
from tenant_schema.apps.navigation import NavigationService
from tenant_schema.apps.pages.service import PageService
from tenant_schema.apps.service import AppService
from tenant_schema.apps.views.service import ViewService
from tenant_schema.archives.format.errors import ArchiveError
from tenant_schema.objects.changes.recovery import Recovery
from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.objects.service import SchemaService
from tenant_schema.outbox import Outbox
from tenant_schema.problems import InvalidInput
from tenant_schema.records.access.role_dependents import DependentRoles
from tenant_schema.records.history.dependents import DependentHistories
from tenant_schema.records.imports.service import IMPORT, Imports
from tenant_schema.records.service import RecordService
from tenant_schema.scope import TenantScope
from tenant_schema.standard.sample import SampleData
from tenant_schema.tenant_cache import VersionedCache, versioned_caches
from tenant_schema.users.account_changes import DIRECTORY, AccountChanges
from tenant_schema.users.factors.service import Factors
from tenant_schema.users.mails import Mails
from tenant_schema.users.passwords.hashing import OWASP, HashParameters, Passwords
from tenant_schema.users.sessions.store import tables_of_open_sessions
from tenant_schema.users.sign_in.browser_sessions import BrowserSessions
from tenant_schema.users.sign_in.browser_sign_in import BrowserSignIn
from tenant_schema.users.sign_in.confirmation import Confirmation
from tenant_schema.users.sign_in.passkeys import Passkeys
from tenant_schema.users.sign_in.second_factors import SecondFactors
from tenant_schema.users.sign_in.service import Authentication
from tenant_schema.users.sign_in.tickets import Tickets
from tenant_schema.users.support.tickets import SupportTickets

__all__ = ["Platform", "compose"]

_DEPENDENTS = (DependentPages(), DependentViews(), DependentRoles(), DependentHistories())
_UNDER_WAY = 0.5
"""The approximate maximum of seconds between reading definitions and writing by them in a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """Every service of one process. Handlers access them through the request, commands directly."""

    settings: Settings
    clients: ClientConnections
    long_requests: LongRequests
    central_engine: CentralEngine
    central_migrator: Migrator
    tenant_migrator: Migrator
    vault: Vault
    registry: Registry
    resolver: Resolver
    domains: DomainService
    domain_jobs: DomainJobs
    plans: Plans
    usage: TenantUsage
    metering_jobs: MeteringJobs
    attestation: Attestation
    attestation_jobs: AttestationJobs
    operators: Operators
    first_tenant_links: FirstTenantLinks
    admin: AdminServices
    idempotency: Idempotency = field(default_factory=Idempotency)
    servers: DatabaseServers
    placement: Placement
    server_emptying: ServerEmptying
    credentials: Credentials
    engines: TenantEngines
    tenancy: Tenancy
    levels: ServedLevels
    pending_tenants: PendingTenants
    pool: TenantPool
    fences: Fences
    contents: TenantContents
    identity_check: IdentityCheck
    provisioning: Provisioning
    life_cycle: LifeCycle
    erasure: Erasure
    upgrades: Upgrades
    jobs: JobStore
    job_runner: JobRunner
    job_service: JobService
    outbox: Outbox
    mails: Mails
    message_handlers: Mapping[str, MessageHandler]
    directory: Directory
    directory_updates: DirectoryUpdates
    find_tenants: FindTenants
    tickets: Tickets
    central_sign_in: CentralSignIn
    passwords: Passwords
    authentication: Authentication
    browser_sessions: BrowserSessions
    browser_sign_in: BrowserSignIn
    identity: IdentityServices
    support_tickets: SupportTickets
    factors: Factors
    operator_factors: OperatorFactors
    second_factors: SecondFactors
    passkeys: Passkeys
    confirmation: Confirmation
    people: People
    catalog: Catalog
    documents: TenantDocuments
    schema: SchemaService
    backups: Backups
    records: RecordService
    imports: Imports
    sample_data: SampleData
    apps: AppService
    pages: PageService
    views: ViewService
    items: ItemService
    navigation: NavigationService
    metadata_versions: MetadataVersions
    request_counts: RequestCounts
    statements: ObservedStatements
    traces: Tracing
    loop_lag: LoopLag = field(default_factory=LoopLag)
    worker_metrics: WorkerMetrics | None
    caches: tuple[VersionedCache, ...]

    def forget(self, tenant: TenantScope) -> None:
        """Clear caches that a transaction around a whole request may have made stale."""
        for cache in self.caches:
            cache.forget(tenant)

    async def close(self) -> None:
        """Wait for running operations and close everything. The services cannot be used afterwards."""
        await self.provisioning.close()
        await self.engines.close_all()
        with CENTRAL.bind(self.central_engine), suppress(DatabaseError):
            await self.usage.write_requests()
        await self.servers.close()
        await self.central_engine.close()
        await asyncio.to_thread(self.traces.close)
        self.passwords.close()
        self.identity.client.close()


def compose(
    settings: Settings, observer: Observer | None = None, *, hashing: HashParameters = OWASP
) -> Platform:
    """Create every service.

    Use them with :data:`central.database.CENTRAL` bound to the platform's central engine.

    :param observer: called around every step of provisioning.
    :param hashing: the parameters of password hashes.
    """
    passwords, registry = Passwords(hashing), Registry(DomainSeals(vault := Vault(settings.encryption_keys)))
    servers, credentials = installed_servers(settings), Credentials(vault)
    definitions, access, shared = caches = versioned_caches(settings.cache_seconds)
    jobs, outbox, changes, mails, traces = outgoing = _outgoing(settings, vault)
    engines, tenancy, observed = tenancy_services(settings, registry, servers, credentials, caches, traces)
    directory, seed = directory_services(settings, vault, tenancy, jobs), tenant_seed(passwords, changes)
    parts = _parts(settings, registry, servers, credentials, engines, tenancy, seed)
    parts = with_contents(settings, parts, vault, directory["directory_updates"], jobs)
    catalog, schema = _definitions(settings, definitions, access)
    records, operators = record_services(vault, catalog, outbox, access), Operators()
    provisioning = Provisioning(parts, faults=(InvalidInput, ArchiveError), observer=observer, jobs=jobs)
    sign_in = sign_in_services(settings, vault, passwords, operators, access, changes, mails)
    people = people_of(passwords, access, catalog, changes, mails, sign_in["authentication"])
    return Platform(
        settings=settings,
        **_bounds(settings),
        **_tenant_services(parts),
        **services_of_central(settings, vault),
        resolver=Resolver(registry, settings.base_domains, cache_seconds=settings.cache_seconds),
        operators=operators,
        **observed,
        provisioning=provisioning,
        outbox=outbox,
        mails=mails,
        **_jobs(settings, vault, parts, provisioning, observer, outgoing, directory, people, records, schema),
        **directory,
        passwords=passwords,
        **sign_in,
        **central_sign_in(vault, tenancy, passwords, directory, sign_in),
        people=people,
        catalog=catalog,
        schema=schema,
        documents=TenantDocuments(catalog),
        **records,
        **app_services(definitions, shared, catalog, records["records"]),
        caches=(access, definitions, shared),
    )


class _Outgoing(NamedTuple):
    """What leaves a transaction or the process: jobs, the outbox and what is written into it, and traces."""

    jobs: JobStore
    outbox: Outbox
    changes: AccountChanges
    mails: Mails
    traces: Tracing


def _outgoing(settings: Settings, vault: Vault) -> _Outgoing:
    outbox = outbox_of(vault, jobs := JobStore())
    mails = Mails(None if settings.mail_delivery == "none" else outbox)
    return _Outgoing(jobs, outbox, AccountChanges(outbox), mails, tracing_of(settings))


def _message_handlers(
    settings: Settings, directory: Mapping[str, Any], people: People
) -> Mapping[str, MessageHandler]:
    """Return what sends the messages of outboxes, by the kind of message."""
    updates: DirectoryUpdates = directory["directory_updates"]
    return {
        DIRECTORY: updates.deliver,
        **message_handlers(settings, people.forgotten, people.tenant_settings),
    }


def _tenant_services(parts: Parts) -> dict[str, Any]:
    return {
        "tenant_migrator": parts.migrator,
        "registry": parts.registry,
        "servers": parts.servers,
        "placement": Placement(parts.servers),
        "credentials": parts.credentials,
        "engines": parts.engines,
        "tenancy": parts.tenancy,
        "pool": parts.pool,
        "fences": parts.fences,
        "contents": parts.contents,
    }


def _parts(
    settings: Settings,
    registry: Registry,
    servers: DatabaseServers,
    credentials: Credentials,
    engines: TenantEngines,
    tenancy: Tenancy,
    seed: TenantSeed,
) -> Parts:
    migrator = Migrator(tenant_apps(), DB, seeds=seeds_version())
    pool = TenantPool(servers, tenancy, migrator, seed, size=settings.tenant_pool)
    return Parts(
        registry, servers, credentials, engines, tenancy, migrator, seed, pool, tables_of_open_sessions()
    )


def _bounds(settings: Settings) -> dict[str, Any]:
    """Create the limits of concurrent long requests, and the exchange of metrics between processes."""
    return {
        "clients": ClientConnections(settings),
        "long_requests": LongRequests(settings),
        "worker_metrics": WorkerMetrics(folder) if (folder := settings.metrics_dir) else None,
    }


def _jobs(
    settings: Settings,
    vault: Vault,
    parts: Parts,
    provisioning: Provisioning,
    observer: Observer | None,
    outgoing: _Outgoing,
    directory: Mapping[str, Any],
    people: People,
    records: Mapping[str, Any],
    schema: SchemaService,
) -> dict[str, Any]:
    jobs, traces = outgoing.jobs, outgoing.traces
    backups = backup_services(settings, vault, parts, jobs, partial(schema.drift, COMMAND_LINE))
    import_jobs = ImportJobs(jobs, parts.registry, parts.tenancy, records["imports"])
    handlers = traces.handlers({**_message_handlers(settings, directory, people), IMPORT: import_jobs.start})
    kinds = [*job_kinds(provisioning, parts.registry, parts.tenancy, vault, handlers)]
    domains = domain_services(settings, parts, jobs, outgoing.mails)
    rounds = attestation_services(settings, parts, jobs)
    rounds |= usage_services(parts, records["records"].catalog, jobs)
    life_cycle = life_cycle_of(settings, parts, vault, backups, jobs, observer)
    rounds |= upgrade_services(settings, parts, backups, life_cycle, jobs)
    rounds["server_emptying"] = ServerEmptying(parts.registry, Placement(parts.servers), life_cycle, jobs)
    kinds += [rounds[one].kind for one in ("attestation_jobs", "metering_jobs", "server_emptying")]
    kinds += rounds["upgrades"].kinds
    kinds += [directory["find_tenants"].kind, import_jobs.kind, domains["domain_jobs"].kind, *backups.kinds]
    erasure = erasure_of(parts.registry, vault, backups, jobs, provisioning)
    kinds += [*life_cycle.kinds, erasure.kind]
    runner = JobRunner(jobs, traces.kinds(kinds), size=settings.jobs_per_process)
    return {
        "jobs": jobs,
        "job_runner": runner,
        "job_service": JobService(jobs, runner.kinds),
        "message_handlers": handlers,
        "backups": backups,
        "life_cycle": life_cycle,
        "erasure": erasure,
    } | {**domains, **rounds}


def _definitions(
    settings: Settings, cache: VersionedCache, access: VersionedCache
) -> tuple[Catalog, SchemaService]:
    recovery = Recovery(_DEPENDENTS)
    catalog = Catalog(cache, recovery)
    return catalog, SchemaService(catalog, access, recovery, settle=settings.cache_seconds + _UNDER_WAY)

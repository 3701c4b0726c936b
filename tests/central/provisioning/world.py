"""A small installation on real databases: sample apps for a schema, a sample seed, a search for residue."""

from dataclasses import dataclass, field, replace
from pathlib import Path

from central.jobs.owner import Owner
from central.jobs.pipeline import Moment, Observer
from central.jobs.store import JobStore
from central.jobs.tables import Job, JobState
from central.migrations.migrator import Migrator
from central.provisioning.pool import TenantPool
from central.provisioning.service import Provisioning
from central.provisioning.steps import Parts
from central.provisioning.types import Admin, TenantRequest, TenantSeed
from central.registry import TenantRef
from central.secrets.keys import EncryptionKey
from central.secrets.vault import Vault
from central.servers import DatabaseServers, SQLiteServer, UserExists
from central.servers.credentials import Credentials, TenantOpener
from central.tables import Credential, Domain, PreparedDatabase, Tenant
from central.tenancy.engines import TenantEngines
from central.tenancy.tenancy import Tenancy
from piccolo_conf import DB
from piccolo_engines.sqlite import SQLiteEngine
from tests.central.sample_schema.notes.piccolo_app import APP_CONFIG as NOTES
from tests.central.sample_schema.notes.tables import Note
from tests.central.sample_schema.people.tables import Person, Team
from tests.support.registries import new_registry

__all__ = [
    "CREATION",
    "DEAD",
    "DELETION",
    "Fault",
    "Halt",
    "PowerCut",
    "Process",
    "ServerWithUsers",
    "World",
    "request",
]

CREATION = (
    *("reserve", "create database", "create user", "migrate"),
    *("seed access", "create administrator", "map domain", "activate"),
)
DELETION = (
    *("mark deleting", "cut leases", "drop database", "drop user"),
    *("remove credentials", "remove domains", "remove tenant"),
)
DEAD = replace(Owner.current(), started="0")
"""A process with this one's pid that has ended, as far as anybody can tell."""


_MIGRATOR = Migrator([NOTES], DB)
"""Knows no database, and so is shared: it prepares the migrations once."""


def request(slug: str = "acme", **changes: str) -> TenantRequest:
    return replace(TenantRequest(slug, slug.title(), f"{slug}.localhost"), **changes)


class PowerCut(BaseException):
    """The process is gone: nothing that it would have done in case of an error is done."""


class ServerWithUsers(SQLiteServer):
    """SQLite files with a register of users beside them, as a server that has users keeps one."""

    has_users = True

    def __init__(self, directory: Path) -> None:
        super().__init__(directory, engine=tenant_engine)
        self.users: dict[str, tuple[str, str]] = {}

    async def user_exists(self, username: str) -> bool:
        return username in self.users

    async def create_user(self, username: str, password: str, database: str) -> None:
        if username in self.users:
            raise UserExists(username)
        self.users[username] = (password, database)

    async def change_password(self, username: str, password: str, database: str) -> None:
        self.users[username] = (password, database)

    async def drop_user(self, username: str) -> None:
        self.users.pop(username, None)


def tenant_engine(path: Path) -> SQLiteEngine:
    return SQLiteEngine(path, synchronous="OFF", create=False)


@dataclass
class Halt:
    """An observer that raises at one moment: an error is a failing step, a ``PowerCut`` ends the process."""

    when: str
    step: str
    error: BaseException
    undoing: bool = False
    seen: list[Moment] = field(default_factory=list)

    async def before(self, moment: Moment) -> None:
        self._look(moment, "before")

    async def after(self, moment: Moment) -> None:
        self._look(moment, "after")

    def _look(self, moment: Moment, when: str) -> None:
        self.seen.append(moment)
        if (when, moment.step, moment.is_undoing) == (self.when, self.step, self.undoing):
            raise self.error


@dataclass
class Process:
    """What one process composes."""

    provisioning: Provisioning
    engines: TenantEngines
    tenancy: Tenancy
    jobs: JobStore
    pool: TenantPool


class World:
    """The databases that outlive processes, and what can be found in them."""

    def __init__(self, folder: Path, *, has_users: bool) -> None:
        self.directory = folder / "tenants"
        self.server = (
            ServerWithUsers(self.directory)
            if has_users
            else SQLiteServer(self.directory, engine=tenant_engine)
        )
        self.vault = Vault([EncryptionKey("k1", bytes(range(32)))])
        self.registry = new_registry()
        self.migrator = _MIGRATOR
        self.processes: list[Process] = []
        self.pool_size = 0
        self.seed = TenantSeed(_seed_teams, _seed_person)

    def process(
        self,
        observer: Observer | None = None,
        owner: Owner | None = None,
        *,
        drain: float = 0.2,
        **changes: object,
    ) -> Process:
        """A process that has just started."""
        servers, credentials = DatabaseServers([self.server]), Credentials(self.vault)
        engines = TenantEngines(TenantOpener(servers, credentials), drain=drain)
        tenancy = Tenancy(engines, DB)
        pool = TenantPool(servers, tenancy, self.migrator, self.seed, size=self.pool_size, owner=owner)
        parts = Parts(self.registry, servers, credentials, engines, tenancy, self.migrator, self.seed, pool)
        jobs = JobStore(owner)
        provisioning = Provisioning(replace(parts, **changes), faults=(Fault,), observer=observer, jobs=jobs)
        self.processes.append(Process(provisioning, engines, tenancy, jobs, parts.pool))
        return self.processes[-1]

    async def close(self) -> None:
        for process in self.processes:
            await process.engines.close_all()

    def files(self) -> list[str]:
        return sorted(path.name for path in self.directory.iterdir()) if self.directory.exists() else []

    async def residue(self) -> dict[str, object]:
        """All that there is of any tenant."""
        found = {
            "tenants": [row["slug"] for row in await Tenant.select()],
            "domains": [row["domain"] for row in await Domain.select()],
            "credentials": await Credential.count(),
            "files": self.files(),
            "users": sorted(getattr(self.server, "users", ())),
            "open runs": await self.open_runs(),
            "prepared": await PreparedDatabase.count(),
        }
        return {name: what for name, what in found.items() if what}

    async def open_runs(self) -> list[str]:
        open_states = [JobState.RUNNING.value, JobState.WAITING.value]
        rows = await Job.select().where(Job.state.is_in(open_states))
        return [f"{row['kind']} {row['tenant_slug']} {row['state']}" for row in rows]

    async def assert_complete(self, process: Process, tenant: TenantRef) -> None:
        """The tenant is active and has everything."""
        found = await self.registry.by_slug(tenant.slug)
        assert (found.id, found.status, found.primary_domain) == (tenant.id, "active", tenant.primary_domain)
        assert (await self.registry.by_domain(tenant.primary_domain)).id == tenant.id
        async with process.tenancy.use(found) as engine:
            assert await self.migrator.pending(engine) == []
            assert [row["name"] for row in await Team.select().order_by(Team.name)] == ["Crew", "Everyone"]
            assert [row["email"] for row in await Person.select()] == [f"admin@{tenant.primary_domain}"]
            assert await Note.count() == 0
        if isinstance(self.server, ServerWithUsers):
            login = await Credentials(self.vault).login(tenant.id)
            assert login is not None
            assert self.server.users[login.username] == (login.password(), tenant.db_name)


class Fault(Exception):
    """What the seed raises when the caller is to blame."""


async def _seed_teams(_tenant: TenantRef) -> None:
    if not await Team.exists().where(Team.name == "Crew"):
        await Team.insert(Team(name="Crew"))


async def _seed_person(_tenant: TenantRef, admin: Admin) -> None:
    if admin.password == "weak":
        raise Fault
    if not await Person.exists().where(Person.email == admin.email):
        team = await Team.objects().get(Team.name == "Crew")
        await Person.insert(Person(name="Admin", email=admin.email, team=team))

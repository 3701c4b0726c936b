"""Registry: reads and changes tenants and domains. Other processes can detect each change.

The caller binds :data:`central.database.CENTRAL`.
"""

from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager, nullcontext
from contextvars import ContextVar
from typing import Any, Final
from uuid import UUID

from piccolo.columns import Column

from central.database import CENTRAL
from central.errors import (
    DomainNotFound,
    PrimaryDomainKept,
    SlugTaken,
    TenantNotFound,
    WrongStatus,
)
from central.registry.queries import (
    TENANT_COLUMNS,
    domain_record,
    find_by_domain,
    find_tenant,
    find_tenants,
    matches,
    ref_of,
)
from central.registry.records import DomainRecord, TenantRecord, TenantRef
from central.registry.versions import count_change, hold_version
from central.secrets.domain_seals import DomainSeals
from central.slugs import parse_slug, parse_tenant_name
from central.tables import (
    WITH_DATABASE,
    Credential,
    Domain,
    DomainProof,
    RegistryVersion,
    Tenant,
    TenantStatus,
)
from piccolo_engines.columns import new_id, utc_now
from piccolo_engines.errors import UniqueViolation
from piccolo_engines.paging import MAX_LIMIT, Page, decode_cursor, page_of

__all__ = ["Registry"]

_IDS_A_STATEMENT = 500
_CHANGING: Final[ContextVar[Any]] = ContextVar("transaction that counts the change", default=None)


class Registry:
    """The rows of tenants and domains, and callbacks for their changes.

    Every change also increments ``RegistryVersion``, in the same transaction. The callbacks run after its
    end.

    :ivar seals: seals the rows of host names.
    """

    def __init__(self, seals: DomainSeals) -> None:
        self.seals = seals
        self._callbacks: list[Callable[[], None]] = []

    def on_change(self, callback: Callable[[], None]) -> None:
        """Call ``callback`` after every change through this registry, on this process's event loop."""
        self._callbacks.append(callback)

    @asynccontextmanager
    async def changing(self) -> AsyncIterator[None]:
        """A transaction on the central database that changes tenants or domains.

        Use it around several changes, or around a change and other rows, that must be committed together: the
        callbacks run again after the commit. In a plain ``CENTRAL.transaction()`` they would run too early.
        """
        try:
            async with CENTRAL.transaction() as transaction:
                is_inner = _CHANGING.get() is transaction
                token = _CHANGING.set(transaction)
                try:
                    yield
                finally:
                    _CHANGING.reset(token)
                if not is_inner:  # one count for each transaction
                    await count_change()
        finally:  # a cancelled commit may have succeeded
            for callback in self._callbacks:
                callback()

    async def version(self) -> int:
        """Return the number of changes to the registry by all processes. Runs one statement."""
        row = await RegistryVersion.select(RegistryVersion.version).where(RegistryVersion.id == 1).first()
        return int(row["version"]) if row else 0

    async def reserve(
        self,
        *,
        slug: str,
        name: str,
        domain: str,
        database_server: str,
        db_name: str,
        admin_email: str,
        tenant_id: UUID | None = None,
        at_version: int | None = None,
        is_sandbox: bool = False,
        plan_id: UUID | None = None,
    ) -> TenantRef:
        """Insert a tenant with the status ``provisioning``, and its primary domain (in canonical form).

        Of any number of concurrent calls with the same slug or domain one succeeds. Raises
        :class:`~central.errors.SlugTaken`, :class:`~central.errors.DomainTaken` and what
        :func:`~central.slugs.parse_slug` and :func:`~central.slugs.parse_tenant_name` raise.

        :param at_version: the version from which the caller concluded that the tenant may be created. If it
            is not the present one, :class:`~central.errors.RegistryChanged` is raised.
        """
        tenant = Tenant(
            _named(name),
            id=tenant_id or new_id(),
            slug=parse_slug(slug),
            held_slug=slug,
            database_server=database_server,
            db_name=db_name,
            admin_email=admin_email,
            is_sandbox=is_sandbox,
            plan=plan_id,
        )
        async with self.changing():
            if at_version is not None:
                await hold_version(at_version)
            await _insert_tenant(tenant)
            await self.seals.insert(Domain(tenant=tenant.id, domain=domain, is_primary=True))
        return ref_of(tenant.to_dict(), domain)

    async def get(self, tenant_id: UUID) -> TenantRef:
        """Return the tenant. Raises :class:`~central.errors.TenantNotFound`."""
        return (await self.record(tenant_id)).ref

    async def by_slug(self, slug: str) -> TenantRef:
        """Return the tenant that has this slug. Raises :class:`~central.errors.TenantNotFound`."""
        return _found(await find_tenants(Tenant.held_slug == slug), slug).ref

    async def by_domain(self, domain: str) -> TenantRef:
        """Return the tenant of a canonical host name. Raises :class:`~central.errors.TenantNotFound`."""
        return (await self.by_domain_with_version(domain))[0]

    async def by_domain_with_version(self, domain: str) -> tuple[TenantRef, int]:
        """Return the tenant of a canonical host name, and :meth:`version` at the same moment: one statement.

        Raises :class:`~central.errors.TenantNotFound`.
        """
        found = await find_by_domain(domain)
        if found is None:
            raise TenantNotFound(domain)
        return found

    async def with_ids(self, tenant_ids: Sequence[UUID]) -> list[TenantRef]:
        """Return the existing tenants among these, without their domains. Runs one statement per 500."""
        found: list[TenantRef] = []
        for start in range(0, len(tenant_ids), _IDS_A_STATEMENT):
            portion = list(tenant_ids[start : start + _IDS_A_STATEMENT])
            rows = await Tenant.select(*TENANT_COLUMNS).where(Tenant.id.is_in(portion))
            found += [ref_of(row, "") for row in rows]
        return found

    async def record(self, tenant_id: UUID) -> TenantRecord:
        """Return the tenant as operators see it. Raises :class:`~central.errors.TenantNotFound`."""
        return _found(await find_tenant(tenant_id), tenant_id)

    async def served_with_levels(self) -> list[tuple[TenantRef, str]]:
        """Return all tenants with a database in use, without their domains, and the databases' levels.

        Runs one statement.
        """
        served = [status.value for status in WITH_DATABASE]
        query = Tenant.select(*TENANT_COLUMNS).where(Tenant.status.is_in(served))
        rows = await query.order_by(Tenant.id, ascending=False)
        return [(ref_of(row, ""), row["schema_level"]) for row in rows]

    async def level_of(self, tenant_id: UUID) -> str:
        """Return the level of the tenant's database; empty if it is not known. Runs one statement."""
        row = await Tenant.select(Tenant.schema_level).where(Tenant.id == tenant_id).first()
        return "" if row is None else str(row["schema_level"])

    async def set_level(self, tenant_id: UUID, level: str, *, announced: bool = False) -> None:
        """Record that the tenant's database has been brought to this level. Runs one statement.

        Not a change of the tenant: its version and its time of change stay the same.

        :param announced: whether other processes notice it as a change of the registry. Otherwise no cache is
            cleared.
        """
        change = Tenant.update({Tenant.schema_level: level}, use_auto_update=False)
        async with self.changing() if announced else nullcontext():
            await change.where(Tenant.id == tenant_id)

    async def page(
        self,
        limit: int,
        cursor: str | None = None,
        status: TenantStatus | None = None,
        search: str | None = None,
    ) -> Page[TenantRecord]:
        """Return a page of tenants, newest first. Deleted ones are in it if ``status`` is ``deleted``.

        ``search`` is looked for in names, slugs and domains, ignoring case; ``%`` and ``_`` are matched
        literally. Raises ``InvalidCursor``, and :class:`ValueError` for a limit outside of 1 to 200.
        """
        if not 1 <= limit <= MAX_LIMIT:
            raise ValueError(f"A page has 1 to {MAX_LIMIT} items.")
        conditions = [] if cursor is None else [Tenant.id < decode_cursor(cursor)]
        is_wanted = Tenant.status != TenantStatus.DELETED.value if status is None else Tenant.status == status
        conditions.append(is_wanted)
        if search:
            conditions.append(matches(search))
        return page_of(await find_tenants(*conditions, limit=limit + 1), limit, lambda record: record.ref.id)

    async def rename(self, tenant_id: UUID, name: str) -> TenantRecord:
        """Change the display name. The slug, the domains and the database keep their names.

        Raises :class:`~central.errors.TenantNotFound` and :class:`~central.errors.InvalidTenantName`.
        """
        async with self.changing():
            if not await _update(_named(name), Tenant.id == tenant_id):
                raise TenantNotFound(tenant_id)
            return await self.record(tenant_id)

    async def set_template(self, tenant_id: UUID, *, is_template: bool) -> TenantRecord:
        """Decide whether new tenants may be made from it. Raises :class:`~central.errors.TenantNotFound`."""
        async with self.changing():
            if not await _update({Tenant.is_template: is_template}, Tenant.id == tenant_id):
                raise TenantNotFound(tenant_id)
            return await self.record(tenant_id)

    async def set_status(
        self,
        tenant_id: UUID,
        wanted: TenantStatus,
        *,
        expected: Collection[TenantStatus],
        level: str | None = "",
    ) -> TenantRef:
        """Change the status by compare-and-set: of two conflicting calls one succeeds.

        :param level: the level of the tenant's database; ``None`` if it stays the same. By default it is
            unknown from now on: a tenant may have been suspended so that its database could be restored.

        Raises :class:`~central.errors.WrongStatus` when the status is none of ``expected``, and
        :class:`~central.errors.TenantNotFound`.
        """
        async with self.changing():
            allowed = Tenant.status.is_in([status.value for status in expected])
            changes: dict[Any, Any] = {Tenant.status: wanted.value}
            changes |= {} if level is None else {Tenant.schema_level: level}
            is_done = await _update(changes, Tenant.id == tenant_id, allowed)
            ref = await self.get(tenant_id)
            if not is_done:
                raise WrongStatus(ref.status, wanted)
            return ref

    async def set_database(
        self,
        tenant_id: UUID,
        server: str,
        db_name: str,
        *,
        expected: Collection[TenantStatus],
        level: str | None,
    ) -> None:
        """Name another database as the tenant's. All processes close their connections to the former one.

        :param level: of the new database; ``None`` if it is that of the former one.

        Raises the same errors as :meth:`set_status`.
        """
        changes: dict[Any, Any] = {Tenant.database_server: server, Tenant.db_name: db_name}
        async with self.changing():
            row = await Tenant.select(Tenant.schema_level).where(Tenant.id == tenant_id).first()
            changes[Tenant.schema_level] = level if level is not None or row is None else row["schema_level"]
            await self.disconnect(tenant_id, force=True, expected=expected)
            await _update(changes, Tenant.id == tenant_id)

    async def disconnect(
        self, tenant_id: UUID, *, force: bool, expected: Collection[TenantStatus]
    ) -> TenantRef:
        """Record a request to close the tenant's connections, which every process then executes.

        Its level counts as unknown from now on, and it has to be measured. Raises as :meth:`set_status`.
        """
        changes: dict[Any, Any] = {Tenant.disconnects: Tenant.disconnects + 1, Tenant.schema_level: ""}
        changes[Tenant.has_changed] = True
        async with self.changing():
            allowed = Tenant.status.is_in([status.value for status in expected])
            is_done = await _update(changes, Tenant.id == tenant_id, allowed)
            ref = await self.get(tenant_id)
            if not is_done:
                raise WrongStatus(ref.status)
            if force:
                await _update({Tenant.forced_disconnect: ref.disconnects}, Tenant.id == tenant_id)
            return await self.get(tenant_id)

    async def hold(self, tenant_id: UUID, *, expected: Collection[TenantStatus]) -> None:
        """Lock the tenant's status until the end of the surrounding transaction.

        Raises :class:`~central.errors.WrongStatus` when it is none of ``expected``, and
        :class:`~central.errors.TenantNotFound`.
        """
        allowed = Tenant.status.is_in([status.value for status in expected])
        if not await _update({}, Tenant.id == tenant_id, allowed):
            raise WrongStatus((await self.get(tenant_id)).status)

    async def remove(self, tenant_id: UUID) -> None:
        """Delete the tenant's row, domains and credentials. Repeating it changes nothing."""
        async with self.changing():
            await Credential.delete().where(Credential.tenant == tenant_id)
            await Domain.delete().where(Domain.tenant == tenant_id)
            await Tenant.delete().where(Tenant.id == tenant_id)

    async def domains(self, tenant_id: UUID) -> tuple[DomainRecord, ...]:
        """Return the tenant's domains, the primary one first.

        Raises :class:`~central.errors.TenantNotFound`.
        """
        await self.get(tenant_id)
        rows = await Domain.select().where(Domain.tenant == tenant_id).order_by(Domain.id)
        records = [domain_record(row) for row in rows]
        return tuple(sorted(records, key=lambda record: not record.is_primary))

    async def has_domain(self, tenant_id: UUID, domain: str) -> bool:
        """Whether the host name, in canonical form, is the tenant's. Runs one statement."""
        return bool(await Domain.exists().where(Domain.tenant == tenant_id, Domain.domain == domain))

    async def add_domain(
        self, tenant_id: UUID, domain: str, *, proof: DomainProof = DomainProof.TRUSTED, token: str = ""
    ) -> DomainRecord:
        """Add a host name, in canonical form, to the tenant.

        Raises :class:`~central.errors.DomainTaken`, also when this tenant has it, and
        :class:`~central.errors.TenantNotFound`.
        """
        row = Domain(tenant=tenant_id, domain=domain, is_primary=False, proof=proof, token=token)
        row.checked_at = utc_now() if token else None
        async with self.changing():
            await self.seals.insert(row)
        return domain_record(row.to_dict())

    async def remove_domain(self, tenant_id: UUID, domain: str) -> None:
        """Remove a host name from the tenant.

        Raises :class:`~central.errors.DomainNotFound`, and :class:`~central.errors.PrimaryDomainKept` for the
        primary one.
        """
        mine = (Domain.tenant == tenant_id) & (Domain.domain == domain)
        async with self.changing():
            row = await Domain.select(Domain.is_primary).where(mine).first()
            if row is None:
                raise DomainNotFound(domain)
            if row["is_primary"]:
                raise PrimaryDomainKept(domain)
            await Domain.delete().where(mine)

    async def remove_domains(self, tenant_id: UUID) -> None:
        """Remove all host names, including the primary one. A step of deleting a tenant."""
        async with self.changing():
            await Domain.delete().where(Domain.tenant == tenant_id)


def _found(records: Sequence[TenantRecord], key: object) -> TenantRecord:
    if not records:
        raise TenantNotFound(key)
    return records[0]


def _named(name: str) -> dict[Column, Any]:
    name = parse_tenant_name(name)
    return {Tenant.name: name, Tenant.folded_name: name.casefold()}


async def _update(changes: dict[Any, Any], *conditions: Any) -> bool:
    query = Tenant.update({**changes, Tenant.version: Tenant.version + 1})
    for condition in conditions:
        query = query.where(condition)
    return bool(await query.returning(Tenant.id))


async def _insert_tenant(tenant: Tenant) -> None:
    try:
        await Tenant.insert(tenant)
    except UniqueViolation:
        raise SlugTaken(tenant.slug) from None

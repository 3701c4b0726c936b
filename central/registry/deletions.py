"""The registry's part of deleting a tenant for a while: its slug and host names become free, and return.

The functions run in the transaction of :meth:`central.registry.Registry.changing`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from central.errors import DomainTaken, SlugTaken, TenantNotFound, WrongStatus
from central.registry.tables import DeletedTenant, KeptDatabase
from central.secrets.domain_seals import DomainSeals
from central.tables import (
    WITH_DATABASE,
    Domain,
    DomainClaim,
    DomainProof,
    Tenant,
    TenantStatus,
)
from piccolo_engines.columns import utc_now
from piccolo_engines.errors import UniqueViolation

__all__ = [
    "KEPT_IF_DELETED",
    "Deletion",
    "NamesTaken",
    "deletion_of",
    "deletions_of",
    "free_for",
    "free_names",
    "give_back_names",
    "insert_deleted",
    "is_kept",
    "is_of_another",
    "mark_without_database",
    "past_their_time",
    "take_names",
    "taken_domains",
    "undo_deletion",
]

KEPT_IF_DELETED = (*WITH_DATABASE, TenantStatus.ARCHIVED)
"""The statuses of tenants that can be deleted for a while."""

_row = DeletedTenant


@dataclass(frozen=True, slots=True)
class Deletion:
    """What is known of a deleted tenant.

    :ivar domains: the host names that it had, the primary one first.
    :ivar has_database: whether its database has still to be archived and dropped.
    """

    tenant_id: UUID
    slug: str
    domains: tuple[str, ...]
    former_status: TenantStatus
    deleted_at: datetime
    restorable_until: datetime
    has_database: bool


@dataclass(frozen=True, slots=True)
class NamesTaken:
    """The names under which a tenant comes back. ``left_out`` are its host names that others have now."""

    slug: str
    primary: str
    left_out: tuple[str, ...] = ()


async def deletion_of(tenant_id: UUID) -> Deletion | None:
    """Return what is known of a deleted tenant; None for any other. One statement."""
    return (await deletions_of([tenant_id])).get(tenant_id)


async def deletions_of(tenant_ids: Sequence[UUID]) -> dict[UUID, Deletion]:
    """Return what is known of those of the tenants that are deleted. One statement."""
    if not tenant_ids:
        return {}
    rows = await _row.select().where(_row.tenant.is_in(list(tenant_ids))).output(load_json=True)
    return {row["tenant"]: _deletion(row) for row in rows}


async def past_their_time(limit: int) -> list[Deletion]:
    """Return deleted tenants that are not kept any longer, the first ones first. One statement.

    Not those that still have their databases: their archives are not proven yet, so that they could not be
    restored so far.
    """
    is_over = (_row.restorable_until < utc_now()) & _row.has_database.eq(False)
    found = _row.select().where(is_over).order_by(_row.id).limit(limit)
    return [_deletion(row) for row in await found.output(load_json=True)]


async def free_names(tenant_id: UUID, until: datetime) -> Deletion:
    """Set the tenant to ``deleted``, remember its names, and free them.

    Of any number of concurrent calls one succeeds. Raises :class:`~central.errors.WrongStatus` and
    :class:`~central.errors.TenantNotFound`.
    """
    deleted: dict[Any, Any] = {
        Tenant.status: TenantStatus.DELETED,
        Tenant.held_slug: None,
        Tenant.version: Tenant.version + 1,
    }
    await Tenant.update({Tenant.version: Tenant.version + 1}).where(Tenant.id == tenant_id)  # which locks it
    tenant = await Tenant.select().where(Tenant.id == tenant_id).first()
    if tenant is None:
        raise TenantNotFound(tenant_id)
    is_as_read = (Tenant.id == tenant_id) & (Tenant.status == tenant["status"])
    if tenant["status"] not in KEPT_IF_DELETED or not await Tenant.update(deleted).where(
        is_as_read
    ).returning(Tenant.id):
        raise WrongStatus(tenant["status"], TenantStatus.DELETED)
    domains = await Domain.select().where(Domain.tenant == tenant_id).order_by(Domain.id)
    await _row.insert(
        _row(
            tenant=tenant_id,
            slug=tenant["slug"],
            domains=[_remembered(row) for row in sorted(domains, key=lambda one: not one["is_primary"])],
            former_status=tenant["status"],
            deleted_at=utc_now(),
            restorable_until=until,
            has_database=tenant["status"] in WITH_DATABASE,
        )
    )
    await Domain.delete().where(Domain.tenant == tenant_id)
    await DomainClaim.delete().where(DomainClaim.tenant == tenant_id)
    found = await deletion_of(tenant_id)
    assert found is not None  # in this transaction
    return found


async def take_names(
    seals: DomainSeals, tenant_id: UUID, slug: str | None, primary: str | None
) -> NamesTaken:
    """Give a deleted tenant its slug and host names back, or others. It stays ``deleted``.

    Further host names that another tenant has now are left out. Raises
    :class:`~central.errors.SlugTaken` and :class:`~central.errors.DomainTaken`.
    """
    row = await _required(tenant_id)
    slug = slug or row["slug"]
    held: dict[Any, Any] = {Tenant.slug: slug, Tenant.held_slug: slug, Tenant.version: Tenant.version + 1}
    try:
        await Tenant.update(held).where(Tenant.id == tenant_id)
    except UniqueViolation:
        raise SlugTaken(slug) from None
    wanted = _wanted(row["domains"], primary)
    taken = await taken_domains([one["domain"] for one in wanted])
    for one in wanted:
        if one["domain"] not in taken:
            await _insert(seals, tenant_id, one)
        elif one["is_primary"]:
            raise DomainTaken(one["domain"])
    return NamesTaken(slug, wanted[0]["domain"], tuple(sorted(taken)))


async def free_for(deletion: Deletion, slug: str | None, primary: str | None) -> NamesTaken:
    """Return the names under which the tenant would come back now. Raises as :func:`take_names`."""
    slug, primary = slug or deletion.slug, primary or next(iter(deletion.domains), "")
    if await Tenant.exists().where(Tenant.held_slug == slug):
        raise SlugTaken(slug)
    wanted = {primary, *deletion.domains[1:]}
    taken = await taken_domains(sorted(wanted))
    if primary in taken or not primary:
        raise DomainTaken(primary)
    return NamesTaken(slug, primary, tuple(sorted(taken)))


async def give_back_names(tenant_id: UUID) -> None:
    """Undo :func:`take_names`."""
    row = await _required(tenant_id)
    free: dict[Any, Any] = {
        Tenant.slug: row["slug"],
        Tenant.held_slug: None,
        Tenant.version: Tenant.version + 1,
    }
    await Tenant.update(free).where(Tenant.id == tenant_id)
    await Domain.delete().where(Domain.tenant == tenant_id)


async def taken_domains(domains: Sequence[str]) -> set[str]:
    """Return those of the host names that a tenant has. One statement."""
    rows = await Domain.select(Domain.domain).where(Domain.domain.is_in(list(domains))) if domains else []
    return {row["domain"] for row in rows}


async def mark_without_database(tenant_id: UUID) -> None:
    """Record that the database of a deleted tenant is not needed any more."""
    await _row.update({_row.has_database: False}).where(_row.tenant == tenant_id)


async def undo_deletion(tenant_id: UUID) -> None:
    """Forget that the tenant was deleted: it is there again."""
    await _row.delete().where(_row.tenant == tenant_id)


async def insert_deleted(
    tenant: Tenant, domains: Sequence[str], deleted_at: datetime, until: datetime
) -> None:
    """Insert a tenant that was deleted, without taking its slug or host names."""
    tenant.status, tenant.held_slug = TenantStatus.DELETED, None
    await Tenant.insert(tenant)
    remembered = [
        {"domain": one, "is_primary": number == 0, "proof": DomainProof.TRUSTED.value, "token": ""}
        for number, one in enumerate(domains)
    ]
    row = _row(tenant=tenant.id, slug=tenant.slug, domains=remembered, former_status=TenantStatus.ARCHIVED)
    row.deleted_at, row.restorable_until, row.has_database = deleted_at, until, False
    await _row.insert(row)


async def is_of_another(tenant_id: UUID | None, server: str, db_name: str) -> bool:
    """Whether the registry names the database as another tenant's, also a deleted one's. One statement."""
    is_it = (Tenant.database_server == server) & (Tenant.db_name == db_name)
    if tenant_id is not None:
        is_it &= Tenant.id != tenant_id
    return bool(await Tenant.exists().where(is_it))


async def is_kept(server: str, db_name: str) -> bool:
    """Whether a tenant has had the database, and it is kept for it. One statement."""
    is_it = (KeptDatabase.database_server == server) & (KeptDatabase.db_name == db_name)
    return bool(await KeptDatabase.exists().where(is_it))


async def _required(tenant_id: UUID) -> dict[str, Any]:
    row: dict[str, Any] | None = await (
        _row.select().where(_row.tenant == tenant_id).output(load_json=True).first()
    )
    if row is None:
        raise TenantNotFound(tenant_id)
    return row


async def _insert(seals: DomainSeals, tenant_id: UUID, remembered: Mapping[str, Any]) -> None:
    """Insert a host name. One that the DNS has proven is looked up again soon."""
    row = Domain(tenant=tenant_id, domain=remembered["domain"], is_primary=remembered["is_primary"])
    row.proof, row.token = remembered["proof"], remembered["token"]
    await seals.insert(row)


def _wanted(remembered: Sequence[Mapping[str, Any]], primary: str | None) -> list[Mapping[str, Any]]:
    """Return the host names to take, the primary one first. Another one replaces that which it had."""
    if primary is None:
        return list(remembered)
    mine = next((one for one in remembered if one["domain"] == primary), None)
    first = {"proof": DomainProof.TRUSTED.value, "token": "", **(mine or {}), "domain": primary}
    others = [one for one in remembered if one["domain"] != primary and not one["is_primary"]]
    return [{**first, "is_primary": True}, *others]


def _remembered(row: Mapping[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in ("domain", "is_primary", "proof", "token")}


def _deletion(row: Mapping[str, Any]) -> Deletion:
    return Deletion(
        row["tenant"],
        row["slug"],
        tuple(one["domain"] for one in row["domains"]),
        TenantStatus(row["former_status"]),
        row["deleted_at"],
        row["restorable_until"],
        bool(row["has_database"]),
    )

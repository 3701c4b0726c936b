"""SampleData: records of the standard objects that show a new tenant what it can do, and their removal.

The ids of sample records follow from the tenant's id, so that they are recognised without a list of them.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from piccolo_conf import DB
from piccolo_engines.columns import utc_now
from piccolo_engines.errors import UniqueViolation
from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.problems import ProblemCollector
from tenant_schema.records.access.target import Target, Targets
from tenant_schema.records.errors import RecordNotFound, StillReferenced, ValidationFailed
from tenant_schema.records.history.write import forget
from tenant_schema.records.writing.cascade import collect
from tenant_schema.records.writing.create import insert_numbered, new_values
from tenant_schema.records.writing.delete import destroy
from tenant_schema.scope import TenantScope
from tenant_schema.standard.sample_records import SAMPLE_RECORDS, SampleRecord
from tenant_schema.users.rights.permissions import Access

__all__ = ["SampleData", "SampleState"]

_MOMENT = 0x018CC251_F400
"""The milliseconds in the ids: 2024-01-01."""


@dataclass(frozen=True, slots=True)
class SampleState:
    """The sample records of a tenant.

    :ivar records: how many there are, by object.
    :ivar changed: how many of them were changed since they were created.
    :ivar available: how many could be created.
    """

    records: Mapping[str, int]
    changed: int
    available: int


class SampleData:
    """Creates and removes sample records. All calls run with the tenant's engine bound to the tenant slot.

    For who may manage objects, and create and delete the records. Objects that the tenant has renamed or
    removed are left out.
    """

    def __init__(self, catalog: Catalog, targets: Targets, clock: Callable[[], datetime] = utc_now) -> None:
        self._catalog = catalog
        self._targets = targets
        self._clock = clock

    async def state(self, scope: TenantScope, access: Access) -> SampleState:
        """Count the sample records. One statement for each object."""
        records, changed, available = dict[str, int](), 0, 0
        for target, samples in await self._objects(scope, access):
            rows = await _versions(target, samples)
            records[target.model.name] = len(rows)
            changed += sum(version > 1 for version in rows.values())
            available += len(samples) - len(rows)
        return SampleState(records, changed, available)

    async def create(self, scope: TenantScope, access: Access) -> int:
        """Create the sample records that are not there. Returns their number; all of them or none.

        Raises ValidationFailed if the tenant's own fields or options do not admit them.
        """
        try:
            return await self._create(scope, access)
        except UniqueViolation:  # another request has created them since they were looked for
            return await self._create(scope, access)

    async def _create(self, scope: TenantScope, access: Access) -> int:
        created, now = 0, self._clock()
        async with DB.transaction():
            for target, samples in await self._objects(scope, access):
                there = await _versions(target, samples)
                missing = [one for one in samples if _id(scope, one.key) not in there]
                values = [_values(target, one, now) for one in missing]
                if values:
                    await insert_numbered(target, values, now)
                created += len(values)
        return created

    async def remove(self, scope: TenantScope, access: Access, *, changed: bool = False) -> tuple[int, int]:
        """Destroy the sample records with their histories. Returns how many were removed and kept; those that
        another request removes at the same time are neither.

        Kept are those that were changed, unless ``changed``, and those with which other records would have to
        go.
        """
        removed = kept = 0
        objects = await self._objects(scope, access)
        samples_of = {target.model.name: {_id(scope, one.key) for one in ones} for target, ones in objects}
        for target, samples in reversed(objects):
            for record_id, version in (await _versions(target, samples)).items():
                if version > 1 and not changed:
                    kept += 1
                    continue
                try:
                    is_removed = await _destroy(target, record_id, samples_of, self._clock())
                except RecordNotFound:
                    continue
                removed += is_removed
                kept += not is_removed
        return removed, kept

    async def _objects(
        self, scope: TenantScope, access: Access
    ) -> list[tuple[Target, Sequence["SampleRecord"]]]:
        """Return the objects with their sample records."""
        access.require_system("objects:manage")
        catalog = await self._catalog.all(scope)
        names = [name for name in dict.fromkeys(one.object_name for one in SAMPLE_RECORDS) if name in catalog]
        return [
            (
                await self._targets.open(scope, access, name, "read", "create", "delete"),
                [one for one in SAMPLE_RECORDS if one.object_name == name],
            )
            for name in names
            if catalog[name].standard
        ]


def _id(scope: TenantScope, key: str) -> UUID:
    """Return the id of a sample record in a tenant: a UUIDv7 (RFC 9562, section 5.7) without randomness."""
    digest = int.from_bytes(sha256(scope.id.bytes + key.encode()).digest()[:10], "big")
    return UUID(int=_MOMENT << 80 | 7 << 76 | (digest >> 68 & 0xFFF) << 64 | 2 << 62 | digest & (1 << 62) - 1)


def _values(target: Target, sample: SampleRecord, now: datetime) -> dict[str, Any]:
    """Return the values of a new record. Raises ValidationFailed."""
    fields, scope = target.model.fields, target.scope
    body = {
        **sample.body,
        **{name: str(_id(scope, key)) for name, key in sample.lookups.items()},
        **{name: (now.date() + timedelta(days)).isoformat() for name, days in sample.days.items()},
    }
    collector = ProblemCollector()
    values = new_values(target, {name: body[name] for name in body if name in fields}, now, collector)
    if collector.problems:
        raise ValidationFailed(collector.problems)
    return values | {"id": _id(scope, sample.key)}


async def _versions(target: Target, samples: Sequence[SampleRecord]) -> dict[UUID, int]:
    """Return the versions of those that are there, in the trash or not."""
    columns = target.model.columns
    query = target.model.table.select(columns["id"].as_alias("id"), columns["version"].as_alias("version"))
    ids = [_id(target.scope, one.key) for one in samples]
    return {row["id"]: row["version"] for row in await query.where(columns["id"].is_in(ids))}


async def _destroy(target: Target, record_id: UUID, samples: Mapping[str, set[UUID]], now: datetime) -> bool:
    """Destroy a sample record, unless other records would have to go with it."""
    async with DB.transaction():
        cascade = await collect(target, [{"id": record_id}], lambda _deleted_at: None)
        if any(ids - samples.get(name, set()) for name, ids in cascade.ids().items()):
            return False
        try:
            await destroy(target, record_id, None, now)
        except StillReferenced:
            return False
        await forget(target, [record_id])
    return True

"""The services for records."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from central.plans.errors import LimitReached
from central.secrets.vault import Vault
from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.outbox import Outbox
from tenant_schema.records.imports.access import access_of
from tenant_schema.records.imports.service import Imports
from tenant_schema.records.reading.cursors import Cursors
from tenant_schema.records.service import RecordService
from tenant_schema.scope import TenantScope
from tenant_schema.standard.sample import SampleData
from tenant_schema.tenant_cache import VersionedCache
from tenant_schema.users.tenant_settings.reader import PresentationReader

__all__ = ["record_services"]


def record_services(
    vault: Vault, catalog: Catalog, outbox: Outbox, access_cache: VersionedCache
) -> dict[str, Any]:
    """Create the services, by their names in :class:`~api.composition.Platform`."""
    settings = PresentationReader(access_cache)

    async def tenant_zone(scope: TenantScope) -> str:
        return (await settings.current(scope)).time_zone

    cursors = Cursors(partial(_cursor_keys, vault))
    records = RecordService(catalog, cursors, tenant_zone=tenant_zone)
    return {
        "records": records,
        "imports": Imports(records, outbox, access_of, faults=(LimitReached,)),
        "sample_data": SampleData(catalog, records.targets),
    }


def _cursor_keys(vault: Vault, tenant_id: UUID) -> Sequence[bytes]:
    derived = vault.derive("cursors", tenant_id)
    return [derived.current, *(key for key_id, key in derived.items() if key_id != derived.current_key_id)]

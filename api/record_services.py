"""The services for records."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from central.secrets.vault import Vault
from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.outbox import Outbox
from tenant_schema.records.imports.access import access_of
from tenant_schema.records.imports.service import Imports
from tenant_schema.records.reading.cursors import Cursors
from tenant_schema.records.service import RecordService
from tenant_schema.standard.sample import SampleData

__all__ = ["record_services"]


def record_services(vault: Vault, catalog: Catalog, outbox: Outbox) -> dict[str, Any]:
    """Create the services, by their names in :class:`~api.composition.Platform`."""
    records = RecordService(catalog, Cursors(partial(_cursor_keys, vault)))
    return {
        "records": records,
        "imports": Imports(records, outbox, access_of),
        "sample_data": SampleData(catalog, records.targets),
    }


def _cursor_keys(vault: Vault, tenant_id: UUID) -> Sequence[bytes]:
    derived = vault.derive("cursors", tenant_id)
    return [derived.current, *(key for key_id, key in derived.items() if key_id != derived.current_key_id)]

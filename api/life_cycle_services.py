"""The services of what happens to whole tenants: copies, moves, restored backups."""

from dataclasses import replace
from functools import partial

from api.directory.updates import DirectoryUpdates
from api.jobs.outboxes import mark_outbox
from api.operations.tenant_contents import ArchivedContents
from api.version import VERSION
from central.jobs.pipeline import Observer
from central.jobs.store import JobStore
from central.lifecycle.replacement import LifeCycleParts
from central.lifecycle.service import LifeCycle
from central.provisioning.steps import Parts
from central.secrets.vault import Vault
from tenant_schema.archives.service import TenantArchives

__all__ = ["life_cycle_of", "with_contents"]


def with_contents(parts: Parts, vault: Vault, updates: DirectoryUpdates, jobs: JobStore) -> Parts:
    """Return the parts with what copies tenants' contents."""
    archives, mark = TenantArchives(VERSION), partial(mark_outbox, jobs)
    contents = ArchivedContents(parts.tenancy, archives, vault, parts.migrator, updates, mark)
    return replace(parts, contents=contents)


def life_cycle_of(parts: Parts, vault: Vault, jobs: JobStore, observer: Observer | None) -> LifeCycle:
    """Return the operations that replace tenants' databases."""
    assert parts.contents is not None
    return LifeCycle(LifeCycleParts(parts, vault, parts.contents), jobs, observer)

"""Tenants and their domains: unique by index, changed by compare-and-set, paged by keyset cursors."""

from central.registry.records import DomainRecord, TenantRecord, TenantRef
from central.registry.service import Registry

__all__ = ["DomainRecord", "Registry", "TenantRecord", "TenantRef"]

"""Tenants and their domains, as rows: unique by index, changed by compare-and-set, paged by keyset cursor."""

from central.registry.records import DomainRecord, TenantRecord, TenantRef
from central.registry.service import Registry

__all__ = ["DomainRecord", "Registry", "TenantRecord", "TenantRef"]

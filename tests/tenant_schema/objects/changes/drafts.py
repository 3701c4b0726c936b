"""Drafts of fields, and objects made of them."""

from typing import Any

from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tests.tenant_schema.objects.changes.worlds import Tenant


def field(name: str, type_name: str = "text", **facts: Any) -> FieldDraft:
    return FieldDraft(name=name, label=name.title(), type=type_name, **facts)


async def made(tenant: Tenant, name: str, *fields: FieldDraft, **facts: Any) -> None:
    await tenant.create(ObjectDraft(name=name, label="Thing", plural_label="Things", fields=fields, **facts))

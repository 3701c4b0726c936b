"""The versions of apps, pages and views: of their rows."""

from typing import Any
from uuid import UUID

from tenant_schema.apps.tables import App, AppPage, ListView
from tenant_schema.objects.model.storage import bound_storage
from tenant_schema.preconditions import Outdated, Versions, require_version, row_version

__all__ = ["require_row_version"]


async def require_row_version(table: type[App | AppPage | ListView], row_id: UUID, wanted: Versions) -> None:
    """Raise :class:`Outdated` unless the row is at the version asked for; it is locked until the transaction
    ends. One statement, none if any version will do.
    """
    if wanted is None:
        return
    query = table.select(table.updated_at).where(table.id == row_id)
    rows: list[dict[str, Any]] = await bound_storage().lock_rows(query)
    if not rows:
        raise Outdated
    require_version(wanted, row_version(rows[0]["updated_at"]))

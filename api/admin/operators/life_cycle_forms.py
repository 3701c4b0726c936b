"""The forms for what happens to a tenant as a whole: moving, restoring and archiving it.

Each begins the job that REST begins, and is audited alike.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from api.admin.columns import Column
from api.admin.errors import FormRefused
from api.operations.life_cycle_acts import LifeCycleActs
from central.errors import TenantNotFound
from central.registry import TenantRef
from central.tables import TenantStatus

__all__ = ["ArchiveTenant", "MoveTenant", "RestoreTenant"]

_GROUP: Final = "Tenants"
_MOST_DELETED: Final = 200
_TENANT: Final = Column(
    name="tenant", title="Tenant", required=True, nullable=False, help_text="Its slug, such as acme."
)
_CONFIRM: Final = Column(
    name="confirm",
    title="Its slug once more",
    required=True,
    nullable=False,
    help_text="So that it is the right tenant.",
)


class _Form:
    """A form for an operation on an existing tenant, whose slug is asked for twice."""

    group = _GROUP
    checks_values = False
    more: Sequence[Column] = ()

    def __init__(self, acts: LifeCycleActs) -> None:
        self._acts = acts

    async def fields(self) -> Sequence[Column]:
        """The tenant, further fields, and the tenant once more."""
        return [_TENANT, *self.more, _CONFIRM]

    async def _tenant(self, values: Mapping[str, Any]) -> tuple[UUID, str]:
        """Return the tenant's id and slug. Raises ``FormRefused`` unless the slug is written twice."""
        slug = values["tenant"].strip().lower()
        tenant = await self._find(slug)
        if values["confirm"].strip().lower() != slug:
            raise FormRefused(f"Nothing was done: write {slug} twice.")
        return tenant.id, slug

    async def _find(self, slug: str) -> TenantRef:
        """Return the tenant with this slug. Raises ``TenantNotFound``."""
        return await self._acts.platform.registry.by_slug(slug)


class MoveTenant(_Form):
    """Moves the tenant to another server."""

    name = "Move a tenant"
    description = (
        "To another database server, or into a file. It can be read and not written while it is copied; what "
        "it had is kept for some days (KEPT_DATABASE_DAYS)."
    )
    more = (
        Column(name="server", title="To", help_text="host:port of a configured server; empty for SQLite."),
    )

    async def submit(self, values: Mapping[str, Any]) -> str:
        """Begin the move."""
        tenant_id, slug = await self._tenant(values)
        host, _, port = str(values.get("server") or "").strip().partition(":")
        if port and not port.isdecimal():
            raise FormRefused("A server is written as host:port.")
        number = int(port) if port else None
        job = await self._acts.move(tenant_id, host or None, number, to_sqlite=not host)
        return f"{slug} is being moved: job {job}."


class RestoreTenant(_Form):
    """Puts a backup in the place of the tenant's database, or brings an archived tenant back."""

    name = "Restore a tenant"
    description = (
        "A backup takes the place of what the tenant has, which is kept for some days. An archived tenant "
        "or a deleted one comes back as it was; leave the backup empty for that."
    )
    more = (
        Column(name="backup", title="Backup", help_text="Its id, from the list of backups."),
        Column(name="slug", title="New slug", help_text="Of a deleted tenant, if another one has its slug."),
        Column(name="domain", title="New host name", help_text="The same for its primary host name."),
    )

    async def _find(self, slug: str) -> TenantRef:
        """Return the tenant with this slug, else the one that was deleted last, by its slug or id."""
        registry = self._acts.platform.registry
        try:
            return await super()._find(slug)
        except TenantNotFound:
            found = await registry.page(_MOST_DELETED, None, TenantStatus.DELETED)
            deleted = [one.ref for one in found.items if slug in (one.ref.slug, str(one.ref.id))]
            if len(deleted) != 1:
                raise
            return deleted[0]

    async def submit(self, values: Mapping[str, Any]) -> str:
        """Begin to restore it."""
        tenant_id, slug = await self._tenant(values)
        text = str(values.get("backup") or "").strip()
        try:
            backup = UUID(text) if text else None
        except ValueError:
            raise FormRefused("That is no id of a backup.") from None
        new_slug, domain = (str(values.get(name) or "").strip() or None for name in ("slug", "domain"))
        job, _ = await self._acts.restore_any(tenant_id, backup=backup, slug=new_slug, domain=domain)
        return f"{slug} is being restored: job {job}."


class ArchiveTenant(_Form):
    """Archives the tenant."""

    name = "Archive a tenant"
    description = "Its database is dropped once a proven backup has all of it; it comes back from that."

    async def submit(self, values: Mapping[str, Any]) -> str:
        """Begin to archive it."""
        tenant_id, slug = await self._tenant(values)
        return f"{slug} is being archived: job {await self._acts.archive(tenant_id)}."

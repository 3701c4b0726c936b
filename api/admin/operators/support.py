"""The forms by which an operator gets access to a tenant."""

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar, Final
from uuid import UUID

from api.admin.columns import Column
from api.admin.errors import FormRefused
from api.operations.support_acts import SupportActs
from piccolo_engines.paging import MAX_LIMIT
from tenant_schema.users.support.records import DEFAULT_MINUTES, SupportRecord

__all__ = ["AskForSupport", "EnterTenant"]

_TENANT: Final = Column(
    name="tenant", title="Tenant", required=True, nullable=False, help_text="Its slug, such as acme."
)


class _SupportForm:
    """A form for support access to one tenant."""

    group = "Support access"
    checks_values = False
    more: ClassVar[Sequence[Column]] = ()

    def __init__(self, acts: SupportActs) -> None:
        self._acts = acts

    async def fields(self) -> Sequence[Column]:
        """The tenant, and further fields of the act."""
        return [_TENANT, *self.more]

    async def _tenant_id(self, values: Mapping[str, Any]) -> UUID:
        return (await self._acts.platform.registry.by_slug(values["tenant"].strip().lower())).id

    async def _link(self, tenant_id: UUID, grant: SupportRecord) -> str:
        url, _ = await self._acts.ticket(tenant_id, grant.id)
        assert grant.expires_at is not None, "a grant expires"
        return (
            f"You have access until {grant.expires_at:%H:%M} UTC. This works once, for 60 seconds:\n\n{url}"
        )


class AskForSupport(_SupportForm):
    """Requests access to a tenant."""

    name = "Ask for support access"
    description = (
        "An administrator of the tenant has to agree, unless it always allows it. Both audit trails have "
        "what you do there."
    )
    more = (
        Column(
            name="reason",
            title="Reason",
            required=True,
            nullable=False,
            help_text="The tenant's administrators read it.",
        ),
        Column(name="minutes", title="Minutes", type="integer", default=DEFAULT_MINUTES),
    )

    async def submit(self, values: Mapping[str, Any]) -> str:
        """Ask, and return a link if it is granted at once."""
        tenant_id = await self._tenant_id(values)
        minutes = int(values.get("minutes") or DEFAULT_MINUTES)
        made = await self._acts.ask(tenant_id, values["reason"], minutes)
        if made.state == "granted":
            return await self._link(tenant_id, made)
        return "An administrator of the tenant has to agree. Then the form Come into a tenant has the link."


class EnterTenant(_SupportForm):
    """Shows a link into a tenant that has granted support access."""

    name = "Come into a tenant"
    description = "Makes a link into a tenant that has granted you support access."

    async def submit(self, values: Mapping[str, Any]) -> str:
        """Make the link, for the latest grant of the operator's."""
        tenant_id = await self._tenant_id(values)
        found = (await self._acts.page(tenant_id, MAX_LIMIT)).items
        mine = [one for one in found if one.operator.id == self._acts.actor.operator_id]
        granted = next((one for one in mine if one.state == "granted"), None)
        if granted is not None:
            return await self._link(tenant_id, granted)
        raise FormRefused(
            "Nobody has decided about your request yet."
            if any(one.state == "asked" for one in mine)
            else "You have no support access to this tenant. Ask for it."
        )

"""The form by which a tenant's administrators decide about support access."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from api.admin.columns import Column
from api.admin.errors import FormRefused
from api.admin.tenant.people import PEOPLE
from api.admin.tenant.visitor import Visitor
from api.operations.support_decisions import SupportDecisions
from piccolo_engines.paging import MAX_LIMIT

__all__ = ["DecideSupport", "decisions"]


class DecideSupport:
    """Lets an operator in, or refuses the request."""

    name = "Decide about support access"
    group = PEOPLE
    checks_values = False
    description = (
        "Operators of the platform who request access. One with access may do for some minutes what an "
        "administrator may, except change users, roles and how somebody signs in. The audit trail has every "
        "request of theirs, and deleting the row in Support access ends it."
    )

    def __init__(self, visitor: Visitor) -> None:
        self._visitor = visitor

    async def fields(self) -> Sequence[Column]:
        """The requests without a decision, and the decision."""
        asked = [
            one for one in (await decisions(self._visitor).page(MAX_LIMIT)).items if one.state == "asked"
        ]
        choices = {
            str(one.id): f"{one.operator.name}, {one.minutes} minutes: {one.reason}"[:200] for one in asked
        }
        decision = {"grant": "Let them in", "refuse": "Refuse"}
        return [
            Column(
                name="request",
                title="Request",
                choices=choices or {"": "Nobody has asked."},
                required=True,
                nullable=False,
            ),
            Column(name="decision", title="Decision", choices=decision, required=True, nullable=False),
        ]

    async def submit(self, values: Mapping[str, Any]) -> str:
        """Decide."""
        if not values["request"]:
            raise FormRefused("Nobody has asked for support access.")
        support, grant_id = decisions(self._visitor), UUID(values["request"])
        if values["decision"] == "refuse":
            refused = await support.refuse(grant_id)
            return f"The request of {refused.operator.name} is refused."
        granted = await support.grant(grant_id)
        assert granted.expires_at is not None, "a grant expires"
        return f"{granted.operator.name} has access until {granted.expires_at:%H:%M} UTC."


def decisions(visitor: Visitor) -> SupportDecisions:
    """Return the decisions of the admin's user."""
    return SupportDecisions(
        visitor.platform, visitor.scope, visitor.access, visitor.request_id, visitor.address
    )

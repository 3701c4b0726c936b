"""Sessions, API keys and support access in the admin. Deleting a row ends one."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from api.admin.columns import TableSchema
from api.admin.readonly_table import LookedAt, Shown
from api.admin.tenant.people import PEOPLE
from api.admin.tenant.support import decisions
from api.admin.tenant.visitor import Visitor
from api.admin.values import uuid_of
from tenant_schema.users.sign_in_tables import SupportGrant
from tenant_schema.users.tables import ApiKey, Session

__all__ = ["ApiKeyTable", "SessionTable", "SupportTable"]


class _EndedByDeleting(LookedAt, ABC):
    """Rows that stay as history after their end."""

    def __init__(
        self, visitor: Visitor, table: type[Any], title: str, shown: Sequence[Shown], link: str
    ) -> None:
        super().__init__(table, title, PEOPLE, shown, link=link)
        self._visitor = visitor

    async def schema(self) -> TableSchema:
        """The columns. Rows can be deleted."""
        return replace(await super().schema(), can_delete=True)

    async def delete(self, row_id: str) -> None:
        """End it."""
        await self.end(uuid_of(row_id))

    @abstractmethod
    async def end(self, row_id: UUID) -> None:
        """End it with its service."""


class SessionTable(_EndedByDeleting):
    """Sessions with their addresses and browsers."""

    def __init__(self, visitor: Visitor) -> None:
        shown = (
            Shown(column=Session.user, title="User", to="users", called=Session.user.email),
            Shown(column=Session.address, title="Address"),
            Shown(column=Session.user_agent, title="Program"),
            Shown(column=Session.created_at, title="Signed in"),
            Shown(column=Session.last_used_at, title="Last used"),
            Shown(column=Session.ended_at, title="Ended"),
            Shown(column=Session.end_reason, title="Why"),
        )
        super().__init__(visitor, Session, "Session", shown, "id")

    async def end(self, row_id: UUID) -> None:
        """End the session."""
        visitor = self._visitor
        await visitor.platform.people.sessions.end(visitor.scope, visitor.access, row_id)


class ApiKeyTable(_EndedByDeleting):
    """API keys with their users. A key is created by its user, over REST."""

    def __init__(self, visitor: Visitor) -> None:
        shown = (
            Shown(column=ApiKey.name, title="Name"),
            Shown(column=ApiKey.prefix, title="Begins with"),
            Shown(column=ApiKey.user, title="User", to="users", called=ApiKey.user.email),
            Shown(column=ApiKey.created_at, title="Made"),
            Shown(column=ApiKey.last_used_at, title="Last used"),
            Shown(column=ApiKey.expires_at, title="Expires"),
            Shown(column=ApiKey.revoked_at, title="Revoked"),
        )
        super().__init__(visitor, ApiKey, "API key", shown, "prefix")

    async def end(self, row_id: UUID) -> None:
        """Revoke the key."""
        visitor = self._visitor
        await visitor.platform.people.api_keys.revoke(visitor.scope, visitor.access, row_id)


class SupportTable(_EndedByDeleting):
    """Requests for support access. They are decided with a form; deleting one ends it."""

    def __init__(self, visitor: Visitor) -> None:
        shown = (
            Shown(column=SupportGrant.operator_name, title="Operator"),
            Shown(column=SupportGrant.reason, title="What for"),
            Shown(column=SupportGrant.minutes, title="Minutes"),
            Shown(column=SupportGrant.state, title="State", help_text="A granted one ends when it expires."),
            Shown(column=SupportGrant.created_at, title="Asked"),
            Shown(column=SupportGrant.expires_at, title="Expires"),
            Shown(column=SupportGrant.ended_at, title="Ended"),
        )
        super().__init__(visitor, SupportGrant, "Support access", shown, "operator_name")

    async def end(self, row_id: UUID) -> None:
        """End the support access."""
        await decisions(self._visitor).end(row_id)

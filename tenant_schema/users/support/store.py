"""Support grants as rows: read, and moved from one state to the next.

The caller counts the ``access`` version of the tenant when the access of operators changes.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from piccolo_engines.columns import new_id
from piccolo_engines.paging import Page, decode_cursor, page_of
from tenant_schema.users.emails import SUPPORT_DOMAIN
from tenant_schema.users.errors import NotThere, WrongSupportState
from tenant_schema.users.mails import Recipient
from tenant_schema.users.rights.change import holds
from tenant_schema.users.sessions.store import EndReason
from tenant_schema.users.sign_in_tables import SignInSettings, SupportGrant
from tenant_schema.users.support.records import (
    ActiveSupport,
    SupportOperator,
    SupportRecord,
    SupportState,
    support_record,
)
from tenant_schema.users.tables import Session, User

__all__ = [
    "MOST_DECIDERS",
    "deciders",
    "end_sessions_of_grant",
    "find_grant",
    "grants_in_force",
    "insert_grant",
    "move_grant",
    "page_of_grants",
    "policy",
    "user_of_operator",
    "withdraw_requests",
]

MOST_DECIDERS: Final = 20
"""How many users get a mail that an operator asks."""
_ASK: Final = "ask"


async def policy() -> str:
    """Return whether the tenant allows support access: ``never``, ``ask`` or ``always``. 1 statement."""
    row = await SignInSettings.select(SignInSettings.support_access).first()
    return _ASK if row is None else str(row["support_access"])


async def deciders() -> list[Recipient]:
    """Return who may decide about requests: at most :data:`MOST_DECIDERS`, the oldest first. 1 statement."""
    is_active = User.active.eq(True) & (User.kind == "person")
    query = User.select(User.email, User.name, User.language).where(is_active & holds("users:manage"))
    return [Recipient.of(row) for row in await query.order_by(User.id).limit(MOST_DECIDERS)]


async def insert_grant(operator: SupportOperator, reason: str, minutes: int, now: datetime) -> UUID:
    """Insert a request. 1 statement."""
    grant = SupportGrant(
        id=new_id(),
        operator_id=operator.id,
        operator_name=operator.name,
        reason=reason,
        minutes=minutes,
        state="asked",
        created_at=now,
    )
    await SupportGrant.insert(grant)
    return grant.id


async def find_grant(grant_id: UUID, now: datetime) -> SupportRecord:
    """Return one. 1 statement. Raises :class:`NotThere`."""
    row = await SupportGrant.select().where(SupportGrant.id == grant_id).first()
    if row is None:
        raise NotThere("request for support access")
    return support_record(row, now)


async def move_grant(found: SupportRecord, to: SupportState, values: Mapping[Any, Any]) -> None:
    """Move a grant from the state that it was found in to another one. 1 statement.

    Of two concurrent moves one succeeds. Raises :class:`WrongSupportState` for the other.
    """
    is_unchanged = (SupportGrant.id == found.id) & (SupportGrant.state == found.state)
    changes = {SupportGrant.state: to, **values}
    if not await SupportGrant.update(changes).where(is_unchanged).returning(SupportGrant.id):
        raise WrongSupportState("decided")


async def withdraw_requests(operator: SupportOperator, now: datetime) -> None:
    """End the operator's requests that are not decided. 1 statement."""
    waits = (SupportGrant.operator_id == operator.id) & (SupportGrant.state == "asked")
    await SupportGrant.update({SupportGrant.state: "ended", SupportGrant.ended_at: now}).where(waits)


async def page_of_grants(limit: int, cursor: str | None, now: datetime) -> Page[SupportRecord]:
    """Return a page of grants, newest first. 1 statement. Raises InvalidCursor."""
    query = SupportGrant.select().order_by(SupportGrant.id, ascending=False).limit(limit + 1)
    if cursor is not None:
        query = query.where(SupportGrant.id < decode_cursor(cursor))
    return page_of([support_record(row, now) for row in await query], limit, lambda one: one.id)


async def grants_in_force(now: datetime) -> tuple[ActiveSupport, ...]:
    """Return the grants by which operators may be in the tenant, oldest first. 1 statement."""
    in_force = (SupportGrant.state == "granted") & (SupportGrant.expires_at > now)
    query = SupportGrant.select(SupportGrant.id, SupportGrant.operator_name, SupportGrant.expires_at)
    rows = await query.where(in_force).order_by(SupportGrant.id)
    return tuple(ActiveSupport(row["id"], row["operator_name"], row["expires_at"]) for row in rows)


async def end_sessions_of_grant(grant_id: UUID, now: datetime) -> None:
    """End the sessions that were begun with a grant. 1 statement."""
    its = (Session.support_grant == grant_id) & Session.ended_at.is_null()
    await Session.update({Session.ended_at: now, Session.end_reason: EndReason.SUPPORT_ENDED.value}).where(
        its
    )


async def user_of_operator(operator: SupportOperator) -> tuple[UUID, str, str]:
    """Return id, address and name of the user that stands for the operator; create it if there is none. 1 or
    2 statements.

    It has no password, no roles and no factors, and its address belongs to no user of the kind ``person``.
    """
    email, name = f"support+{operator.id}@{SUPPORT_DOMAIN}", f"{operator.name} (support)"
    its = (User.email == email) & (User.kind == "support")
    row = await User.select(User.id, User.name).where(its).first()
    if row is not None and row["name"] == name:
        return row["id"], email, name
    if row is not None:
        await User.update({User.name: name}).where(User.id == row["id"])
        return row["id"], email, name
    user = User(id=new_id(), email=email, name=name, kind="support")
    await User.insert(user)
    return user.id, email, name

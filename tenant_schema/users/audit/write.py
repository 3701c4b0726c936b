"""Writes the tenant's audit trail: sign-ins, failed sign-ins, changes of users, roles and definitions.

Events are kept for :data:`AUDIT_KEPT`; older ones are not shown, and are deleted when users sign in. Secrets
are never written.
"""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from contextvars import ContextVar
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

import msgspec

from piccolo_engines.bindings import Binding
from piccolo_engines.errors import WritesRefused
from tenant_schema.users.rights.permissions import Access
from tenant_schema.users.tables import AuditEvent

__all__ = [
    "AUDIT_KEPT",
    "Origin",
    "Subject",
    "came_from",
    "complete_event",
    "first_id_at",
    "prune_events",
    "record_event",
    "record_if_possible",
]

AUDIT_KEPT: Final = timedelta(days=400)
"""How long events are kept: a year, and the time to look at it."""
_SECRETS: Final = ("password", "secret", "token", "hash", "credentials", "authorization", "apikey")


class Origin(msgspec.Struct, frozen=True):
    """The request that an event belongs to. ``operator`` is the name of the operator whose request it is."""

    request_id: str = ""
    address: str = ""
    operator: str = ""


class Subject(NamedTuple):
    """What an event is about: the kind (``user``, ``role``, ``object`` …), the id, and the name then."""

    kind: str
    id: UUID | None = None
    name: str = ""


_NOWHERE: Final = Origin()
_ORIGIN: Final[ContextVar[Origin]] = ContextVar("freehold_audit_origin", default=_NOWHERE)


def came_from(origin: Origin) -> AbstractContextManager[None]:
    """Assign events that are recorded inside the block to this request."""
    return Binding(_ORIGIN, origin)


async def record_event(
    access: Access | None,
    action: str,
    subject: Subject | None = None,
    detail: Mapping[str, object] | None = None,
) -> UUID:
    """Record one event, such as ``role.update``, and return its id. 1 statement, in the caller's transaction
    if there is one.

    :param access: the caller; None for nobody signed in, and for the service itself.
    :param detail: further values, as JSON; those whose name is that of a secret are replaced by null.
    """
    support = access.support if access else None
    origin, about = _ORIGIN.get(), subject or Subject("")
    event = AuditEvent(
        actor=access and access.user_id,
        actor_email=access.email if access else "",
        api_key=access and access.api_key,
        action=action,
        subject_kind=about.kind,
        subject=about.id,
        subject_name=about.name[:254],
        detail=_encoded(detail or {}),
        address=origin.address[:64],
        request_id=origin.request_id[:128],
        operator=support.operator_name if support else origin.operator,
    )
    await AuditEvent.insert(event)
    return event.id


async def record_if_possible(
    access: Access | None,
    action: str,
    subject: Subject | None = None,
    detail: Mapping[str, object] | None = None,
) -> None:
    """Record an event of a session, unless the tenant is read-only: its trail does not change then.

    As :func:`record_event`. The session's row says who signed in, when and from where.
    """
    with suppress(WritesRefused):
        await record_event(access, action, subject, detail)


async def complete_event(event_id: UUID, detail: Mapping[str, object]) -> None:
    """Replace an event's ``detail`` by one that has the outcome as well. 1 statement."""
    await AuditEvent.update({AuditEvent.detail: _encoded(detail)}).where(AuditEvent.id == event_id)


def _encoded(detail: Mapping[str, object]) -> str:
    return msgspec.json.encode(_without_secrets(detail)).decode()


async def prune_events(now: datetime) -> None:
    """Delete events that are older than :data:`AUDIT_KEPT`, unless the tenant is read-only. 1 statement, over
    the primary key.
    """
    with suppress(WritesRefused):
        await AuditEvent.delete().where(AuditEvent.id < first_id_at(now - AUDIT_KEPT))


def first_id_at(moment: datetime) -> UUID:
    """Return the smallest id that may be created from this time on: they begin with a time (RFC 9562)."""
    return UUID(int=max(0, int(moment.timestamp() * 1000)) << 80)


def _without_secrets(value: object) -> object:
    """Return the value with None in place of everything whose name is that of a secret."""
    if isinstance(value, Mapping):
        return {
            str(name): None if _is_secret(str(name)) else _without_secrets(one) for name, one in value.items()
        }
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [_without_secrets(one) for one in value]
    return value


def _is_secret(name: str) -> bool:
    return name.replace("_", "").replace("-", "").lower().endswith(_SECRETS)

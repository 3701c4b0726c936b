"""Carries open sessions from one database of a tenant to another, so that nobody has to sign in again."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from piccolo.columns import Column

from piccolo_conf import DB
from piccolo_engines.columns import utc_now
from tenant_schema.users.tables import Session, SessionToken, User

__all__ = ["OpenSessions", "read_open_sessions", "write_open_sessions"]

_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class OpenSessions:
    """The rows of the sessions that have not ended, and of their tokens; ids and ends of those that have."""

    sessions: Sequence[Mapping[str, Any]] = field(repr=False)
    tokens: Sequence[Mapping[str, Any]] = field(repr=False)
    ended: Sequence[Mapping[str, Any]] = field(repr=False)


async def read_open_sessions() -> OpenSessions:
    """Read them from the bound database. Three statements."""
    is_open = Session.ended_at.is_null() & (Session.expires_at > utc_now())
    ended = await Session.select(Session.id, Session.ended_at, Session.end_reason).where(
        Session.ended_at.is_not_null() & (Session.expires_at > utc_now())
    )
    sessions = await Session.select().where(is_open)
    tokens = await SessionToken.select().where(
        SessionToken.session.is_in(Session.select(Session.id).where(is_open))
    )
    return OpenSessions(sessions, tokens, ended)


async def write_open_sessions(found: OpenSessions) -> None:
    """Write those into the bound database that it lacks or has as they were before. Repeatable.

    Sessions of users that it does not have are left out. Those that have ended are ended there, too.
    """
    users = {row["id"] for row in await User.select(User.id)} if found.sessions else set()
    used = {row["id"]: row["last_used_at"] for row in await Session.select(Session.id, Session.last_used_at)}
    sessions = [row for row in found.sessions if row["user"] in users and _is_newer(row, used)]
    ids = {row["id"] for row in sessions}
    async with DB.transaction():
        for portion in _portions(sessions):
            await Session.delete().where(Session.id.is_in([row["id"] for row in portion]))
            await Session.insert(*(Session(**row) for row in portion))
        for portion in _portions([row for row in found.tokens if row["session"] in ids]):
            await SessionToken.insert(*(SessionToken(**row) for row in portion))
        still_open = Session.select(Session.id).where(Session.ended_at.is_null())
        open_ids = {row["id"] for row in await still_open} if found.ended else set()
        for row in found.ended:
            if row["id"] in open_ids:
                ends: dict[Column | str, Any] = {
                    Session.ended_at: row["ended_at"],
                    Session.end_reason: row["end_reason"],
                }
                await Session.update(ends).where(Session.id == row["id"])


def _is_newer(row: Mapping[str, Any], used: Mapping[UUID, datetime]) -> bool:
    return row["id"] not in used or used[row["id"]] < row["last_used_at"]


def _portions(rows: Sequence[Mapping[str, Any]]) -> Iterator[Sequence[Mapping[str, Any]]]:
    for start in range(0, len(rows), _AT_ONCE):
        yield rows[start : start + _AT_ONCE]

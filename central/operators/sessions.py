"""Browser sessions of operators. A session is valid only as long as the token that it was started with.

The browser holds a secret of its own, whose hash is stored: a stolen cookie is not an operator's token, and
is useless once its session has ended. The caller binds :data:`central.database.CENTRAL`.
"""

import secrets
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from central.operators.service import OperatorRef, Operators, hash_of
from central.tables import OperatorSession, OperatorToken
from piccolo_engines.columns import utc_now
from piccolo_engines.errors import DatabaseError

__all__ = ["NewOperatorSession", "OperatorSessions", "SecondFactorProof"]

SecondFactorProof = Callable[[OperatorRef], Awaitable[bool]]
"""Returns whether a second factor was proven; raises if the operator has one that was not."""

_PREFIX = "fhc_"
_LONGEST = 200
_USE_IS_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class NewOperatorSession:
    """A new session. ``secret`` is available here and in the browser only."""

    operator: OperatorRef
    secret: str = field(repr=False)
    expires_at: datetime


class OperatorSessions:
    """Manages browser sessions.

    Nothing is cached: a session that has ended is refused from the next request on.

    :param idle: a session ends when it was not used for this long.
    :param absolute: a session ends at this age.
    :param needs_factor: whether sessions without a second factor are refused, however old they are.
    """

    def __init__(
        self,
        operators: Operators,
        *,
        idle: timedelta = timedelta(hours=1),
        absolute: timedelta = timedelta(hours=12),
        needs_factor: bool = False,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._operators = operators
        self._idle = idle
        self._absolute = absolute
        self._needs_factor = needs_factor
        self._now = now

    async def begin(
        self,
        name: str,
        token: str,
        address: str = "",
        user_agent: str = "",
        *,
        prove: SecondFactorProof | None = None,
    ) -> NewOperatorSession | None:
        """Start a session for the operator with this name and token; None if they do not belong together.

        :param prove: asks for the operator's second factor. Raises what it raises.
        """
        operator = await self._operators.authenticate(token.strip())
        if operator is None or operator.name.casefold() != name.strip().casefold():
            return None
        has_second_factor = prove is not None and await prove(operator)
        now, secret = self._now(), _PREFIX + secrets.token_urlsafe(32)
        row = await OperatorToken.select(OperatorToken.id).where(
            OperatorToken.token_hash == hash_of(token.strip())
        )
        session = OperatorSession(
            token=row[0]["id"],
            session_hash=hash_of(secret),
            address=address[:64],
            user_agent=user_agent[:255],
            last_used_at=now,
            expires_at=now + self._absolute,
            second_factor_at=now if has_second_factor else None,
        )
        await OperatorSession.delete().where(OperatorSession.expires_at < now)
        await OperatorSession.insert(session)
        return NewOperatorSession(operator, secret, now + self._absolute)

    async def authenticate(self, secret: str) -> OperatorRef | None:
        """Return the operator of this session, or None.

        It is None if the session has ended, or if its token or operator is no longer valid. Runs one
        statement, and at most once a minute another one to record the use.
        """
        if not secret.startswith(_PREFIX) or len(secret) > _LONGEST or not secret.isascii():
            return None
        row = await _find(hash_of(secret))
        if row is None or not self._is_good(row):
            return None
        await self._note_use(row)
        return OperatorRef(row["token.operator.id"], row["token.operator.name"])

    async def end(self, secret: str) -> None:
        """End the session. Does nothing if there is none."""
        await OperatorSession.delete().where(OperatorSession.session_hash == hash_of(secret))

    def _is_good(self, row: dict[str, Any]) -> bool:
        now, token_ends = self._now(), row["token.expires_at"]
        is_in_time = now < row["expires_at"] and now < row["last_used_at"] + self._idle
        is_token_good = row["token.revoked_at"] is None and (token_ends is None or now < token_ends)
        has_factor = row["second_factor_at"] is not None or not self._needs_factor
        return is_in_time and is_token_good and has_factor and bool(row["token.operator.active"])

    async def _note_use(self, row: dict[str, Any]) -> None:
        now = self._now()
        if now - row["last_used_at"] < _USE_IS_NOTED_EVERY:
            return
        with suppress(DatabaseError):  # failing to record the use is no reason to refuse a valid session
            await OperatorSession.update({OperatorSession.last_used_at: now}).where(
                OperatorSession.id == row["id"]
            )


async def _find(session_hash: str) -> dict[str, Any] | None:
    token: Any = OperatorSession.token
    operator = token.operator
    columns = (
        *(OperatorSession.id, OperatorSession.last_used_at, OperatorSession.expires_at),
        OperatorSession.second_factor_at,
        *(token.expires_at, token.revoked_at, operator.id, operator.name, operator.active),
    )
    row: dict[str, Any] | None = (
        await OperatorSession.select(*columns).where(OperatorSession.session_hash == session_hash).first()
    )
    return row

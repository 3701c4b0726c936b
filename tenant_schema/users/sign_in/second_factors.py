"""The second step of a sign-in: what a user with a factor needs in addition to the password."""

from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from piccolo_engines.columns import utc_now
from tenant_schema.scope import TenantScope
from tenant_schema.users.audit.write import Subject, record_event, record_if_possible
from tenant_schema.users.challenges.service import Challenges
from tenant_schema.users.factor_errors import CodeInvalid, FactorRequired
from tenant_schema.users.factors.records import RECOVERY_CODE, Proof
from tenant_schema.users.factors.store import FactorStore
from tenant_schema.users.sessions.store import SessionUser
from tenant_schema.users.sign_in.throttle import Reservation, Throttle

__all__ = ["SECOND_FACTOR", "SecondFactors", "methods_of"]

SECOND_FACTOR: Final = "second-factor"
"""The purpose of a challenge for a passkey after the password."""


class SecondFactors:
    """Asks users who have a factor for it, whether or not a role requires one.

    :param throttle: that of passwords.
    """

    def __init__(
        self,
        store: FactorStore,
        challenges: Challenges,
        throttle: Throttle,
        *,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self.store = store
        self._challenges = challenges
        self._throttle = throttle
        self._now = now

    async def needs_factor(self, scope: TenantScope, user_id: UUID) -> tuple[str, ...]:
        """Return what completes a sign-in of this user; nothing if the password is enough. 1 or 2
        statements.
        """
        return await self.store.kinds(user_id, scope.id)

    async def complete(
        self, scope: TenantScope, user: SessionUser, attempt: Reservation, code: str | None
    ) -> Proof | None:
        """Return the factor that was proven by the code, or None if the user has no factor. 1 statement
        without a factor, 4 with a code.

        Call it after the password was verified, outside of transactions. A wrong code leaves the attempt
        counted as a failure, so that codes are limited like passwords; a missing one is taken back.

        :param attempt: the attempt at the password.
        :raises FactorRequired: no code is given. :raises CodeInvalid: it is wrong or was used.
        """
        kinds = await self.store.kinds(user.id, scope.id)
        if not kinds:
            return None
        if code is None:
            await self._throttle.give_back(attempt)
            raise FactorRequired(kinds, self._challenges.issue(scope.id, SECOND_FACTOR, user.id).token)
        proof = await self.check_code(scope, user, code)
        if proof is None:
            raise CodeInvalid
        return proof

    async def check_code(self, scope: TenantScope, user: SessionUser, code: str) -> Proof | None:
        """Use up a code of the user; None if it is wrong or was used. Records a wrong one, and the use of a
        recovery code. The caller counts attempts.
        """
        proof = await self.store.use_code(user.id, scope.id, code, self._now())
        subject = Subject("user", user.id, user.email)
        if proof is None:
            await record_if_possible(None, "sign-in.code-fail", subject)
        elif proof.kind == RECOVERY_CODE:
            await record_event(None, "factor.recovery-code-used", subject)
        return proof


def methods_of(proof: Proof | None) -> tuple[str, ...]:
    """Return how a user was authenticated by a password and this proof: values of RFC 8176."""
    return ("pwd",) if proof is None else ("pwd", *proof.methods, "mfa")

"""Second factors of operators, for signing in to the operators' admin.

They are those of users with other tables: a factor is sealed for its operator.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from central.database import CENTRAL
from central.operators import audit
from central.operators.audit import Actor
from central.operators.service import OperatorRef
from central.tables import OperatorFactor, OperatorRecoveryCode
from piccolo_engines.columns import utc_now
from tenant_schema.users.errors import NotThere
from tenant_schema.users.factor_errors import CodeInvalid, FactorRequired, WrongCode
from tenant_schema.users.factors.records import FactorKind, FactorOverview, NewFactor
from tenant_schema.users.factors.secrets import FactorSecrets
from tenant_schema.users.factors.service import ConfirmedFactor
from tenant_schema.users.factors.store import FactorStore, FactorTables
from tenant_schema.users.factors.totp import otpauth_uri
from tenant_schema.users.sign_in.throttle import Throttle

__all__ = ["OperatorFactors"]

_TABLES: Final = FactorTables(
    OperatorFactor, OperatorRecoveryCode, OperatorFactor.operator, OperatorRecoveryCode.operator
)
_ISSUER: Final = "Freehold"


class OperatorFactors:
    """Factors of operators. The caller binds ``CENTRAL``.

    :param throttle: that of the operators' sign-in, which also limits attempts at codes.
    :param is_required: whether operators without a factor cannot sign in to the admin.
    """

    def __init__(
        self,
        secrets: FactorSecrets,
        throttle: Throttle,
        *,
        is_required: bool = False,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        self._store = FactorStore(secrets, _TABLES)
        self._throttle = throttle
        self._is_required = is_required
        self._now = now

    async def complete(self, operator: OperatorRef, code: str | None) -> bool:
        """Return whether the code has proven a second factor; False if the operator has none. 1 statement
        without a factor, 4 with a code.

        :raises FactorRequired: no code is given, or the operator has to add a factor.
        :raises CodeInvalid: the code is wrong or was used.
        """
        kinds = await self._store.kinds(operator.id, operator.id)
        if not kinds and not self._is_required:
            return False
        if not kinds or code is None:
            raise FactorRequired(kinds)
        if await self._store.use_code(operator.id, operator.id, code, self._now()) is None:
            raise CodeInvalid
        return True

    async def overview(self, operator: OperatorRef) -> FactorOverview:
        """Return the operator's factors. 2 statements."""
        return await self._store.overview(operator.id, operator.id)

    async def begin_totp(self, operator: OperatorRef, name: str, code: str | None, address: str) -> NewFactor:
        """Return the secret of a new factor, to be confirmed within ten minutes.

        :param code: of a factor that the operator has already.

        Raises FactorRequired, WrongCode, TooManyAttempts and TooManyFactors.
        """
        await self._require_code(operator, code, address)
        name = name.strip() or "Authenticator app"
        async with CENTRAL.transaction():
            factor_id, secret = await self._store.begin_totp(operator.id, operator.id, name, self._now())
        uri = otpauth_uri(secret, operator.name, _ISSUER)
        return NewFactor(factor_id, FactorKind.TOTP, secret, uri)

    async def confirm_totp(self, actor: Actor, factor_id: UUID, code: str) -> ConfirmedFactor:
        """Confirm a factor with a code of it; with the first one come recovery codes.

        Raises NotThere and WrongCode.
        """
        owner = _id_of(actor)
        async with CENTRAL.transaction():
            is_first = not await self._store.has_factor(owner)
            factor = await self._store.confirm_totp(owner, owner, factor_id, code, self._now())
            codes = await self._store.replace_codes(owner, owner) if is_first else None
            await audit.record(actor, "operator.factor-add", detail={"name": factor.name})
        return ConfirmedFactor(factor, codes)

    async def replace_codes(self, operator: OperatorRef, actor: Actor, code: str | None) -> tuple[str, ...]:
        """Replace the recovery codes. Raises what :meth:`begin_totp` raises, and NotThere without a
        factor.
        """
        await self._require_code(operator, code, actor.address or "")
        async with CENTRAL.transaction():
            if not await self._store.has_factor(operator.id):
                raise NotThere("factor")
            codes = await self._store.replace_codes(operator.id, operator.id)
            await audit.record(actor, "operator.recovery-codes")
        return codes

    async def remove(self, operator: OperatorRef, actor: Actor, factor_id: UUID, code: str | None) -> None:
        """Remove a factor. Raises what :meth:`begin_totp` raises, and NotThere."""
        await self._require_code(operator, code, actor.address or "")
        async with CENTRAL.transaction():
            factor = await self._store.remove(operator.id, factor_id)
            await audit.record(actor, "operator.factor-remove", detail={"name": factor.name})

    async def _require_code(self, operator: OperatorRef, code: str | None, address: str) -> None:
        """Require a code of an operator who has a factor: a token alone must not replace it."""
        kinds = await self._store.kinds(operator.id, operator.id)
        if not kinds:
            return
        if code is None:
            raise FactorRequired(kinds)
        async with self._throttle.attempt(operator.name.casefold(), address) as attempt:
            if await self._store.use_code(operator.id, operator.id, code, self._now()) is None:
                raise WrongCode
            await self._throttle.clear(attempt)


def _id_of(actor: Actor) -> UUID:
    if actor.operator_id is None:
        raise NotThere("factor")
    return actor.operator_id

"""Second factors of operators, as the command line lists and removes them. The caller binds ``CENTRAL``."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from central.database import CENTRAL
from central.errors import OperatorNotFound
from central.tables import Operator, OperatorFactor, OperatorRecoveryCode

__all__ = ["OperatorFactorRecord", "list_factors", "remove_factors"]


@dataclass(frozen=True, slots=True)
class OperatorFactorRecord:
    """A confirmed factor of an operator."""

    operator: str
    id: UUID
    kind: str
    name: str
    created_at: datetime
    last_used_at: datetime | None


async def list_factors() -> list[OperatorFactorRecord]:
    """Return the confirmed factors of all operators, oldest first. 1 statement."""
    one = OperatorFactor
    columns = (one.id, one.operator.name, one.kind, one.name, one.created_at, one.last_used_at)
    confirmed = one.confirmed_at.is_not_null()
    return [
        OperatorFactorRecord(
            row["operator.name"],
            row["id"],
            row["kind"],
            row["name"],
            row["created_at"],
            row["last_used_at"],
        )
        for row in await one.select(*columns).where(confirmed).order_by(one.id)
    ]


async def remove_factors(name: str) -> int:
    """Remove all factors and recovery codes of an operator. Returns how many factors there were.

    Raises :class:`~central.errors.OperatorNotFound`.
    """
    async with CENTRAL.transaction():
        row = await Operator.select(Operator.id).where(Operator.name == name).first()
        if row is None:
            raise OperatorNotFound(name)
        removed = (
            await OperatorFactor.delete()
            .where(OperatorFactor.operator == row["id"])
            .returning(OperatorFactor.id)
        )
        await OperatorRecoveryCode.delete().where(OperatorRecoveryCode.operator == row["id"])
    return len(removed)

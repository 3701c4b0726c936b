"""Second factors of operators: request bodies."""

from typing import Annotated, Literal

from msgspec import UNSET, Meta, UnsetType

from api.schemas.common import FactorProofCode, Input

__all__ = ["FactorCode", "NewOperatorFactor", "OperatorCode"]


class NewOperatorFactor(Input):
    """What to add. `code` is one of a factor that the operator has already."""

    kind: Annotated[Literal["totp", "recovery-codes"], Meta(examples=["totp"])]
    name: Annotated[str, Meta(max_length=100, examples=["Ada's phone"])] = ""
    code: FactorProofCode | UnsetType = UNSET


class FactorCode(Input):
    """A code of the new factor."""

    code: FactorProofCode


class OperatorCode(Input):
    """A code of any factor of the operator."""

    code: FactorProofCode | UnsetType = UNSET

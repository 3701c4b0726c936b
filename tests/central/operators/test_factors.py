"""Factors of operators: listed and removed by the command line, and sealed again with a new key."""

from uuid import UUID

import pytest

from central.errors import OperatorNotFound
from central.operators.factors import list_factors, remove_factors
from central.operators.service import Operators
from central.secrets.key_check import KeyCheck
from central.secrets.key_rotation import KeyRotation
from central.secrets.keys import EncryptionKey, generate_key
from central.secrets.vault import Vault
from central.tables import OperatorFactor, OperatorRecoveryCode
from piccolo_engines.columns import utc_now

OLD, NEW = (EncryptionKey.from_hex(generate_key()) for _ in range(2))
pytestmark = pytest.mark.usefixtures("central")


async def with_factor(name: str, sealed_for: UUID | None = None) -> UUID:
    """An operator with a factor, sealed for them unless another id is given."""
    operator = (await Operators().create(name)).operator.id
    secret = Vault([OLD]).seal(f"secret of {name}", sealed_for or operator)
    factor = OperatorFactor(
        operator=operator, kind="totp", name="Phone", secret=secret, confirmed_at=utc_now()
    )
    await OperatorFactor.insert(factor)
    await OperatorRecoveryCode.insert(OperatorRecoveryCode(operator=operator, code_hash=f"hash of {name}"))
    return operator


async def test_all_factors_of_one_operator_are_removed_with_the_recovery_codes() -> None:
    await with_factor("Ada")
    await with_factor("Ben")
    assert [(one.operator, one.name) for one in await list_factors()] == [("Ada", "Phone"), ("Ben", "Phone")]
    assert await remove_factors("Ada") == 1
    assert await remove_factors("Ada") == 0
    assert [one.operator for one in await list_factors()] == ["Ben"]
    assert await OperatorRecoveryCode.count() == 1
    with pytest.raises(OperatorNotFound):
        await remove_factors("Nobody")


async def test_a_new_key_seals_them_again() -> None:
    ada = await with_factor("Ada")
    ben = await with_factor("Ben", sealed_for=UUID(int=1))
    both = Vault([NEW, OLD])
    await KeyCheck(Vault([OLD])).require()
    reported: list[tuple[UUID, bool]] = []
    rotation = KeyRotation(both)
    assert (await rotation.by_key())[OLD.id] == 2
    counts = await rotation.rotate(lambda whose, reason: reported.append((whose, reason is None)))
    assert (counts, reported) == ((1, 1), [(ben, False)])
    row = await OperatorFactor.select(OperatorFactor.secret).where(OperatorFactor.operator == ada).first()
    assert Vault([NEW]).open(row["secret"], ada) == "secret of Ada"
    assert (await rotation.by_key())[OLD.id] == 1

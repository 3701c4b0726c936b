"""Unique constraints over several columns, as Piccolo's tables declare them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from piccolo.columns import Integer
from piccolo.constraints import Unique
from piccolo.table import Table

from piccolo_engines.errors import UniqueViolation
from piccolo_engines.sqlite import SQLiteEngine
from piccolo_engines.sqlite.constraints import as_index


@pytest.fixture
async def pair(tmp_path: Path) -> AsyncIterator[type[Table]]:
    engine = SQLiteEngine(tmp_path / "pairs.sqlite")

    class Pair(Table, db=engine):
        left = Integer()
        right = Integer()
        pair_left_right = Unique([left, right])

    await Pair.create_table()
    yield Pair
    await engine.close()


async def test_the_columns_are_unique_together(pair: type[Table]) -> None:
    await pair.insert(pair(left=1, right=1), pair(left=1, right=2), pair(left=2, right=1))
    with pytest.raises(UniqueViolation) as error:
        await pair.insert(pair(left=1, right=2))

    assert error.value.columns == ("left", "right")


async def test_the_constraint_can_be_dropped_twice_and_added_again(pair: type[Table]) -> None:
    for _ in range(2):
        await pair.alter().drop_constraint("pair_left_right")
    await pair.insert(pair(left=1, right=1), pair(left=1, right=1))

    (constraint,) = pair._meta.constraints
    with pytest.raises(UniqueViolation):
        await pair.alter().add_constraint(constraint)
    await pair.delete(force=True)
    await pair.alter().add_constraint(constraint)
    with pytest.raises(UniqueViolation):
        await pair.insert(pair(left=1, right=1), pair(left=1, right=1))


@pytest.mark.parametrize(
    "ddl",
    [
        'ALTER TABLE "pair" ADD CONSTRAINT at_least CHECK ("left" > 1)',
        'ALTER TABLE "pair" ADD CONSTRAINT pair_left UNIQUE NULLS NOT DISTINCT ("left")',
        'ALTER TABLE "pair" ADD COLUMN "more" INTEGER UNIQUE ("left")',
        'CREATE TABLE "pair" ("left" INTEGER, UNIQUE ("left"))',
    ],
)
def test_other_statements_stay_as_they_are(ddl: str) -> None:
    assert as_index(ddl) == ddl

"""Selects that are built once for each kind of database, and selects in one round trip."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from piccolo.query.methods.select import Select
from piccolo.table import create_db_tables

from piccolo_engines.kept_selects import KeptSelect
from piccolo_engines.sqlite import SQLiteEngine
from piccolo_engines.statements import SelectGroup
from tests.piccolo_engines.tables import DB, Band, Manager


@pytest.fixture
async def bound(tmp_path: Path) -> AsyncIterator[SQLiteEngine]:
    engine = SQLiteEngine(tmp_path / "bands.sqlite", synchronous="OFF")
    with DB.bind(engine):
        await create_db_tables(Manager, Band)
        await Band.insert(*(Band(name=name) for name in ("a", "b", "c")))
        yield engine
    await engine.close()


async def test_a_select_is_built_once_for_each_number_of_values(bound: SQLiteEngine) -> None:
    built: list[tuple[str, ...]] = []

    def build(*names: str) -> Select[object]:
        built.append(names)
        return Band.select(Band.name).where(Band.name.is_in(list(names))).order_by(Band.name)

    named = KeptSelect(DB, build)
    for names in (["a"], ["b"], ["' OR 1=1 --"], ["c", "a"], ["{}", "?"]):
        rows = await DB.run_querystring(named(*names))
        assert [row["name"] for row in rows] == sorted({"a", "b", "c"}.intersection(names))
    assert [len(one) for one in built] == [1, 2]
    assert not {"a", "b", "c"}.intersection(built[0] + built[1])


async def test_grouped_selects_return_the_rows_of_each_also_in_a_transaction(bound: SQLiteEngine) -> None:
    named = KeptSelect(DB, lambda name: Band.select(Band.name).where(Band.name == name))
    group = SelectGroup(named("b"), named("none"), Band.select(Band.name).querystrings[0])
    expected = [[{"name": "b"}], [], [{"name": name} for name in "abc"]]
    assert await DB.run_querystring(group) == expected
    async with DB.transaction():
        await Band.insert(Band(name="d"))
        assert await DB.run_querystring(group) == [*expected[:2], [*expected[2], {"name": "d"}]]

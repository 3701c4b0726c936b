"""The memory of closed connections is returned to the operating system."""

from pathlib import Path

from piccolo.querystring import QueryString

from piccolo_engines.memory import release_memory
from piccolo_engines.sqlite import SQLiteEngine
from piccolo_engines.sqlite.lanes import Lane
from piccolo_engines.sqlite.upkeep import Upkeep
from tests.support.waiting import until


def looked_after(engine: SQLiteEngine, upkeep: Upkeep) -> SQLiteEngine:
    for lane in (engine._writer, engine._readers, engine._streams):
        assert isinstance(lane, Lane)
        lane._upkeep = upkeep
    return engine


async def test_memory_is_returned_after_connections_were_closed_and_not_for_each_of_them(
    tmp_path: Path,
) -> None:
    released: list[int] = []
    upkeep = Upkeep(0.001, release=lambda: released.append(1), release_pause=3600)
    engine = looked_after(SQLiteEngine(tmp_path / "a.sqlite", idle=0.001), upkeep)
    await engine.run_querystring(QueryString("SELECT 1"))
    await until(lambda: released)
    assert engine.open_connections == 0

    other = looked_after(SQLiteEngine(tmp_path / "b.sqlite", idle=3600), upkeep)
    await other.run_querystring(QueryString("SELECT 1"))
    await other.close()
    await engine.close()
    assert released == [1], "within the pause"


async def test_also_when_an_engine_is_closed_and_nothing_else_is_looked_after(tmp_path: Path) -> None:
    released: list[int] = []
    upkeep = Upkeep(0.001, release=lambda: released.append(1), release_pause=0)
    engine = looked_after(SQLiteEngine(tmp_path / "a.sqlite", idle=3600), upkeep)
    await engine.run_querystring(QueryString("SELECT 1"))
    assert not released
    await engine.close()
    await until(lambda: released)


def test_releasing_memory_is_harmless() -> None:
    release_memory()
    release_memory()

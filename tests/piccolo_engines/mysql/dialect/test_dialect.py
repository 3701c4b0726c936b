"""What is changed in Piccolo is listed, exists, and serves MySQL only."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import pytest
from piccolo.columns import Varchar
from piccolo.engine.sqlite import SQLiteEngine
from piccolo.table import Table

import piccolo_engines.mysql
from piccolo_engines.mysql import MySQLEngine, PoolSettings
from piccolo_engines.mysql.dialect import PATCHES, Patch, UnknownPiccolo, install, patching


def test_every_patch_has_a_reason_and_none_is_listed_twice() -> None:
    assert all(patch.reason for patch in PATCHES)
    assert len({(id(patch.owner), patch.attribute) for patch in PATCHES}) == len(PATCHES)
    assert all(patch.attribute in vars(patch.owner) for patch in PATCHES)


def test_installing_again_changes_nothing() -> None:
    before = [vars(patch.owner)[patch.attribute] for patch in PATCHES]
    install()
    assert [vars(patch.owner)[patch.attribute] for patch in PATCHES] == before


def test_an_unknown_piccolo_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(patching, "version", lambda _: "1.39.0")
    with pytest.raises(UnknownPiccolo, match=r"1\.39\.0"):
        patching.apply([])


@pytest.mark.parametrize("adds", [False, True])
def test_a_piccolo_that_is_not_as_expected_is_refused(adds: bool) -> None:
    attribute = "like" if adds else "no_such_method"
    with pytest.raises(UnknownPiccolo, match=attribute):
        patching.apply([Patch(Varchar.__mro__[1], attribute, lambda original: original, "test", adds=adds)])


def test_other_engines_get_piccolos_own(tmp_path_factory: pytest.TempPathFactory) -> None:
    engine = SQLiteEngine(str(tmp_path_factory.mktemp("db") / "x.sqlite"))

    class Plain(Table, db=engine):
        name = Varchar()

    assert Plain.name.column_type == "VARCHAR(255)"
    assert Plain.name.ddl == "\"name\" VARCHAR(255) NOT NULL DEFAULT ''"
    query = Plain.select(Plain.name).where(Plain.name == "a")
    assert query.querystrings[0].compile_string("sqlite") == (
        'SELECT ALL "plain"."name" AS "name" FROM "plain" WHERE "plain"."name" = ?',
        ["a"],
    )


PACKAGE = Path(piccolo_engines.mysql.__file__).parent


def calls_of_the_dialect(work: Callable[[], object]) -> list[str]:
    """The functions of the MySQL engine that the work calls."""
    called: list[str] = []

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call" and Path(frame.f_code.co_filename).is_relative_to(PACKAGE):
            called.append(frame.f_code.co_name)

    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(None)
    return called


def test_a_query_of_another_engine_passes_by_the_dialect_once_for_each_part(tmp_path: Path) -> None:
    engine = SQLiteEngine(str(tmp_path / "x.sqlite"))

    class Passer(Table, db=engine):
        name = Varchar()

    query = Passer.select(Passer.name).where(Passer.name == "a").order_by(Passer.name).limit(1)
    built = calls_of_the_dialect(lambda: query.querystrings[0].compile_string("sqlite"))
    assert sorted(built) == ["get_formatted_tablename", "querystring", "querystrings", "serves_mysql"]


def test_importing_changes_no_package_but_piccolo() -> None:
    owners = [getattr(patch.owner, "__module__", patch.owner.__name__) for patch in PATCHES]
    assert {owner.partition(".")[0] for owner in owners} == {"piccolo"}
    code = """
import sys
before = list(sys.meta_path)
import piccolo_engines.mysql
sys.exit(sys.meta_path != before or "piccolo_api" in sys.modules)
"""
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


async def test_sql_is_run_as_it_is_outside_the_pool(database: dict[str, object]) -> None:
    engine = MySQLEngine(database, PoolSettings(max_size=1))
    assert await engine._run_in_new_connection("SELECT '{}%' AS text, 1 AS one") == [
        {"text": "{}%", "one": 1}
    ]
    assert await engine._run_in_new_connection("DROP TABLE IF EXISTS a, b CASCADE") == []
    assert engine.pool is None

"""Piccolo's own command writes migrations and runs them, forwards and backwards, in a project on MySQL."""

import decimal
import re
import signal
from collections import Counter
from collections.abc import Iterator

import pytest
from piccolo.querystring import QueryString
from piccolo.table import TABLE_REGISTRY, Table, create_db_tables, drop_db_tables

from piccolo_engines.mysql import MySQLEngine
from piccolo_engines.mysql.migrations.journal import JOURNAL
from tests.piccolo_engines.mysql.project import MANY_CHANGES, VERSIONS, Project, make_project
from tests.piccolo_engines.mysql.tables import bound


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """Its migrations are written once: that needs no database."""
    return make_project(tmp_path_factory.mktemp("project"))


@pytest.fixture
def registry() -> Iterator[None]:
    """Tables that a test makes are forgotten afterwards."""
    before = list(TABLE_REGISTRY)
    yield
    TABLE_REGISTRY[:] = before


def tables_of(version: int, engine: MySQLEngine) -> list[type[Table]]:
    namespace: dict[str, object] = {"__name__": f"music_{version}"}
    exec(VERSIONS[version], namespace)  # noqa: S102 - our own text
    found = [
        one
        for one in namespace.values()
        if isinstance(one, type) and issubclass(one, Table) and one is not Table
    ]
    bound(engine, *found)
    return found


async def shown(engine: MySQLEngine) -> dict[str, list[str]]:
    """The tables of the project as the server shows them; the order of columns and keys does not matter."""
    tables = await engine.run_querystring(QueryString("SHOW TABLES"))
    found = {}
    for (name,) in (row.values() for row in tables):
        if "migration" in name:
            continue
        (row,) = await engine.run_querystring(QueryString(f'SHOW CREATE TABLE "{name}"'))
        lines = row["Create Table"].splitlines()[1:-1]
        found[name] = sorted(_plain(line) for line in lines)
    return found


def _plain(line: str) -> str:
    """Without what says the same twice, and without names of constraints, which renaming a table leaves."""
    line = re.sub(r" (CHARACTER SET|COLLATE) \w+", "", line.strip().rstrip(","))
    return re.sub(r'^(CONSTRAINT|UNIQUE KEY|KEY) "\w+"', r"\1", line)


def _without_plain_keys(tables: dict[str, list[str]]) -> dict[str, list[str]]:
    """InnoDB makes an index for a foreign key and leaves it when that goes."""
    return {name: [line for line in lines if not line.startswith("KEY ")] for name, lines in tables.items()}


async def test_every_kind_of_change_forwards_and_backwards(
    project: Project, engine: MySQLEngine, database: dict[str, object], registry: None
) -> None:
    states = [await shown(engine)]
    for version, migration in enumerate(project.migrations):
        project.be(version)
        said = project.piccolo(database, "migrations", "forwards", "music", migration)
        assert "ok!" in said
        states.append(await shown(engine))
        if version == 0:
            await engine.run_ddl("INSERT INTO manager (name) VALUES ('Guido')")
            await engine.run_ddl(
                "INSERT INTO band (id, name, popularity, fee, manager, note, founded, gone) "
                "VALUES (REPEAT('x', 16), 'Ünï', 7, 12.50, 1, 'n', '2020-02-29 10:00:00.000001', 1.5)"
            )
    (row,) = await engine.run_querystring(QueryString("SELECT * FROM band"))
    kept = {"name": "Ünï", "popularity": 7, "fee": decimal.Decimal("12.500"), "manager": 1, "remark": "n"}
    assert {name: row[name] for name in kept} == kept
    assert "No migrations need to be run" in project.piccolo(database, "migrations", "forwards", "music")

    for version, state in enumerate(await fresh(engine)):
        assert _without_plain_keys(states[version + 1]) == _without_plain_keys(state), version

    project.be(len(VERSIONS) - 1)
    for version in (4, 3, 1):
        undone = project.migrations[version]
        project.piccolo(database, "migrations", "backwards", "music", undone, "--auto_agree")
        assert _without_plain_keys(await shown(engine)) == _without_plain_keys(states[version]), version
    assert project.piccolo(database, "migrations", "forwards", "music").count("ok!") == len(VERSIONS) - 1
    assert await shown(engine) == states[-1]


async def fresh(engine: MySQLEngine) -> list[dict[str, list[str]]]:
    """What the tables of each version look like when they are created as they are."""
    name = "fresh_" + (await engine.run_querystring(QueryString("SELECT DATABASE() AS name")))[0]["name"]
    await engine.run_ddl(f'CREATE DATABASE "{name}"')
    other = MySQLEngine({**engine.config, "database": name})
    try:
        found = []
        for version in range(len(VERSIONS)):
            tables = tables_of(version, other)
            await create_db_tables(*tables)
            found.append(await shown(other))
            await drop_db_tables(*tables)
        return found
    finally:
        await engine.run_ddl(f'DROP DATABASE "{name}"')


@pytest.mark.parametrize("direction", ["forwards", "backwards"])
async def test_killed_after_every_statement_it_goes_on_and_does_nothing_twice(
    project: Project, engine: MySQLEngine, database: dict[str, object], direction: str
) -> None:
    migration = project.migrations[MANY_CHANGES]
    start = project.migrations[MANY_CHANGES if direction == "backwards" else MANY_CHANGES - 1]
    project.be(MANY_CHANGES)
    project.piccolo(database, "migrations", "forwards", "music", start)
    report = project.python(database, "killing.py", direction, migration)
    assert report["status"] == 0
    *killed, last = report["statuses"]
    assert set(killed) == {-signal.SIGKILL}
    assert last == 0
    assert report["found"] == report["wanted"]

    expected, sent = _changes(report["clean"]), _changes(report["sent"])
    unanswered = Counter(sql for sql, lost in report["sent"] if lost)  # these may not have arrived
    assert sum(expected.values()) >= 9
    assert len(killed) >= 3 * sum(expected.values())
    assert not expected - sent, "left out"
    assert not sent - expected - unanswered, "done twice"
    assert unanswered


def _changes(sent: list[list[object]]) -> Counter[str]:
    """The migration's own DDL. Changes of rows are in transactions: what they did is in the tables."""
    own = ("CREATE", "ALTER", "DROP", "RENAME")
    return Counter(str(sql) for sql, _ in sent if str(sql).startswith(own) and JOURNAL not in str(sql))

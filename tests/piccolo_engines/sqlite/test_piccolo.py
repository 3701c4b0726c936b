"""Whatever Piccolo can ask, our engine answers as Piccolo's own does: each query below is put to both."""

import asyncio
import datetime as dt
import decimal
import uuid
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns import Boolean, Integer, Text, Varchar
from piccolo.columns.combination import WhereRaw
from piccolo.engine.base import Engine
from piccolo.engine.sqlite import SQLiteEngine as PiccoloSQLiteEngine
from piccolo.query.functions import Avg, Count, Length, Lower, Max, Min, Sum, Upper
from piccolo.querystring import QueryString
from piccolo.table import create_db_tables, drop_db_tables

from piccolo_engines.errors import StatementError
from piccolo_engines.sqlite import SQLiteEngine
from tests.piccolo_engines.tables import DB, TABLES, Band, Counter, Everything, Genre, GenreToBand, Manager

Ask = Callable[[], Awaitable[Any]]


def key(number: int) -> uuid.UUID:
    return uuid.UUID(int=number)


def moment(number: int = 0) -> dt.datetime:
    return dt.datetime(2024, 2, 29, 23, 59, 58, number, tzinfo=dt.UTC)


async def fill() -> None:
    stamps = {"created_at": moment(), "updated_at": moment(1)}
    await create_db_tables(*TABLES)
    await Manager.insert(*(Manager(id=key(n), name=f"Manager {n}", **stamps) for n in range(3)))
    await Band.insert(
        *(
            Band(id=key(n), name=f"Band {n}", popularity=n * 10, manager=key(n % 3), **stamps)
            for n in range(6)
        )
    )
    await Genre.insert(*(Genre(id=key(n), name=f"Genre {n}") for n in range(3)))
    await GenreToBand.insert(*(GenreToBand(id=key(n), band=key(n % 6), genre=key(n % 3)) for n in range(9)))


async def objects_as_dicts(objects: list[Any]) -> list[dict[str, Any]]:
    return [item.to_dict() for item in objects]


async def saved_and_removed() -> Any:
    manager = Manager(id=key(99), name="New", created_at=moment(), updated_at=moment())
    await manager.save()
    band = Band(id=key(99), name="Also new", manager=manager, created_at=moment(), updated_at=moment())
    await band.save()
    related = await band.get_related(Band.manager)
    refreshed = await Band.objects().get(Band.id == key(99))
    assert refreshed is not None
    await refreshed.refresh()
    await band.remove()
    return (
        related.to_dict() if related else None,
        refreshed.to_dict(),
        await Band.exists().where(Band.id == key(99)),
    )


async def many_to_many() -> Any:
    band = await Band.objects().get(Band.id == key(0))
    assert band is not None
    await band.add_m2m(Genre(id=key(50), name="Added"), m2m=Band.genres)
    names = sorted(genre.name for genre in await band.get_m2m(Band.genres))
    added = await Genre.objects().get(Genre.id == key(50))
    assert added is not None
    await band.remove_m2m(added, m2m=Band.genres)
    return names, sorted(genre.name for genre in await band.get_m2m(Band.genres))


NEW_MANAGER = {Manager.id: key(70), Manager.created_at: moment(), Manager.updated_at: moment()}


async def got_or_created() -> Any:
    old = await Manager.objects().get_or_create(Manager.name == "Manager 1")
    new = await Manager.objects().get_or_create(Manager.name == "Nobody yet", defaults=NEW_MANAGER)
    return old.id, old._was_created, new.id, new._was_created


async def counted(number: int) -> Any:
    counters = [Counter(number=n) for n in range(number)]
    await Counter.insert(*counters)
    return [counter.id for counter in counters], await Counter.select().order_by(Counter.id)


async def upserted() -> Any:
    band = Band(id=key(1), name="Renamed", popularity=5, created_at=moment(), updated_at=moment())
    ignored = await Band.insert(band).on_conflict(action="DO NOTHING")
    updated = (
        await Band.insert(band)
        .on_conflict(target=Band.id, action="DO UPDATE", values=[Band.name, (Band.popularity, 7)])
        .returning(Band.id, Band.popularity)
    )
    return ignored, updated, await Band.select(Band.name, Band.popularity).where(Band.id == key(1))


async def indexed() -> Any:
    await Band.create_index([Band.popularity, Band.name])
    before = await Band.indexes()
    await Band.drop_index([Band.popularity, Band.name])
    return before, await Band.indexes()


async def altered() -> Any:
    await Manager.alter().add_column("age", Integer(default=7, null=True))
    await Manager.alter().rename_column("age", "years")
    await Manager.raw("UPDATE manager SET years = {} WHERE name = {}", 8, "Manager 1")
    rows = await Manager.raw("SELECT name, years FROM manager ORDER BY name")
    await Manager.alter().drop_column("years")
    await Manager.alter().rename_table("boss")
    await Manager.raw("ALTER TABLE boss RENAME TO manager")
    return rows, await Manager.raw("SELECT * FROM manager ORDER BY name")


async def made_and_dropped() -> Any:
    await drop_db_tables(Everything, Counter)
    gone = await Counter.table_exists(), await Manager.table_exists()
    await create_db_tables(Counter, if_not_exists=True)
    await create_db_tables(Counter, if_not_exists=True)
    await Counter.alter().drop_table()
    return gone, await Counter.table_exists()


async def frozen() -> Any:
    query = Band.select(Band.name).where(Band.popularity > 20).order_by(Band.name).freeze()
    return await query.run(), await query.run()


async def kept_in_json() -> Any:
    await Everything.insert(
        Everything(id=key(1), json={"a": [1, {"b": None}]}, jsonb={"c": "é"}, array=[1, 2, 3]),
        Everything(id=key(2), json='{"a": 2}'),
    )
    return (
        await Everything.select(Everything.json, Everything.jsonb, Everything.array).order_by(Everything.id),
        await Everything.select(Everything.json, Everything.jsonb)
        .output(load_json=True)
        .order_by(Everything.id),
        [row.json for row in await Everything.objects().order_by(Everything.id).output(load_json=True)],
    )


async def ask_objects() -> Any:
    return await objects_as_dicts(await Band.objects().where(Band.popularity > 10).order_by(Band.name))


async def ask_prefetched() -> Any:
    bands = await Band.objects(Band.manager).order_by(Band.name)
    return [(band.name, band.manager.name) for band in bands]


QUESTIONS: dict[str, Ask] = {
    "all rows": lambda: Band.select().order_by(Band.name).run(),
    "some columns": lambda: (
        Band.select(Band.name, Band.popularity).order_by(Band.popularity, ascending=False).run()
    ),
    "first": lambda: Band.select().where(Band.name == "Band 3").first().run(),
    "first of none": lambda: Band.select().where(Band.name == "nobody").first().run(),
    "a list": lambda: Band.select(Band.name).order_by(Band.name).output(as_list=True).run(),
    "JSON": lambda: Band.select(Band.id, Band.created_at).order_by(Band.id).output(as_json=True).run(),
    "a join": lambda: Band.select(Band.name, Band.manager.name).order_by(Band.name).run(),
    "a nested join": lambda: (
        Band.select(Band.name, Band.manager.all_columns()).order_by(Band.name).output(nested=True).run()
    ),
    "all columns of all": lambda: (
        Band.select(Band.all_columns(), Band.manager.all_columns()).order_by(Band.id).run()
    ),
    "an alias": lambda: Band.select(Band.name.as_alias("title")).order_by(Band.name).run(),
    "conditions": lambda: (
        Band.select(Band.name)
        .where(((Band.popularity > 10) & (Band.popularity <= 40)) | (Band.name == "Band 0"))
        .order_by(Band.name)
        .run()
    ),
    "patterns": lambda: Band.select(Band.name).where(Band.name.like("Band%"), Band.name.not_like("%3")).run(),
    "sets": lambda: (
        Band.select(Band.name)
        .where(Band.id.is_in([key(1), key(2), key(3)]), Band.name.not_in(["Band 2"]))
        .order_by(Band.name)
        .run()
    ),
    "sub-selects": lambda: (
        Band.select(Band.name)
        .where(Band.manager.is_in(Manager.select(Manager.id).where(Manager.name == "Manager 2")))
        .order_by(Band.name)
        .run()
    ),
    "nulls": lambda: Band.select(Band.name).where(Band.manager.is_not_null(), Band.name.is_not_null()).run(),
    "related conditions": lambda: Band.select(Band.name).where(Band.manager.name == "Manager 1").run(),
    "raw conditions": lambda: Band.select(Band.name).where(WhereRaw("popularity = {}", 30)).run(),
    "limit and offset": lambda: Band.select(Band.name).order_by(Band.name).limit(2).offset(3).run(),
    "distinct": lambda: Band.select(Band.manager).distinct().order_by(Band.manager).run(),
    "groups": lambda: (
        Band.select(Band.manager.name, Count(), Sum(Band.popularity))
        .group_by(Band.manager.name)
        .order_by(Band.manager.name)
        .run()
    ),
    "aggregates": lambda: Band.select(
        Avg(Band.popularity), Max(Band.name), Min(Band.popularity).as_alias("low"), Max(Band.created_at)
    ).run(),
    "functions": lambda: (
        Band.select(Upper(Band.name), Lower(Band.name), Length(Band.name)).order_by(Band.name).run()
    ),
    "count": lambda: Band.count().where(Band.popularity > 10).run(),
    "exists": lambda: Band.exists().where(Band.name == "Band 1").run(),
    "many to many": lambda: (
        Band.select(Band.name, Band.genres(Genre.id, Genre.name)).order_by(Band.name).run()
    ),
    "many to many, as lists": lambda: (
        Band.select(Band.name, Band.genres(Genre.name, as_list=True)).order_by(Band.name).run()
    ),
    "many to many, ids": lambda: Band.select(Band.name, Band.genres(Genre.id)).order_by(Band.name).run(),
    "objects": ask_objects,
    "prefetched objects": ask_prefetched,
    "many to many, changed": many_to_many,
    "get or create": got_or_created,
    "saved and removed": saved_and_removed,
    "an integer key": lambda: counted(3),
    "returning": lambda: (
        Genre.update({Genre.name: Genre.name + "!"})
        .where(Genre.name == "Genre 1")
        .returning(Genre.id, Genre.name)
        .run()
    ),
    "deleting": lambda: (
        GenreToBand.delete().where(GenreToBand.band == key(1)).returning(GenreToBand.id).run()
    ),
    "on conflict": upserted,
    "indexes": indexed,
    "altered tables": altered,
    "made and dropped tables": made_and_dropped,
    "frozen queries": frozen,
    "JSON columns": kept_in_json,
    "raw": lambda: Band.raw(
        "SELECT name, created_at, popularity / 3.0 AS third FROM band ORDER BY name"
    ).run(),
}


async def answer(engine: Engine[Any], ask: Ask) -> Any:
    """The answer, and what the database holds afterwards."""
    with DB.bind(engine):
        await fill()
        found = await ask()
        rest = await Band.select().order_by(Band.id), await Manager.select().order_by(Manager.id)
    return found, rest


@pytest.mark.parametrize("ask", QUESTIONS.values(), ids=QUESTIONS)
async def test_the_answer_is_that_of_piccolos_own_engine(tmp_path: Path, ask: Ask) -> None:
    ours = SQLiteEngine(tmp_path / "ours.sqlite", synchronous="OFF")
    theirs = PiccoloSQLiteEngine(str(tmp_path / "theirs.sqlite"))
    assert repr(await answer(ours, ask)) == repr(await answer(theirs, ask))
    await ours.close()


def moments(**kwargs: Any) -> st.SearchStrategy[dt.datetime]:
    first, last = dt.datetime(1000, 1, 2), dt.datetime(9999, 12, 30)  # noqa: DTZ001  # hypothesis adds the zone
    return st.datetimes(min_value=first, max_value=last, **kwargs)


VALUES = {
    "varchar": st.text(st.characters(codec="utf-8"), max_size=50),
    "text": st.text(st.characters(codec="utf-8")),
    "integer": st.integers(-(2**31), 2**31 - 1),
    "big": st.integers(-(2**63), 2**63 - 1),
    "small": st.integers(-(2**15), 2**15 - 1),
    "boolean": st.booleans(),
    "real": st.floats(allow_nan=False, allow_infinity=False),
    "double": st.floats(allow_nan=False, allow_infinity=False),
    "numeric": st.decimals(-(10**12), 10**12, places=2),
    "date": st.dates(),
    "time": st.times(),
    "timestamp": moments(),
    "timestamptz": moments(timezones=st.just(dt.UTC)),
    "interval": st.timedeltas(dt.timedelta(-1000), dt.timedelta(1000)),
    "uuid": st.uuids(),
    "bytes": st.binary(),
    "array": st.lists(st.integers(-1000, 1000)),
}


@pytest.fixture(scope="module")
def everything(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SQLiteEngine]:
    """An engine with the table of all types, for many small event loops."""
    engine = SQLiteEngine(tmp_path_factory.mktemp("types") / "a.sqlite", synchronous="OFF")
    with DB.bind(engine):
        Everything.create_table().run_sync()
    yield engine
    asyncio.run(engine.close())


@pytest.mark.parametrize("column", VALUES)
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_values_of_every_type_come_back_equal_and_can_be_found(
    everything: SQLiteEngine, column: str, data: st.DataObject
) -> None:
    value = data.draw(VALUES[column])

    async def there_and_back() -> Any:
        with DB.bind(everything):
            row = Everything(**{column: value})
            await row.save()
            found = await Everything.select(column).where(Everything.id == row.id).first()
            assert found is not None
            if column not in {"array", "interval", "real", "double", "numeric"}:
                field = Everything._meta.get_column_by_name(column)
                assert await Everything.exists().where(field == value, Everything.id == row.id)
            return found[column]

    back = asyncio.run(there_and_back())
    assert back == value
    assert type(back) is type(value)


def test_decimals_are_exact_to_fifteen_digits(everything: SQLiteEngine) -> None:
    async def there_and_back() -> Any:
        with DB.bind(everything):
            row = Everything(numeric=decimal.Decimal("9999999999999.99"))
            await row.save()
            return await Everything.select(Everything.numeric).where(Everything.id == row.id).first()

    assert asyncio.run(there_and_back()) == {"numeric": decimal.Decimal("9999999999999.99")}


@pytest.fixture
def migration(bound: SQLiteEngine, monkeypatch: pytest.MonkeyPatch) -> MigrationManager:
    """A migration that makes a table."""
    monkeypatch.setenv("PICCOLO_CONF", "tests.piccolo_engines.piccolo_project")
    manager = MigrationManager(migration_id="1", app_name="test")
    manager.add_table("Venue", tablename="venue")
    for name, kind in (("name", Varchar), ("is_open", Boolean), ("about", Text)):
        manager.add_column("Venue", "venue", column_name=name, column_class=kind, params={"null": True})
    return manager


async def columns_of(table: str) -> list[str]:
    rows = await DB.run_querystring(QueryString("SELECT name FROM pragma_table_info({})", table))
    return [row["name"] for row in rows]


async def test_migrations_run_forwards_and_backwards(migration: MigrationManager) -> None:
    await migration.run()
    assert await columns_of("venue") == ["id", "name", "is_open", "about"]
    await migration.run(backwards=True)
    assert await columns_of("venue") == []


async def test_a_migration_that_fails_in_the_middle_leaves_nothing(migration: MigrationManager) -> None:
    migration.drop_table("Nowhere", tablename="nowhere")  # after "venue" was made
    with pytest.raises(StatementError):
        await migration.run()
    assert await columns_of("venue") == []

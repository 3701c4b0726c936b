"""Simple selects are put together at once: with the same outcome as when Piccolo does it."""

import datetime as dt
import gc
import uuid
import weakref
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from piccolo.columns import Array, Boolean, Integer, Timestamptz, Varchar
from piccolo.columns.combination import Where
from piccolo.query.methods.select import Select
from piccolo.querystring import QueryString
from piccolo.table import TABLE_REGISTRY, Table

from piccolo_engines.mysql import MySQLEngine
from piccolo_engines.mysql.dialect import selects
from piccolo_engines.mysql.dialect.plain import plain_select
from piccolo_engines.mysql.templates import compiled
from tests.piccolo_engines.mysql.tables import MUSIC, Band, Genre, Manager, bound, created

KEY = uuid.UUID("01900000-0000-7000-8000-000000000001")

PLAIN: list[Callable[[], Select[Any]]] = [
    lambda: Band.select(),
    lambda: Band.select(Band.name, Band.popularity.as_alias("p")),
    lambda: Band.select(Band.id).where(Band.id == KEY),
    lambda: Band.select(Band.id).where(Band.id == str(KEY)),
    lambda: Band.select().where((Band.name == "a") & ((Band.popularity > 1) | (Band.active == False))),  # noqa: E712
    lambda: Band.select().where(Band.name.is_in(["a", "b"]), Band.fee.is_null(), Band.manager.not_in([1])),
    lambda: Band.select().where(Band.name.like("100%{}"), Band.name.ilike("%s"), Band.fee != None),  # noqa: E711
    lambda: Band.select(Band.name).order_by(Band.popularity, Band.name, ascending=False).limit(3).offset(2),
    lambda: Band.select().where(Band.founded <= dt.datetime(2026, 1, 1, tzinfo=dt.UTC)).order_by(Band.id),
]

NOT_PLAIN: list[Callable[[], Select[Any]]] = [
    lambda: Band.select(Band.name, Band.manager.name),
    lambda: Band.select(Band.name).where(Band.manager.name == "x"),
    lambda: Band.select(Band.name).order_by(Band.manager.name),
    lambda: Band.select(Band.name).order_by(QueryString("1")),
    lambda: Band.select().distinct(),
    lambda: Band.select(Band.name).group_by(Band.name),
    lambda: Band.select(Band.name, Band.genres(Genre.name)),
    lambda: Band.select(Band.details.arrow("a")),
    lambda: Band.select().where(Band.details == {"a": 1}),
    lambda: Band.select().where(Band.name == Band.id),
    lambda: Band.select().where(Band.manager.is_in(Manager.select(Manager.id))),
    lambda: Band.select().where(Band.popularity == QueryString("1 + 1")),
    lambda: Band.select().where(QueryString("1 = 1")),
    lambda: Band.select().lock_rows(),
]


@pytest.fixture(autouse=True)
def bands() -> None:
    bound(MySQLEngine({}), *MUSIC)


def the_long_way(query: Select[Any], monkeypatch: pytest.MonkeyPatch) -> tuple[str, list[Any]]:
    with monkeypatch.context() as patch:
        patch.setattr(selects, "plain_select", lambda _: None)
        (querystring,) = query.querystrings
    return compiled(querystring)


@pytest.mark.parametrize("make", PLAIN)
def test_the_sql_is_piccolos(make: Callable[[], Select[Any]], monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(2):  # the second time out of what is kept
        plain = plain_select(make())
        assert plain is not None
        assert compiled(plain) == the_long_way(make(), monkeypatch)


@pytest.mark.parametrize("make", NOT_PLAIN)
def test_what_is_not_simple_goes_piccolos_way(make: Callable[[], Select[Any]]) -> None:
    assert plain_select(make()) is None


def conditions() -> st.SearchStrategy[Where]:
    comparisons = st.one_of(
        st.builds(lambda value: Band.name == value, st.text() | st.none()),
        st.builds(lambda value: Band.popularity >= value, st.integers()),
        st.builds(lambda values: Band.name.is_in(values), st.lists(st.text(), min_size=1, max_size=3)),
        st.builds(lambda value: Band.name.not_like(f"{value}%"), st.text()),
    )
    return st.recursive(
        comparisons,
        lambda inner: (
            st.builds(lambda a, b: a & b, inner, inner) | st.builds(lambda a, b: a | b, inner, inner)
        ),
        max_leaves=6,
    )


@given(condition=conditions())
def test_any_condition_reads_the_same_both_ways(condition: Where) -> None:
    query = Band.select(Band.id).where(condition)
    plain = plain_select(query)
    with pytest.MonkeyPatch.context() as monkeypatch:
        standard = the_long_way(query, monkeypatch)
    assert plain is not None
    assert compiled(plain) == standard


def test_a_renamed_table_is_another_table(monkeypatch: pytest.MonkeyPatch) -> None:
    Manager.select().querystrings  # noqa: B018 - so that something is kept
    monkeypatch.setattr(Manager._meta, "tablename", "chief")
    assert '"chief"."name"' in str(Manager.select().where(Manager.name == "a"))


def test_what_is_kept_goes_with_its_table() -> None:
    class Passing(Table):
        name = Varchar()

    bound(MySQLEngine({}), Passing)
    Passing.select().where(Passing.name == "a").querystrings  # noqa: B018
    Passing.insert(Passing(name="a")).querystrings  # noqa: B018
    TABLE_REGISTRY.remove(Passing)
    gone = weakref.ref(Passing)
    del Passing
    gc.collect()
    assert gone() is None


class Shape(Table):
    name = Varchar()
    flag = Boolean(null=True, default=None)
    at = Timestamptz(null=True, default=None)
    tags = Array(base_column=Varchar(), null=True, default=None)
    size = Integer(null=True, default=None)


async def test_rows_are_the_same_however_often_they_are_read(engine: MySQLEngine) -> None:
    at = dt.datetime(2040, 2, 29, 23, 59, 59, 999999, tzinfo=dt.UTC)
    async with created(engine, Shape):
        await Shape.insert(
            Shape(name="a", flag=True, at=at, tags=["x"], size=7),
            Shape(name="b"),
            Shape(name="c", flag=False),
        )
        for _ in range(4):  # first the slow way, then by what was made for the shape
            assert await Shape.select(Shape.name, Shape.flag, Shape.at, Shape.size) == [
                {"name": "a", "flag": True, "at": at, "size": 7},
                {"name": "b", "flag": None, "at": None, "size": None},
                {"name": "c", "flag": False, "at": None, "size": None},
            ]
            assert [row["tags"] for row in await Shape.select().order_by(Shape.name)] == [["x"], None, None]
            assert await Shape.select(Shape.flag).where(Shape.name == "none") == []


async def test_a_changed_column_is_read_as_what_it_is_now(engine: MySQLEngine) -> None:
    async with created(engine, Shape):
        await Shape(name="a", size=1).save()
        for _ in range(3):
            assert await Shape.select(Shape.size) == [{"size": 1}]
        await engine.run_ddl('ALTER TABLE "shape" MODIFY "size" VARCHAR(10)')
        for _ in range(3):
            assert await Shape.select(Shape.size) == [{"size": "1"}]

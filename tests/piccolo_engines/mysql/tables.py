"""Tables that the tests share, and how they are given an engine."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from piccolo.columns import (
    JSON,
    UUID,
    Boolean,
    ForeignKey,
    Integer,
    LazyTableReference,
    Numeric,
    Timestamptz,
    Varchar,
)
from piccolo.columns.m2m import M2M
from piccolo.columns.readable import Readable
from piccolo.table import Table, create_db_tables

from piccolo_engines.mysql import MySQLEngine


class Manager(Table):
    name = Varchar(length=50, unique=True)

    @classmethod
    def get_readable(cls) -> Readable:
        return Readable(template="%s (100%%)", columns=[cls.name])


class Band(Table):
    id = UUID(primary_key=True)
    name = Varchar(length=100, index=True)
    manager = ForeignKey(Manager)
    popularity = Integer()
    active = Boolean(default=True)
    founded = Timestamptz()
    details = JSON()
    fee = Numeric(digits=(10, 2), null=True, default=None)
    genres = M2M(LazyTableReference("GenreToBand", module_path=__name__))


class Genre(Table):
    name = Varchar(length=50)
    bands = M2M(LazyTableReference("GenreToBand", module_path=__name__))


class GenreToBand(Table):
    band = ForeignKey(Band)
    genre = ForeignKey(Genre)


MUSIC: tuple[type[Table], ...] = (Manager, Band, Genre, GenreToBand)


def bound(engine: MySQLEngine, *tables: type[Table]) -> None:
    """Let the tables use this engine."""
    for table in tables:
        table._meta.db = engine


@asynccontextmanager
async def created(engine: MySQLEngine, *tables: type[Table]) -> AsyncIterator[None]:
    """The tables, in the engine's database, which goes with the test."""
    bound(engine, *tables)
    await create_db_tables(*tables)
    yield

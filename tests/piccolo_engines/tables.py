"""Tables for these tests, on a slot of their own: bands, their managers, and the genres that they play."""

from piccolo.columns import (
    JSON,
    JSONB,
    M2M,
    UUID,
    Array,
    BigInt,
    Boolean,
    Bytea,
    Date,
    DoublePrecision,
    ForeignKey,
    Integer,
    Interval,
    LazyTableReference,
    Numeric,
    Real,
    SmallInt,
    Text,
    Time,
    Timestamp,
    Timestamptz,
    Varchar,
)
from piccolo.columns.base import OnDelete
from piccolo.table import Table

from piccolo_engines.columns import Timestamps, new_id
from piccolo_engines.routed import RoutedEngine

DB = RoutedEngine("test")


class Manager(Timestamps, Table, db=DB):
    id = UUID(primary_key=True, default=new_id)
    name = Varchar(unique=True)


class Band(Timestamps, Table, db=DB):
    id = UUID(primary_key=True, default=new_id)
    name = Varchar(unique=True)
    popularity = Integer()
    manager = ForeignKey(Manager, on_delete=OnDelete.restrict, null=True)
    genres = M2M(LazyTableReference("GenreToBand", module_path=__name__))


class Genre(Table, db=DB):
    id = UUID(primary_key=True, default=new_id)
    name = Varchar()
    bands = M2M(LazyTableReference("GenreToBand", module_path=__name__))


class GenreToBand(Table, db=DB):
    id = UUID(primary_key=True, default=new_id)
    band = ForeignKey(Band)
    genre = ForeignKey(Genre)


class Counter(Table, db=DB):
    """With the integer primary key that Piccolo gives by itself."""

    number = Integer()


class Everything(Table, db=DB):
    """A column of every kind that SQLite has."""

    id = UUID(primary_key=True, default=new_id)
    varchar = Varchar(null=True)
    text = Text(null=True)
    integer = Integer(null=True)
    big = BigInt(null=True)
    small = SmallInt(null=True)
    boolean = Boolean(null=True)
    real = Real(null=True)
    double = DoublePrecision(null=True)
    numeric = Numeric((15, 2), null=True)
    date = Date(null=True)
    time = Time(null=True)
    timestamp = Timestamp(null=True)
    timestamptz = Timestamptz(null=True)
    interval = Interval(null=True)
    uuid = UUID(null=True)
    json = JSON(null=True)
    jsonb = JSONB(null=True)
    bytes = Bytea(null=True)
    array = Array(base_column=Integer(), null=True)


TABLES = (Manager, Band, Genre, GenreToBand, Counter, Everything)

"""Rows across tables: joins three deep, prefetched objects, many-to-many with columns of its own."""

import datetime as dt
from collections.abc import AsyncIterator
from typing import Any

import pytest
from piccolo.columns import JSON, Boolean, ForeignKey, Integer, LazyTableReference, Text, Timestamptz, Varchar
from piccolo.columns.m2m import M2M
from piccolo.query.functions import Count, Sum
from piccolo.table import Table

from piccolo_engines.mysql import MySQLEngine
from tests.piccolo_engines.mysql.tables import created


class Country(Table):
    name = Varchar(length=20)


class City(Table):
    name = Varchar(length=20)
    country = ForeignKey(Country)


class Person(Table):
    name = Varchar(length=20)
    city = ForeignKey(City)
    boss = ForeignKey("self")
    wage = Integer()
    skills = M2M(LazyTableReference("PersonToSkill", module_path=__name__))


class Skill(Table):
    code = Varchar(length=10, primary_key=True, default=None)
    info = JSON(null=True, default=None)
    since = Timestamptz(default=dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
    rare = Boolean(default=True)
    people = M2M(LazyTableReference("PersonToSkill", module_path=__name__))


class PersonToSkill(Table):
    person = ForeignKey(Person)
    skill = ForeignKey(Skill)
    reason = Text(null=True, default=None)
    level = Integer(default=3)


TABLES: tuple[type[Table], ...] = (Country, City, Person, Skill, PersonToSkill)
KEY = Person._meta.primary_key


@pytest.fixture
async def people(engine: MySQLEngine) -> AsyncIterator[MySQLEngine]:
    async with created(engine, *TABLES):
        await Country.insert(Country(name="UK"), Country(name="US"))
        await City.insert(City(name="London", country=1), City(name="New York", country=2))
        await Person.insert(
            Person(name="Ann", city=1, wage=10),
            Person(name="Bob", city=2, boss=1, wage=5),
            Person(name="Cy", city=2, boss=2, wage=3),
            Person(name="Di", city=None, wage=1),
        )
        await Skill.insert(Skill(code="sql", info={"a": [1]}), Skill(code="go", rare=False))
        await PersonToSkill.insert(
            PersonToSkill(person=1, skill="sql"),
            PersonToSkill(person=1, skill="go"),
            PersonToSkill(person=2, skill="go"),
        )
        yield engine


async def test_joins_three_deep(people: MySQLEngine) -> None:
    rows = await Person.select(Person.name, Person.city.country.name).order_by(KEY).output(nested=True)
    assert rows[::3] == [
        {"name": "Ann", "city": {"country": {"name": "UK"}}},
        {"name": "Di", "city": {"country": {"name": None}}},
    ]
    assert await Person.select(Person.boss.boss.name).where(Person.name == "Cy").output(as_list=True) == [
        "Ann"
    ]
    grouped = (
        await Person.select(Person.city.country.name.as_alias("country"), Count(), Sum(Person.wage))
        .group_by(Person.city.country.name)
        .order_by(Person.city.country.name, ascending=False)
    )
    assert [tuple(row.values()) for row in grouped] == [("US", 2, 8), ("UK", 1, 10), (None, 1, 1)]


async def test_what_is_found_over_joins_is_changed_and_deleted(people: MySQLEngine) -> None:
    where = Person.city.country.name == "US"
    raised = (
        await Person.update({Person.wage: Person.wage * 2}).where(where).returning(Person.name, Person.wage)
    )
    assert sorted(raised, key=str) == [{"name": "Bob", "wage": 10}, {"name": "Cy", "wage": 6}]
    assert await Person.delete().where(Person.boss.boss.name == "Ann").returning(Person.name) == [
        {"name": "Cy"}
    ]
    assert await Person.count().where(where) == 1


async def test_objects_are_prefetched_three_deep(people: MySQLEngine) -> None:
    ann, *_, di = await Person.objects(Person.city.country, Person.boss).order_by(KEY)
    assert (ann.city.country.name, ann.boss.name) == ("UK", None)
    assert (di.city.name, di.city.country.name) == (None, None)
    cy = await Person.objects().prefetch(Person.boss.boss).get(Person.name == "Cy")
    assert cy is not None
    assert cy.boss.boss.name == "Ann"


@pytest.mark.parametrize(
    ("gathered", "expected"),
    [
        (lambda: Person.skills(Skill.code, as_list=True), ["sql", "go"]),
        (lambda: Person.skills(Skill.rare, as_list=True), [True, False]),
        (lambda: Person.skills(Skill.info, as_list=True), ['{"a": [1]}', None]),
        (lambda: Person.skills(Skill.info, as_list=True, load_json=True), [{"a": [1]}, None]),
        (
            lambda: Person.skills(Skill.code, Skill.info, load_json=True),
            [{"code": "sql", "info": {"a": [1]}}, {"code": "go", "info": None}],
        ),
        (
            lambda: Person.skills(Skill.code, Skill.since),
            [{"code": code, "since": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)} for code in ("sql", "go")],
        ),
    ],
)
async def test_gathered_rows_have_their_types(
    people: MySQLEngine, gathered: Any, expected: list[object]
) -> None:
    query = Person.select(Person.name, Person.city.name, gathered()).where(Person.wage.is_in([1, 10]))
    ann, di = await query.order_by(KEY).output(nested=True)
    assert (ann["name"], ann["city"], di["skills"]) == ("Ann", {"name": "London"}, [])
    assert sorted(ann["skills"], key=str) == sorted(expected, key=str)  # they have no order of their own


async def test_a_joining_table_has_columns_of_its_own(people: MySQLEngine) -> None:
    di = await Person.objects().get(Person.name == "Di")
    assert di is not None
    await di.add_m2m(
        Skill(code="css"),
        m2m=Person.skills,
        extra_column_values={PersonToSkill.reason: "because", "level": 8},
    )
    joined = PersonToSkill.select(PersonToSkill.skill, PersonToSkill.reason, PersonToSkill.level)
    assert await joined.where(PersonToSkill.person.name == "Di") == [
        {"skill": "css", "reason": "because", "level": 8}
    ]
    (css,) = await di.get_m2m(Person.skills)
    assert css.code == "css"
    back = await Skill.select(Skill.people(Person.name, as_list=True)).where(Skill.code == "css").first()
    assert back == {"people": ["Di"]}


async def test_got_or_created_with_defaults(people: MySQLEngine) -> None:
    where = (Person.name == "Ed") & (Person.wage == 7)
    made = await Person.objects().get_or_create(where, defaults={Person.city: 2, "boss": 1})
    found = await Person.objects().get_or_create(where, defaults={Person.city: 1}).prefetch(Person.city)
    assert (made._was_created, made.city, made.boss, made.wage) == (True, 2, 1, 7)
    assert (found._was_created, found.city.name) == (False, "New York")
    made.name, made.wage = "Edward", 100
    await made.save(columns=[Person.name])
    await found.refresh()
    assert (found.name, found.wage, found.city.name) == ("Edward", 7, "New York")


async def test_batches_are_joined_nested_and_objects(people: MySQLEngine) -> None:
    nested = Person.select(Person.name, Person.city.country.name).where(Person.wage > 3).order_by(KEY)
    found = []
    async with await nested.output(nested=True).batch(batch_size=1) as batches:
        async for rows in batches:
            found += rows
    assert [row["city"]["country"]["name"] for row in found] == ["UK", "US"]
    async with await Person.objects(Person.city).order_by(KEY).batch(batch_size=3) as batches:
        cities = [[person.city.name for person in rows] async for rows in batches]
    assert cities == [["London", "New York", "New York"], [None]]


async def test_queries_of_every_kind_can_be_frozen(people: MySQLEngine) -> None:
    frozen = (
        (Person.select(Person.city.name).where(Person.name == "Ann").freeze(), [{"city.name": "London"}]),
        (Person.count().where(Person.wage > 3).freeze(), 2),
        (Person.exists().where(Person.name == "Ann").freeze(), True),
    )
    for _ in range(2):
        for query, expected in frozen:
            assert await query.run() == expected
    first = await Person.objects().where(Person.name == "Ann").first().freeze().run()
    assert first.name == "Ann"

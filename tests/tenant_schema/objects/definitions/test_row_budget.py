"""Texts are kept so that many of them fit into a row, and what cannot fit is refused before it is tried."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from piccolo_engines.errors import DatabaseError
from tenant_schema.objects.definitions.checks import check_object, object_rows
from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tenant_schema.objects.definitions.limits import MOST_FIELDS, row_problems, with_storage
from tenant_schema.objects.definitions.row_budget import (
    MARIADB,
    MYSQL,
    SQLITE,
    RowLimits,
    Storage,
    choose_storage,
)
from tenant_schema.objects.model.model import ObjectModel, object_model
from tests.support.record_tables import make_table
from tests.tenant_schema.objects.databases import Bound

EMOJI = "\U0001f600"


def text(at: int, length: int = 255, **facts: object) -> FieldDraft:
    return FieldDraft(name=f"f{at}", label="F", type="text", settings={"maxLength": length}, **facts)


def texts(count: int, length: int = 255) -> tuple[FieldDraft, ...]:
    return tuple(text(at, length) for at in range(count))


def made_of(fields: Sequence[FieldDraft]) -> ObjectModel:
    return object_model(
        *object_rows(ObjectDraft(name="wide", label="W", plural_label="W", fields=tuple(fields)))
    )


def codes(fields: Sequence[FieldDraft], limits: RowLimits) -> list[str]:
    draft = ObjectDraft(name="wide", label="W", plural_label="W", fields=tuple(fields))
    return [problem.code for problem in check_object(draft, (), limits)]


@pytest.mark.parametrize(
    ("length", "needs_index", "spent", "now", "kept"),
    [
        (5, False, 0, None, Storage.PLAIN),
        (40, False, 0, None, Storage.WIDE),
        (40, True, 60_000, None, Storage.WIDE),
        (255, False, 0, None, Storage.PLAIN),
        (255, False, 32_000, None, Storage.LONG),
        (255, True, 60_000, None, Storage.PLAIN),
        (256, False, 0, None, Storage.LONG),
        (700, True, 0, None, Storage.PLAIN),
        (40, False, 0, "", Storage.PLAIN),
        (100, False, 0, "long", Storage.LONG),
        (100, True, 0, "long", Storage.PLAIN),
        (2000, False, 50_000, "", Storage.PLAIN),
        (2000, False, 60_000, "", Storage.LONG),
    ],
)
def test_how_a_text_is_kept(
    length: int, needs_index: bool, spent: int, now: str | None, kept: Storage
) -> None:
    assert choose_storage(length, needs_index=needs_index, spent=spent, now=now) is kept


def test_what_is_decided_stays_however_many_come() -> None:
    first = with_storage(texts(20))
    later = with_storage([*first, *(text(at) for at in range(20, 200))])
    assert later[:20] == first
    assert {one.storage for one in first} == {""}
    assert {one.storage for one in later[50:]} == {"long"}


@pytest.mark.parametrize("limits", [SQLITE, MARIADB, MYSQL], ids=lambda limits: limits.name)
def test_two_hundred_texts_are_not_too_many(limits: RowLimits) -> None:
    assert codes(texts(200), limits) == []
    storages = [one.storage for one in with_storage(texts(200), limits)]
    assert ("packed" in storages) == (limits is MYSQL)


def test_what_is_packed_stays_so_and_no_more_is_packed_than_it_takes() -> None:
    first = with_storage(texts(160), MYSQL)
    assert 0 < [one.storage for one in first].count("packed") < 30
    later = with_storage([*first, text(160), text(161, indexed=True)], MYSQL)
    assert later[:160] == first
    assert [one.storage for one in later[160:]] == ["packed", ""]


def test_what_needs_a_column_is_not_packed() -> None:
    for facts in ({"indexed": True}, {"unique": True}, {"searchable": True}, {"default": "x"}):
        fields = with_storage([*texts(190), text(190, **facts)], MYSQL)
        assert fields[-1].storage != "packed"


def test_the_problem_says_how_much_there_is_and_what_would_help() -> None:
    (problem,) = row_problems(texts(399), MARIADB)
    assert problem.field == "fields"
    assert "of 8,125 bytes in a row of MariaDB" in problem.message


def test_many_indexed_texts_use_up_what_may_be_declared() -> None:
    indexed = tuple(text(at, 700, indexed=True) for at in range(30))
    assert codes(indexed, MYSQL) == ["row-too-large"]
    assert codes(indexed[:19], MYSQL) == []


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        (texts(MOST_FIELDS + 1, 10), "too-many-fields"),
        (tuple(text(at, 10, indexed=True) for at in range(51)), "too-many-indexes"),
        (tuple(text(at, 10, searchable=True) for at in range(17)), "too-many-searchable"),
    ],
)
def test_there_is_a_limit_to_how_many(fields: Sequence[FieldDraft], code: str) -> None:
    assert codes(fields, SQLITE) == [code]
    assert codes(fields[1:], SQLITE) == []


def test_wrong_fields_are_told_and_left_out_of_account() -> None:
    wrong = [FieldDraft(name="a", label="A", type="txt"), text(1, 0)]
    assert codes(wrong, MYSQL) == ["unknown-type", "out-of-range"]


def limits_for(request: pytest.FixtureRequest) -> RowLimits:
    """How the database of this test counts; nothing is packed, to find where its limits are."""
    kinds = {"sqlite": SQLITE, "mariadb": MARIADB, "mysql": replace(MYSQL, packs=None)}
    return next(limits for kind, limits in kinds.items() if kind in request.node.name)


MIXED = [
    FieldDraft(name="number", label="N", type="auto_number"),
    FieldDraft(name="amount", label="A", type="decimal", settings={"precision": 15, "scale": 4}),
    FieldDraft(name="stage", label="S", type="select", settings={"options": ["a", "b"]}),
    *(FieldDraft(name=f"p{at}", label="P", type="phone") for at in range(20)),
    *(FieldDraft(name=f"k{at}", label="K", type="text", settings={"maxLength": 9}) for at in range(60)),
    *(FieldDraft(name=f"i{at}", label="I", type="integer") for at in range(20)),
    *(FieldDraft(name=f"d{at}", label="D", type="datetime") for at in range(20)),
    *(FieldDraft(name=f"b{at}", label="B", type="boolean") for at in range(9)),
    FieldDraft(name="day", label="D", type="date"),
    FieldDraft(name="time", label="T", type="time"),
    FieldDraft(name="more", label="M", type="json"),
    FieldDraft(name="account", label="L", type="lookup", settings={"target": "users"}),
    *(text(at, 255, indexed=True) for at in range(300, 320)),
]
"""A field of each kind of column, before the texts that fill the row up."""


def filled_up(limits: RowLimits, first: Sequence[FieldDraft]) -> tuple[FieldDraft, ...]:
    """As many texts beside the first fields as fit, or as an object may have."""
    numbers = range(1, MOST_FIELDS - len(first))
    fit = bisect_left(numbers, 1, key=lambda count: len(row_problems([*first, *texts(count)], limits)))
    return (*first, *texts(fit))


@pytest.mark.parametrize("first", [[], MIXED], ids=["texts", "mixed"])
async def test_what_fits_can_be_made_and_one_more_cannot(
    any_database: Bound, request: pytest.FixtureRequest, first: list[FieldDraft]
) -> None:
    limits = limits_for(request)
    fields = filled_up(limits, first)
    model = made_of(fields)
    await make_table(model)
    assert len(fields) > 150
    if limits is SQLITE:
        return
    assert codes([*fields, text(999)], limits) == ["row-too-large"]
    with pytest.raises(DatabaseError):
        await make_table(made_of([*fields, text(999)]))


async def test_texts_filled_to_the_last_character_come_back(
    any_database: Bound, request: pytest.FixtureRequest
) -> None:
    count = 190 if limits_for(request).name == "MySQL" else 200
    model = made_of(texts(count))
    await make_table(model)
    long = {f"f{at}": EMOJI * 255 for at in range(count)}
    await insert(model, long)
    row = await model.table.select(*(model.columns[name].as_alias(name) for name in long)).first()
    assert row == long


@pytest.mark.parametrize("length", [10, 22, 38])
async def test_texts_of_any_length_fit(
    any_database: Bound, request: pytest.FixtureRequest, length: int
) -> None:
    count = 190 if limits_for(request).name == "MySQL" else 200
    model = made_of(texts(count))
    await make_table(model)
    await insert(model, {f"f{at}": "x" * length for at in range(count)})


async def test_a_table_can_grow_field_by_field_to_its_limit(
    any_database: Bound, request: pytest.FixtureRequest
) -> None:
    limits = limits_for(request)
    fields = list(with_storage(texts(185)))
    model = made_of(fields)
    await make_table(model)
    for at in range(185, 190):
        fields = list(with_storage([*fields, text(at)]))
        column = made_of([fields[-1]]).columns[f"f{at}"]
        await model.table.alter().add_column(f"f{at}", column)
    assert codes(fields, limits) == []


async def insert(model: ObjectModel, values: dict[str, object]) -> None:
    now = datetime(2026, 1, 1, tzinfo=UTC)
    every = {"created_at": now, "updated_at": now, **values}
    await model.table.insert(model.table({model.columns[name]: value for name, value in every.items()}))

"""Pages: walking a list there and back finds every record once, in order, with any sort, ties and nulls."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.objects.model.model import ObjectModel
from tenant_schema.records.errors import CursorMismatch
from tenant_schema.records.query.model import SortTerm
from tenant_schema.records.reading.cursors import Place
from tenant_schema.records.reading.pages import Page, restored
from tenant_schema.records.service import RecordService
from tenant_schema.records.sql.dialects.registry import mysql_dialect
from tenant_schema.records.sql.keyset import full_order
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access
from tests.support.thoroughly import times
from tests.tenant_schema.records.conftest import Counting
from tests.tenant_schema.records.models import Caller
from tests.tenant_schema.records.worlds import ROWS, SORTS, Row, fill, in_order

on_one_database = settings(
    max_examples=times(40, 100), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def browser(service: RecordService, scope: TenantScope, access: Access, free_table: ObjectModel) -> Caller:
    """A caller who looks at things."""
    return Caller(service, scope, access, "things")


def ids(page: Page) -> list[str]:
    return [row["id"] for row in page.data]


def sort_parameter(sort: tuple[SortTerm, ...]) -> list[tuple[str, str]]:
    names = ",".join("-" * term.descending + term.field for term in sort)
    return [("sort", names)] if names else []


async def walk(browser: Caller, pairs: list[tuple[str, str]]) -> list[list[str]]:
    """The pages forwards; on the way back each is found again as it was."""
    page = await browser.page(*pairs)
    assert page.prev is None
    pages = [ids(page)]
    while page.next is not None:
        page = await browser.page(*pairs, ("cursor", page.next))
        assert page.data
        pages.append(ids(page))
    for expected in reversed(pages[:-1]):
        assert page.prev is not None
        page = await browser.page(*pairs, ("cursor", page.prev))
        assert ids(page) == expected
        assert page.next is not None
    assert page.prev is None
    return pages


@on_one_database
@given(rows=ROWS, sort=SORTS, limit=st.integers(1, 4))
async def test_a_walk_finds_every_record_once_in_order(
    browser: Caller, free_table: ObjectModel, rows: list[Row], sort: tuple[SortTerm, ...], limit: int
) -> None:
    stored = await fill(free_table, rows)
    pages = await walk(browser, [*sort_parameter(sort), ("limit", str(limit)), ("fields", "id")])
    assert [one for page in pages for one in page] == [str(row["id"]) for row in in_order(stored, sort)]
    assert all(len(page) == limit for page in pages[:-1])


async def test_records_come_in_the_order_of_their_making(caller: Caller) -> None:
    for name in "cab":
        await caller.create(name=name)
    assert await caller.names() == ["c", "a", "b"]


async def test_nulls_are_first_ascending_and_last_descending(caller: Caller) -> None:
    for name, count in (("two", 2), ("none", None), ("one", 1)):
        await caller.create(name=name, count=count)
    assert await caller.names(("sort", "count")) == ["none", "one", "two"]
    assert await caller.names(("sort", "-count")) == ["two", "one", "none"]


async def test_what_was_sorted_by_is_not_shown_unless_asked_for(caller: Caller) -> None:
    await caller.create(name="a", count=1, price="2.5")
    page = await caller.page(("sort", "-price,count"), ("fields", "name"))
    assert [set(row) for row in page.data] == [{"id", "version", "name"}]
    shown = await caller.page(("fields", "price,id,version,name"), ("sort", "price"))
    assert list(shown.data[0]) == ["price", "id", "version", "name"]


async def test_a_record_made_or_destroyed_on_the_way_moves_no_other(caller: Caller) -> None:
    records = [await caller.create(name=str(number)) for number in range(6)]
    first = await caller.page(("limit", "2"))
    await caller.delete(records[1], permanent=True)
    await caller.create(name="6")
    second = await caller.page(("limit", "2"), ("cursor", str(first.next)))
    assert [row["name"] for row in second.data] == ["2", "3"]


async def test_from_a_page_that_has_become_empty_one_finds_back(caller: Caller) -> None:
    records = [await caller.create(name=str(number)) for number in range(4)]
    first = await caller.page(("limit", "2"))
    for record in records[2:]:
        await caller.delete(record)
    empty = await caller.page(("limit", "2"), ("cursor", str(first.next)))
    assert (empty.data, empty.next) == ([], None)
    back = await caller.page(("limit", "2"), ("cursor", str(empty.prev)))
    assert [row["name"] for row in back.data] == ["0", "1"]


async def test_from_an_empty_page_before_the_first_one_finds_forth(caller: Caller) -> None:
    records = [await caller.create(name=str(number)) for number in range(4)]
    first = await caller.page(("limit", "2"))
    second = await caller.page(("limit", "2"), ("cursor", str(first.next)))
    for record in records[:2]:
        await caller.delete(record)
    empty = await caller.page(("limit", "2"), ("cursor", str(second.prev)))
    assert (empty.data, empty.prev) == ([], None)
    forth = await caller.page(("limit", "2"), ("cursor", str(empty.next)))
    assert [row["name"] for row in forth.data] == ["2", "3"]


async def test_the_limit_and_the_fields_may_change_on_the_way(caller: Caller) -> None:
    for number in range(5):
        await caller.create(name=str(number))
    first = await caller.page(("limit", "1"))
    rest = await caller.page(("limit", "9"), ("fields", "name"), ("cursor", str(first.next)))
    assert [row["name"] for row in rest.data] == [str(number) for number in range(1, 5)]
    assert set(rest.data[0]) == {"id", "version", "name"}


OTHER_QUERIES = [
    [],
    [("filter[count]", "2")],
    [("filter[count][gte]", "1")],
    [("filter[count]", "1"), ("sort", "name")],
]


@pytest.mark.parametrize("other", OTHER_QUERIES)
async def test_a_cursor_of_another_query_is_a_mismatch(caller: Caller, other: list[tuple[str, str]]) -> None:
    for number in range(3):
        await caller.create(name=str(number), count=1)
    page = await caller.page(("filter[count]", "1"), ("limit", "1"))
    with pytest.raises(CursorMismatch):
        await caller.page(*other, ("cursor", str(page.next)))


async def test_a_cursor_of_another_object_is_a_mismatch(caller: Caller, browser: Caller) -> None:
    for number in range(3):
        await caller.create(name=str(number))
    page = await caller.page(("limit", "1"))
    with pytest.raises(CursorMismatch):
        await browser.page(("limit", "1"), ("cursor", str(page.next)))


async def test_a_document_and_a_query_string_share_their_cursors(caller: Caller) -> None:
    for number in range(3):
        await caller.create(name=str(number), count=1)
    page = await caller.page(("filter[count]", "1"), ("limit", "1"))
    document = {"filter": {"count": {"eq": 1}}, "cursor": page.next}
    found = await caller.service.query(caller.scope, caller.access, "gadgets", document)
    assert [row["name"] for row in found.data] == ["1", "2"]


@pytest.mark.parametrize("sort", ["name", "-name", "name,count", "-created_at,name", "-code"])
@pytest.mark.parametrize("with_value", [True, False])
async def test_a_page_far_away_is_reached_through_an_index(
    caller: Caller, bound: SQLiteEngine, counting: Counting, sort: str, with_value: bool
) -> None:
    for number in range(3):
        await caller.create(name=str(number), code=str(number) if with_value else None)
    page = await caller.page(("sort", sort), ("limit", "1"))
    with counting() as sent:
        await caller.page(("sort", sort), ("limit", "1"), ("cursor", str(page.next)))
    plan = [row["detail"] for row in await bound.run_ddl(f"EXPLAIN QUERY PLAN {sent[0].replace('?', '1')}")]
    assert any("USING INDEX" in step for step in plan)
    assert not any("MULTI-INDEX" in step or "USE TEMP B-TREE FOR ORDER BY" in step for step in plan)


def test_the_full_order_ends_with_the_id() -> None:
    assert full_order([]) == (SortTerm("id"),)
    assert full_order([SortTerm("name", True)]) == (SortTerm("name", True), SortTerm("id", True))
    assert full_order([SortTerm("id", True), SortTerm("name")]) == (SortTerm("id", True),)


@pytest.mark.parametrize("field", ["id", "created_at", "price", "count", "active", "born", "opens", "name"])
async def test_where_a_driver_has_types_a_place_has_them_again(
    caller: Caller, gadgets: ObjectModel, field: str
) -> None:
    body: dict[str, object] = {
        "price": "1.50",
        "count": 3,
        "active": True,
        "born": "2026-01-01",
        "opens": "09:30",
    }
    await caller.create(name="x", **body)
    column = gadgets.columns[field]
    [row] = await gadgets.table.select(column.as_alias("value"))
    sealed = caller.service._cursors.seal(caller.scope.id, b"digest", Place((row["value"], None)))
    place = caller.service._cursors.open(caller.scope.id, b"digest", sealed)
    order = (SortTerm(field), SortTerm("id"))
    assert restored(place, order, gadgets.columns, mysql_dialect()).position == (row["value"], None)


def test_a_place_in_a_field_whose_type_has_changed_is_a_mismatch(gadgets: ObjectModel) -> None:
    with pytest.raises(CursorMismatch):
        restored(Place(("many",)), (SortTerm("count"),), gadgets.columns, mysql_dialect())

"""Arrays and JSON documents in conditions, results and orders."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from piccolo.columns import JSON, Array, ForeignKey, Integer, Varchar
from piccolo.query.functions.array import ArrayOverlap
from piccolo.table import Table

from piccolo_engines.mysql import MySQLEngine
from tests.piccolo_engines.mysql.tables import created


class Ticket(Table):
    seats = Array(Integer())
    tags = Array(Varchar())
    data = JSON(null=True, default=None)


class Sale(Table):
    ticket = ForeignKey(Ticket)


ROWS = (
    ([10, 1], ["a", "b"], {"n": 3, "l": ["x"]}),
    ([9], [], [1, 2]),
    ([9, 5], ["b"], None),
    ([], ['it\'s "q"'], 5),
    ([1, 2, 3, 4, 6], ["c"], {"n": 4}),
    ([1, 2, 3, 4, 5], ["c", "c"], '"t"'),
)
IN_ORDER = [[], [1, 2, 3, 4, 5], [1, 2, 3, 4, 6], [9], [9, 5], [10, 1]]


@pytest.fixture
async def tickets(engine: MySQLEngine) -> AsyncIterator[MySQLEngine]:
    async with created(engine, Ticket, Sale):
        await Ticket.insert(*(Ticket(seats=seats, tags=tags, data=data) for seats, tags, data in ROWS))
        await Sale.insert(Sale(ticket=1), Sale(ticket=4), Sale(ticket=2))
        yield engine


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        (lambda: Ticket.seats[0] == 9, [2, 3]),
        (lambda: Ticket.seats[0] != 9, [1, 5, 6]),
        (lambda: Ticket.seats[0] > 9, [1]),
        (lambda: Ticket.seats[1].is_in([1, 5]), [1, 3]),
        (lambda: Ticket.seats[1].not_in([1, 5]), [5, 6]),
        (lambda: Ticket.seats[1].is_null(), [2, 4]),
        (lambda: Ticket.tags[0] == 'it\'s "q"', [4]),
        (lambda: Ticket.tags[1].is_in(["b", "c"]), [1, 6]),
        (lambda: Ticket.tags[0].like("it%"), [4]),
        (lambda: Ticket.seats.is_in([[9], [10, 1], [7]]), [1, 2]),
        (lambda: Ticket.seats.not_in([[9], [10, 1]]), [3, 4, 5, 6]),
        (lambda: Ticket.seats.any(9), [2, 3]),
        (lambda: Ticket.seats.not_any(9), [1, 4, 5, 6]),
        (lambda: Ticket.tags.all("c"), [2, 5, 6]),
        (lambda: Ticket.seats == [9, 5], [3]),
        (lambda: Ticket.data.is_in([[1, 2], {"n": 4}]), [2, 5]),
        (lambda: Ticket.data.not_in([[1, 2], {"n": 4}]), [1, 4, 6]),
        (lambda: Ticket.data.arrow("n") == 3, [1]),
        (lambda: Ticket.data["l"][0] == '"x"', [1]),
    ],
)
async def test_conditions(tickets: MySQLEngine, where: Any, expected: list[int]) -> None:
    key = Ticket._meta.primary_key
    assert await Ticket.select(key).where(where()).order_by(key).output(as_list=True) == expected
    await Ticket.update({Ticket.tags: ["hit"]}).where(where())
    assert await Ticket.count().where(Ticket.tags == ["hit"]) == len(expected)


async def test_arrays_are_ordered_by_their_items(tickets: MySQLEngine) -> None:
    assert await Ticket.select(Ticket.seats).order_by(Ticket.seats).output(as_list=True) == IN_ORDER
    backwards = await Ticket.objects().order_by(Ticket.seats, ascending=False)
    assert [ticket.seats for ticket in backwards] == IN_ORDER[::-1]
    joined = await Sale.select(Sale.ticket).order_by(Sale.ticket.seats).output(as_list=True)
    assert joined == [4, 2, 1]
    distinct = await Ticket.select(Ticket.tags).distinct().order_by(Ticket.tags)
    assert len(distinct) == len(ROWS)


async def test_array_functions_give_lists(tickets: MySQLEngine) -> None:
    seats = Ticket.seats
    row = (
        await Ticket.select(
            seats.cat([7]),
            seats.append(7),
            seats.prepend(7),
            seats.remove(10),
            seats.replace(10, 11),
            ArrayOverlap(seats, [1, 99]).as_alias("overlap"),
        )
        .order_by(Ticket._meta.primary_key)
        .first()
    )
    assert row == {
        "array_cat": [10, 1, 7],
        "array_append": [10, 1, 7],
        "array_prepend": [7, 10, 1],
        "array_remove": [1],
        "array_replace": [11, 1],
        "overlap": True,
    }

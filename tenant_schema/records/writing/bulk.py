"""Writes of many records: each on its own, or all or none.

Bodies are validated before any statement is sent. If the database refuses a portion (unique values, lookups
without a record), the records at fault are searched with one statement for each constraint, and then by
halving the portion.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias
from uuid import UUID

from piccolo_engines.errors import ForeignKeyViolation, RowTooLarge, UniqueViolation
from tenant_schema.problems import MAX_PROBLEMS, Problem, ProblemCollector
from tenant_schema.records.access.target import Target
from tenant_schema.records.errors import BulkRefused
from tenant_schema.records.record import Row
from tenant_schema.records.writing.constraints import TOO_LARGE, visible
from tenant_schema.records.writing.equal_values import problems_of_equal_values
from tenant_schema.records.writing.lookup_targets import problems_of_many
from tenant_schema.records.writing.trashed_values import value_taken

__all__ = [
    "MAX_BULK",
    "BodyProblems",
    "Item",
    "each_that_can",
    "fail_dangling",
    "fail_equal",
    "refuse_if_any_failed",
]

MAX_BULK: Final = 1_000
_Refusal: TypeAlias = UniqueViolation | ForeignKeyViolation | RowTooLarge
_VALUES: Final = 30_000
"""Values in one statement: SQLite takes 32,766."""


@dataclass(slots=True)
class Item:
    """A record of a bulk, at its position, with the result.

    ``status`` is that of the request that would have done this alone; 0 as long as nothing is decided.
    ``left_out`` is the number of further problems of it that nobody described.
    """

    position: int
    id: UUID | None = None
    values: Row = field(default_factory=dict)
    status: int = 0
    problems: tuple[Problem, ...] = ()
    left_out: int = 0
    version: int | None = None

    def fail(self, status: int, *problems: Problem) -> None:
        """It cannot be done."""
        self.status, self.problems, self.left_out = status, problems, 0

    def refuse(self, collector: ProblemCollector) -> None:
        """It cannot be done, if there is a problem with its body."""
        if collector.problems:
            self.fail(422, *collector.problems)
            self.left_out = collector.problems.left_out


class BodyProblems:
    """Room for the problems of a body of many records: one for each record, and :data:`MAX_PROBLEMS` more."""

    def __init__(self) -> None:
        self._room = MAX_PROBLEMS

    def collector(self) -> ProblemCollector:
        """For the next record."""
        return ProblemCollector(max(1, self._room))

    def spend(self, collector: ProblemCollector) -> None:
        """Subtract the problems of a record from the budget."""
        self._room -= len(collector.problems)


def refuse_if_any_failed(items: Iterable[Item]) -> None:
    """Raise :class:`BulkRefused` if an item of an atomic bulk has failed."""
    found = ProblemCollector()
    for item in items:
        found.count(item.left_out)
        for one in item.problems:
            place = f"records[{item.position}]" + (f".{one.field}" if one.field else "")
            found.extend([replace(one, field=place)])
    if found.problems:
        raise BulkRefused(found.problems)


async def fail_dangling(target: Target, items: Iterable[tuple[Item, Row]]) -> None:
    """Fail the items whose values hold a lookup to a record that is not there for the caller: one statement
    for each object that is looked into, and none without such lookups.
    """
    pairs = list(items)
    problems = await problems_of_many(target, [values for _, values in pairs])
    for (item, _), found in zip(pairs, problems, strict=True):
        if found:
            item.fail(422, *item.problems, *found)


async def fail_equal(target: Target, items: Iterable[tuple[Item, Row]]) -> None:
    """Fail the items with a unique value that equals that of another record, or of an item before."""
    pairs = list(items)
    problems = await problems_of_equal_values(target, [(item.id, values) for item, values in pairs])
    for (item, _), found in zip(pairs, problems, strict=True):
        if found:
            item.fail(409, *item.problems, *found)


async def each_that_can(
    target: Target,
    items: Sequence[Item],
    write: Callable[[Sequence[Item]], Awaitable[None]],
    explain: Callable[[Sequence[Item]], Awaitable[None]],
) -> None:
    """Write the items in as few statements as possible; those that the database refuses fail.

    In a transaction. ``write`` writes many or none; ``explain`` fails those that it can tell to be refused.
    """
    size = max(1, _VALUES // len(target.model.columns))
    for start in range(0, len(items), size):
        portion = items[start : start + size]
        if await _refused(target, portion, write) is None:
            continue
        await explain(portion)
        left = [item for item in portion if not item.problems]
        await _halving(target, left, write)


async def _halving(
    target: Target, items: Sequence[Item], write: Callable[[Sequence[Item]], Awaitable[None]]
) -> None:
    if not items:
        return
    refusal = await _refused(target, items, write)
    if refusal is None:
        return
    if len(items) == 1:
        items[0].fail(*_meaning(target, refusal))
        return
    middle = len(items) // 2
    await _halving(target, items[:middle], write)
    await _halving(target, items[middle:], write)


async def _refused(
    target: Target, items: Sequence[Item], write: Callable[[Sequence[Item]], Awaitable[None]]
) -> _Refusal | None:
    """Write the items, or nothing and the reason."""
    async with target.transaction() as transaction:
        savepoint = await transaction.savepoint()
        try:
            await write(items)
        except (UniqueViolation, ForeignKeyViolation, RowTooLarge) as error:
            await savepoint.rollback_to()
            return error
        await savepoint.release()
    return None


def _meaning(target: Target, refusal: _Refusal) -> tuple[Any, ...]:
    """Return the status and the problems of the one record that was refused."""
    if isinstance(refusal, RowTooLarge):
        return 422, TOO_LARGE
    if isinstance(refusal, ForeignKeyViolation):
        message = "It refers to a record that is not there."
        return 422, Problem("", "reference-not-found", message)
    names = {column._meta.db_column_name: name for name, column in target.model.columns.items()}
    fields = visible(target, [names[column] for column in refusal.columns if column in names])
    return 409, *[value_taken(name, together=fields) for name in fields or [""]]

"""Taking in CSV: every line checked, written in portions, reported by its number; a portion is in memory at a
time.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from tenant_schema.objects.errors import InvalidValue
from tenant_schema.objects.model import FieldModel
from tenant_schema.problems import Problem, ProblemList
from tenant_schema.records.bulk import Item, each_that_can
from tenant_schema.records.bulk_changing import change_items
from tenant_schema.records.bulk_creating import explain_refusals
from tenant_schema.records.by_value import ids_by_value
from tenant_schema.records.conditions import Complaints
from tenant_schema.records.creating import completed, insert_numbered
from tenant_schema.records.csv_columns import Column, columns_of, parse_cell
from tenant_schema.records.csv_lookups import find_lookups
from tenant_schema.records.csv_source import CsvSource, File, Line
from tenant_schema.records.errors import BulkRefused, UnreadableCsv
from tenant_schema.records.rendering import shown
from tenant_schema.records.target import Target
from tenant_schema.records.upserting import unique_field

__all__ = ["ImportOptions", "ImportReport", "LineProblem", "import_csv"]

_PORTION: Final = 500
"""Lines that are written together."""
_TOLD: Final = 1_000
"""Problems that a report names; the others are counted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """How a file is taken in.

    :param mapping: which field a column goes into, by its header; None for none.
    :param good_lines: take in what can be; otherwise all lines or none.
    :param key: the unique field by which a line changes the record that is there; without it all are made.
    :param dry_run: do everything, report, and leave no trace.
    """

    mapping: Mapping[str, str | None] | None = None
    good_lines: bool = False
    key: str | None = None
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class LineProblem:
    """What is wrong with a line."""

    line: int
    problem: Problem


@dataclass(slots=True)
class ImportReport:
    """What became of the lines. ``errors`` are the first :data:`_TOLD`; ``left_out`` more were not named."""

    created: int = 0
    updated: int = 0
    failed: int = 0
    errors: list[LineProblem] = field(default_factory=list)
    left_out: int = 0

    def fail(self, line: int, problems: Sequence[Problem]) -> None:
        """A line that was not taken in."""
        self.failed += 1
        room = _TOLD - len(self.errors)
        self.errors += [LineProblem(line, one) for one in problems[:room]]
        self.left_out += max(0, len(problems) - room)


async def import_csv(
    open_target: Callable[[], Awaitable[Target]],
    file: File,
    options: ImportOptions,
    clock: Callable[[], datetime],
) -> ImportReport:
    """Take in the file. An empty cell says nothing: a new record gets the field's default, one that is there
    keeps what it has.

    :param open_target: gives the object as it is now; it may change while a long file is taken in.

    Raises :class:`UnreadableCsv`, :class:`ValidationFailed` for columns that cannot be understood, and
    :class:`BulkRefused`, with problems by line, when not all lines are good and all were asked for.
    """
    target = await open_target()
    with CsvSource(file) as source:
        work = _Import(open_target, options, source.header(), clock)
        await work.aim_at(target)
        if options.good_lines and not options.dry_run:
            await work.run(source)
            return work.report
        async with _undoing(target) as undo:
            await work.run(source)
            if options.dry_run or work.report.failed:
                await undo()
    if work.report.failed and not options.dry_run:
        problems = ProblemList([_of_line(one) for one in work.report.errors])
        problems.left_out = work.report.left_out
        raise BulkRefused(problems)
    return work.report


@asynccontextmanager
async def _undoing(target: Target) -> AsyncIterator[Callable[[], Any]]:
    """A transaction, or a part of one, that can be undone before its end."""
    async with target.transaction() as transaction:
        savepoint = await transaction.savepoint()
        yield savepoint.rollback_to


def _of_line(one: LineProblem) -> Problem:
    where = f"lines[{one.line}]" + (f".{one.problem.field}" if one.problem.field else "")
    return Problem(where, one.problem.code, one.problem.message, one.problem.did_you_mean)


@dataclass(slots=True)
class _Import:
    """One file on its way into one object."""

    open_target: Callable[[], Awaitable[Target]]
    options: ImportOptions
    header: Sequence[str]
    clock: Callable[[], datetime]
    report: ImportReport = field(default_factory=ImportReport)
    target: Target = field(init=False)
    columns: Sequence[Column] = field(init=False)
    key: FieldModel | None = field(init=False)

    async def aim_at(self, target: Target) -> None:
        """Find out what the columns are in the object as it is."""
        self.key = None if self.options.key is None else unique_field(target, self.options.key)
        self.columns = await columns_of(target, self.header, self.options.mapping, self.key)
        self.target = target

    async def run(self, source: CsvSource) -> None:
        """Read and write to the end, or to where the file goes wrong, which fails as a line does."""
        portion = list[Line]()
        try:
            for line in source.lines():
                portion.append(line)
                if len(portion) == _PORTION:
                    await self._take(portion)
                    portion.clear()
        except UnreadableCsv as error:
            await self._take(portion)
            self.report.fail(error.line, [Problem("", error.code, str(error))])
        else:
            await self._take(portion)

    async def _take(self, portion: Sequence[Line]) -> None:
        """Check and write some lines."""
        if not self.target.engine.transaction_exists():  # in one, the object stays as it is
            target = await self.open_target()
            if target.model is not self.target.model:
                await self.aim_at(target)
        items = [self._item(line) for line in portion]
        await find_lookups(self.target, self.columns, [cells for _, cells in portion], items)
        for run in _without_repetition(items, self.key):
            await self._write(run)
        for item in items:
            if item.problems:
                self.report.fail(item.position, item.problems)

    def _item(self, line: Line) -> Item:
        number, cells = line
        item, problems = Item(number), list[Problem]()
        if any(cell.strip() for cell in cells[len(self.header) :]):
            message = (
                f"There are {len(cells)} cells under {len(self.header)} headers; is a comma not in quotes?"
            )
            item.fail(422, Problem("", "too-many-cells", message))
            return item
        for column in self.columns:
            text = cells[column.place] if column.place < len(cells) else ""
            if not text.strip() or column.by is not None:
                continue
            try:
                item.values[column.field.name] = parse_cell(column.field, text)
            except InvalidValue as error:
                problems.append(Problem(column.field.name, error.code, error.message, error.did_you_mean))
        if self.key is not None and self.key.name not in item.values and not problems:
            problems.append(Problem(self.key.name, "required", "Every line needs a value here."))
        if problems:
            item.fail(422, *problems)
        return item

    async def _write(self, items: Sequence[Item]) -> None:
        """Write lines in a transaction."""
        now = self.clock()
        parsed = [(item, item.values) for item in items if not item.problems]
        if not parsed:
            return

        async def work() -> None:
            for item, values in parsed:  # another attempt begins as the first one did
                item.id, item.version, item.values = None, None, dict(values)
                item.fail(0)
            sound = [item for item, _ in parsed]
            await self._name(sound)
            await change_items(self.target, [item for item in sound if item.id is not None], now)
            await self._create([item for item in sound if item.id is None], now)

        await self.target.unit(work)
        self.report.updated += sum(item.status == 200 for item, _ in parsed)
        self.report.created += sum(item.status == 201 for item, _ in parsed)

    async def _name(self, items: Sequence[Item]) -> None:
        """Give those items the ids of records that change ones that are there."""
        if self.key is None:
            return
        name = self.key.name
        there = await ids_by_value(self.target, self.key, [item.values[name] for item in items])
        for item in items:
            found = there.get(self.key.type.comparable(shown(self.key, item.values[name])))
            item.id = found[0] if found else None

    async def _create(self, items: Sequence[Item], now: datetime) -> None:
        for item in items:
            complaints = Complaints()
            item.values = completed(self.target, item.values, now, complaints)
            item.id = item.values["id"]
            item.refuse(complaints)

        async def write(portion: Sequence[Item]) -> None:
            await insert_numbered(self.target, [item.values for item in portion], now)

        async def explain(portion: Sequence[Item]) -> None:
            await explain_refusals(self.target, portion)

        sound = [item for item in items if not item.problems]
        await each_that_can(self.target, sound, write, explain)
        for item in sound:
            item.status = item.status or 201


def _without_repetition(items: Sequence[Item], key: FieldModel | None) -> list[list[Item]]:
    """The lines in runs in which no key comes twice: the later line changes what the earlier one made."""
    if key is None:
        return [list(items)]
    runs, seen = [list[Item]()], set[Any]()
    for item in items:
        value = item.values.get(key.name)
        value = None if value is None else key.type.comparable(value)
        if value is not None and value in seen:
            runs.append([])
            seen.clear()
        seen.add(value)
        runs[-1].append(item)
    return runs

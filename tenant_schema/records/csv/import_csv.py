"""Imports CSV: validates every line, writes portions of lines, and reports problems by line number. One
portion is in memory at a time.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Final

from piccolo_engines.columns import utc_now
from tenant_schema.objects.errors import InvalidValue
from tenant_schema.portions import in_portions
from tenant_schema.problems import Problem, ProblemList
from tenant_schema.records.access.target import Target
from tenant_schema.records.csv.cells import CellReader, Style
from tenant_schema.records.csv.columns import Columns, columns_of
from tenant_schema.records.csv.file_format import CsvFormat
from tenant_schema.records.csv.import_report import ImportJournal, ImportReport, LineProblem
from tenant_schema.records.csv.lookups import CsvRow
from tenant_schema.records.csv.preview import TakenCells
from tenant_schema.records.csv.scan import find_styles
from tenant_schema.records.csv.source import CsvSource, File, Line
from tenant_schema.records.csv.write_lines import runs_without_repetition, write_rows
from tenant_schema.records.errors import BulkRefused, UnreadableCsv, ValidationFailed
from tenant_schema.records.writing.bulk import Item
from tenant_schema.records.writing.record_key import RecordKey, record_key

__all__ = [
    "ImportOptions",
    "check_csv",
    "import_csv",
    "import_key",
]

_PORTION: Final = 500
"""The maximum number of lines that are written in one transaction."""
_PORTION_TEXT: Final = 512 * 1024
"""The number of characters above which no further line is added to a portion."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportOptions:
    """Options of an import.

    :param mapping: names of fields by head or column number; None for columns to ignore.
    :param good_lines: whether to import the valid lines; otherwise all lines or none.
    :param key: the unique key, or ``id``, by which lines update existing records; without it, every line
        creates a record.
    :param dry_run: whether to roll back after the report.
    :param form: the format of the file.
    """

    mapping: Mapping[str, str | None] | None = None
    good_lines: bool = False
    key: str | None = None
    dry_run: bool = False
    form: CsvFormat = field(default_factory=CsvFormat)


async def check_csv(open_target: Callable[[], Awaitable[Target]], file: File, options: ImportOptions) -> None:
    """Check what can be checked by the head of the file. Raises as :func:`import_csv`."""
    with CsvSource(file, options.form) as source:
        work = _Import(open_target, options, source, source.header(), utc_now)
        await work.aim_at(await open_target())


async def import_csv(
    open_target: Callable[[], Awaitable[Target]],
    file: File,
    options: ImportOptions,
    clock: Callable[[], datetime],
    journal: ImportJournal | None = None,
) -> ImportReport:
    """Import the file. An empty cell is no value: new records get the field's default, existing ones keep
    theirs.

    :param open_target: returns the object in its current state; it may change during a long import.
    :param journal: where the import begins, and what records how far it comes.

    Raises :class:`UnreadableCsv`, :class:`ValidationFailed` for columns that are unknown or ambiguous, and
    :class:`BulkRefused` with problems by line, if a line is invalid and ``good_lines`` is off.
    """
    target = await open_target()
    with CsvSource(file, options.form) as source:
        work = _Import(open_target, options, source, source.header(), clock, journal)
        await work.begin(target)
        if options.good_lines and not options.dry_run:
            await work.run()
            await work.finish()
            return work.report
        async with _undoing(target) as undo:
            await work.run()
            if options.dry_run or work.report.failed:
                await undo()
            else:
                await work.finish()
    if work.report.failed and not options.dry_run:
        problems = ProblemList([_of_line(one) for one in work.report.errors])
        problems.left_out = work.report.left_out
        raise BulkRefused(problems)
    return work.report


@asynccontextmanager
async def _undoing(target: Target) -> AsyncIterator[Callable[[], Any]]:
    """Open a transaction, or a savepoint in one; yields a function that rolls back to its start."""
    async with target.transaction() as transaction:
        savepoint = await transaction.savepoint()
        yield savepoint.rollback_to


def _of_line(one: LineProblem) -> Problem:
    where = f"lines[{one.line}]" + (f".{one.problem.field}" if one.problem.field else "")
    return replace(one.problem, field=where)


def import_key(target: Target, name: str | None) -> RecordKey | None:
    """Return the key that identifies records; None if every line creates one."""
    if name is None:
        return None
    return RecordKey((target.model.fields["id"],)) if name == "id" else record_key(target, name)


@dataclass(slots=True)
class _Import:
    """The import of one file into one object."""

    open_target: Callable[[], Awaitable[Target]]
    options: ImportOptions
    source: CsvSource
    header: Sequence[str]
    clock: Callable[[], datetime]
    journal: ImportJournal | None = None
    report: ImportReport = field(default_factory=ImportReport)
    target: Target = field(init=False)
    columns: Columns = field(init=False)
    key: RecordKey | None = field(init=False)
    styles: Mapping[int, Style] = field(default_factory=dict)
    readers: Mapping[int, CellReader] = field(default_factory=dict)
    cells: TakenCells = field(default_factory=TakenCells)

    async def begin(self, target: Target) -> None:
        """Read what the whole file says, and what is imported already."""
        await self.aim_at(target)
        await self.find_styles()
        if self.journal is not None:
            self.report = self.journal.report
            await self.journal.begin(self.header)

    async def finish(self) -> None:
        """Record the end."""
        if self.journal is not None:
            await self.journal.finish(self.report)

    async def aim_at(self, target: Target) -> None:
        """Assign the columns to fields of the object in its current state."""
        options, has_head = self.options, self.source.header_line > 0
        self.key = import_key(target, options.key)
        self.columns = await columns_of(target, self.header, options.mapping, self.key, has_head=has_head)
        self.target = target
        self._create_readers()

    def _create_readers(self) -> None:
        self.readers = {
            one.place: CellReader(
                one.by or one.field,
                self.options.form,
                self.styles.get(one.place),
                operands=one.by is not None,
            )
            for one in self.columns.taken
        }

    async def find_styles(self) -> None:
        """Detect the notations of dates and numbers. Raises :class:`ValidationFailed` for ambiguous ones,
        except in a dry run, whose report has them.
        """
        taken = self.columns.taken
        self.styles = await find_styles(self.source, taken, self.options.form)
        self._create_readers()
        if not self.options.dry_run:
            problems = [
                Problem(one.name, *style.problem)
                for one in taken
                if (style := self.styles.get(one.place)) is not None and style.problem is not None
            ]
            if problems:
                raise ValidationFailed(problems)

    async def run(self) -> None:
        """Import all lines. An unreadable line ends the import and is reported like a failed line."""
        portion, size = list[Line](), 0
        imported = 0 if self.journal is None else self.journal.line
        try:
            async for line in in_portions(self.source.lines()):
                if not line[1] or line[0] <= imported:
                    continue
                portion.append(line)
                size += sum(map(len, line[1]))
                if len(portion) == _PORTION or size > _PORTION_TEXT:
                    await self._take(portion)
                    portion, size = [], 0
        except UnreadableCsv as error:
            await self._take(portion)
            self.report.fail(error.line, [Problem("", error.code, str(error))])
        else:
            await self._take(portion)
        if self.options.dry_run:
            self.report.taken_as = self.cells.report(self.source, self.header, self.columns, self.readers)

    async def _take(self, portion: Sequence[Line]) -> None:
        """Validate and write a portion of lines."""
        if not self.target.engine.transaction_exists():  # in one, the object stays as it is
            target = await self.open_target()
            if target.model is not self.target.model:
                await self.aim_at(target)
        rows = [self._row(line) async for line in in_portions(portion)]
        if self.journal is None:
            await self._write(rows)
            self.report = self.report.with_rows(rows)
        elif portion:
            self.report = await self._record(self.journal, portion, rows)
            await self.journal.progress(self.source.position)

    async def _record(
        self, journal: ImportJournal, portion: Sequence[Line], rows: Sequence[CsvRow]
    ) -> ImportReport:
        """Write the lines and record them in one transaction. Returns the report after them."""

        async def work() -> ImportReport:
            await self._write(rows)
            report = self.report.with_rows(rows)
            failed = [
                (cells, row.item.problems)
                for (_, cells), row in zip(portion, rows, strict=True)
                if row.item.problems
            ]
            await journal.portion(portion[-1][0], report, failed)
            return report

        return await self.target.unit(work)

    async def _write(self, rows: Sequence[CsvRow]) -> None:
        for run in runs_without_repetition(rows, self.key):
            await write_rows(self.target, self.columns.taken, self.key, run, self.clock())

    def _row(self, line: Line) -> CsvRow:
        """Return the values of the line's cells."""
        number, cells = line
        row = CsvRow(Item(number))
        problems = self._misplaced(cells)
        for column in self.columns.taken:
            text = cells[column.place] if column.place < len(cells) else ""
            if not text or problems:
                continue
            try:
                value = self.readers[column.place].read(text)
            except InvalidValue as error:
                row.fail(422, Problem(column.field.name, error.code, error.message, error.did_you_mean))
                continue
            if self.options.dry_run:
                self.cells.add(column, line, value)
            if value is not None and column.by is not None:
                row.wanted[column.place] = value
            elif value is not None:
                row.values[column.field.name] = value
        if problems:
            row.item.fail(422, *problems)
        elif self.key is not None:
            self._take_key(row, self.key)
        return row

    def _take_key(self, row: CsvRow, key: RecordKey) -> None:
        missing = [name for name in key.names if row.values.get(name) is None]
        row.key = None if missing else tuple([row.values[name] for name in key.names])
        if key.is_id:
            row.values.pop("id", None)
        elif missing and not row.item.problems:
            needed = [Problem(name, "required", "Every line needs a value here.") for name in missing]
            row.item.fail(422, *needed)

    def _misplaced(self, cells: Sequence[str]) -> list[Problem]:
        """Return the problems of cells without a column, or in a column without head."""
        if any(cell.strip() for cell in cells[len(self.header) :]):
            message = (
                f"There are {len(cells)} cells under {len(self.header)} headers; is a "
                f"{_NAMES.get(self.source.delimiter, 'separator')} not in quotes?"
            )
            return [Problem("", "too-many-cells", message)]
        return [
            Problem(
                str(place + 1),
                "column-without-head",
                f"Column {place + 1} has no head and holds {cells[place].strip()[:40]!r}: give it one, "
                f'or map it by its number, such as {{"{place + 1}": null}}.',
            )
            for place in self.columns.unnamed
            if place < len(cells) and cells[place].strip()
        ]


_NAMES: Final = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}

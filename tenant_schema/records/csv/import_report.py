"""What became of the lines of an import, and what records that while it runs."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol, TypeAlias

from tenant_schema.problems import Problem
from tenant_schema.records.csv.lookups import CsvRow
from tenant_schema.records.csv.preview import TakenAs

__all__ = ["FailedLine", "ImportJournal", "ImportReport", "LineProblem"]

_MOST_REPORTED: Final = 1_000
"""The maximum number of problems in a report; further ones are counted."""


@dataclass(frozen=True, slots=True)
class LineProblem:
    """A problem of a line."""

    line: int
    problem: Problem


@dataclass(slots=True)
class ImportReport:
    """The result of an import. ``errors`` are the first :data:`_MOST_REPORTED` problems; ``left_out`` counts
    the others.

    :ivar taken_as: the detected format, in a dry run.
    """

    created: int = 0
    updated: int = 0
    failed: int = 0
    errors: list[LineProblem] = field(default_factory=list)
    left_out: int = 0
    taken_as: TakenAs | None = None

    def with_rows(self, rows: Sequence[CsvRow]) -> "ImportReport":
        """Return the report with these lines added."""
        report = replace(self, errors=list(self.errors))
        for row in rows:
            if row.item.problems:
                report.fail(row.item.position, row.item.problems)
            else:
                report.updated += row.item.status == 200
                report.created += row.item.status == 201
        return report

    def fail(self, line: int, problems: Sequence[Problem]) -> None:
        """Add a line that was not imported."""
        self.failed += 1
        room = _MOST_REPORTED - len(self.errors)
        self.errors += [LineProblem(line, one) for one in problems[:room]]
        self.left_out += max(0, len(problems) - room)


FailedLine: TypeAlias = tuple[Sequence[str], Sequence[Problem]]
"""The cells of a line that was not imported, and why."""


class ImportJournal(Protocol):
    """Records how far an import has come, so that an interrupted one continues.

    :ivar line: the number of the last line that is imported already; 0 at first.
    :ivar report: the report up to that line.
    """

    @property
    def line(self) -> int: ...

    @property
    def report(self) -> ImportReport: ...

    async def begin(self, header: Sequence[str]) -> None:
        """Called once the head of the file is read."""

    async def portion(self, line: int, report: ImportReport, failed: Sequence[FailedLine]) -> None:
        """Called in the transaction that writes the lines up to ``line``; again if that is repeated."""

    async def progress(self, position: int) -> None:
        """Called after each portion, with the number of bytes that are read."""

    async def finish(self, report: ImportReport) -> None:
        """Called at the end; if all lines are imported or none, in their transaction."""

"""Journal: how far an import has come, as its row and the job record it."""

from collections.abc import Awaitable, Callable, Sequence
from tempfile import TemporaryFile
from time import monotonic
from typing import Any, Final
from uuid import UUID

import msgspec

from piccolo_engines.columns import utc_now
from tenant_schema.problems import Problem
from tenant_schema.records.csv.export_csv import MARK, csv_lines, harmless
from tenant_schema.records.csv.import_report import FailedLine, ImportReport
from tenant_schema.records.errors import ImportTaken
from tenant_schema.records.imports.files import portions_of, write_part
from tenant_schema.records.tables import RecordImport

__all__ = ["Journal", "Progress", "report_of"]

Progress = Callable[[int, int], Awaitable[None]]
"""Called with the number of bytes that were read, and that of all."""

_PAUSE: Final = 0.5
"""Seconds between two reports of progress."""
_row = RecordImport


def report_of(text: str) -> ImportReport:
    """Return the report of a row."""
    return msgspec.json.decode(text, type=ImportReport) if text else ImportReport()


class Journal:
    """The journal of one attempt, see :class:`~tenant_schema.records.csv.import_report.ImportJournal`.

    With ``good_lines``, each portion is committed with its report and its failed lines. Otherwise these are
    on the disk until the end, since they must survive the rollback.

    Raises :class:`~tenant_schema.records.errors.ImportTaken` if the import has ended or another process has
    continued it.
    """

    def __init__(self, row: dict[str, Any], progress: Progress, *, good_lines: bool) -> None:
        self.id: UUID = row["id"]
        self.line: int = row["line"]
        self.report = report_of(row["report"])
        self._size: int = row["size"]
        self._progress = progress
        self._good_lines = good_lines
        self._failed = TemporaryFile()  # noqa: SIM115 # closed by __exit__
        self._written = (self.line, self.report)
        self._reported_at = 0.0

    def __enter__(self) -> "Journal":
        return self

    def __exit__(self, *_: object) -> None:
        self._failed.close()

    async def begin(self, header: Sequence[str]) -> None:
        """Write the head of the file of failed lines."""
        head = MARK + csv_lines([[*header, "errors"]], ",")
        if self._good_lines:
            await write_part(self.id, 0, head, failed=True)
        else:
            self._failed.write(head)

    async def portion(self, line: int, report: ImportReport, failed: Sequence[FailedLine]) -> None:
        """Record the lines up to ``line``. 1 statement, and 1 for the lines that failed."""
        lines = csv_lines(([*map(harmless, cells), _reasons(problems)] for cells, problems in failed), ",")
        self._written = (self.line, report)
        if not self._good_lines:
            self._failed.write(lines)
            return
        self._written = (line, report)
        await self._write(line=line, report=_json(report))
        if failed:
            await write_part(self.id, line, lines, failed=True)

    async def progress(self, position: int) -> None:
        """Report the progress, if some time has passed."""
        self.line, self.report = self._written
        if monotonic() > self._reported_at + _PAUSE:
            self._reported_at = monotonic()
            await self._progress(min(position, self._size), self._size)

    async def finish(self, report: ImportReport) -> None:
        """Record that the import is done."""
        await self._write(outcome="done", report=_json(report), finished_at=utc_now())

    async def fail(self, error: str) -> None:
        """Record that the import ended without success. ``error`` is a JSON text."""
        await self._write(outcome="failed", report=_json(self.report), error=error, finished_at=utc_now())
        if not self._good_lines and self.report.failed:
            for position, content in portions_of(self._failed):
                await write_part(self.id, position, content, failed=True)

    async def _write(self, **values: Any) -> None:
        is_here = (_row.id == self.id) & (_row.line == self.line) & (_row.outcome == "")
        changes: dict[Any, Any] = values
        if not await _row.update(changes).where(is_here).returning(_row.id):
            raise ImportTaken


def _reasons(problems: Sequence[Problem]) -> str:
    return " ".join(f"{one.field}: {one.message}" if one.field else one.message for one in problems)


def _json(report: ImportReport) -> str:
    return msgspec.json.encode(report).decode()

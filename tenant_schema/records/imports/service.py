"""Imports: receives files, and imports them in the background.

An import is a row with its file in parts (:mod:`tenant_schema.records.imports.files`). A message of the
outbox, written in the same transaction, leads to the job that executes it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final, Literal
from uuid import UUID

import msgspec

from piccolo_conf import DB
from piccolo_engines.columns import new_id, utc_now
from tenant_schema.objects.errors import ObjectNotFound
from tenant_schema.outbox import Outbox
from tenant_schema.problems import InvalidInput
from tenant_schema.records.csv.import_report import ImportReport
from tenant_schema.records.csv.source import File
from tenant_schema.records.errors import ImportNotFound, ImportTaken, RecordsError, TooManyImports
from tenant_schema.records.imports.files import parts_of, portions_of, received, write_part
from tenant_schema.records.imports.journal import Journal, Progress, report_of
from tenant_schema.records.imports.options import StoredOptions
from tenant_schema.records.service import RecordService
from tenant_schema.records.tables import RecordImport
from tenant_schema.scope import TenantScope
from tenant_schema.users.errors import NotThere, PermissionDenied
from tenant_schema.users.rights.permissions import Access

__all__ = ["IMPORT", "MOST_UNFINISHED", "ImportFault", "ImportRecord", "Imports"]

IMPORT: Final = "import"
"""The kind of the message that an import is to be executed; its payload is ``{"import": id}``."""

MOST_UNFINISHED: Final = 20
"""How many imports of a tenant may be unfinished."""

_KEPT: Final = timedelta(days=7)
"""How long an import is kept after its end, with its file."""
_RECEIVED_WITHIN: Final = timedelta(days=1)
_LISTED: Final = 50

_row = RecordImport


class ImportFault(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why an import ended without success: the ``code`` of the problem and its sentence.

    ``errors`` has the problems that are not about a line: unknown columns, ambiguous dates.
    """

    code: str
    message: str
    errors: list[dict[str, Any]] = []


@dataclass(frozen=True, slots=True)
class ImportRecord:
    """An import.

    :ivar outcome: ``done``, ``failed`` or ``cancelled``; empty until it ends.
    :ivar job: the job that executes it; None before it was begun.
    """

    id: UUID
    object_name: str
    file_name: str
    outcome: str
    job: UUID | None
    size: int
    report: ImportReport
    error: ImportFault | None
    created_at: datetime
    finished_at: datetime | None


class Imports:
    """The imports of users. All calls run with the tenant's engine bound to the tenant slot.

    :param outbox: takes the messages that lead to jobs.
    :param access_of: returns what a user, or an API key of that user, may do now; None for nothing.
    :param faults: further errors that end an import, since repeating it cannot help.
    """

    def __init__(
        self,
        records: RecordService,
        outbox: Outbox,
        access_of: Callable[[UUID, UUID | None], Awaitable[Access | None]],
        *,
        faults: tuple[type[Exception], ...] = (),
    ) -> None:
        self._records = records
        self._outbox = outbox
        self._access_of = access_of
        self._faults: tuple[type[Exception], ...] = (
            InvalidInput,
            RecordsError,
            ObjectNotFound,
            PermissionDenied,
            *faults,
        )

    async def begin(
        self,
        scope: TenantScope,
        access: Access,
        object_name: str,
        file: File,
        options: StoredOptions,
        *,
        file_name: str = "",
    ) -> ImportRecord:
        """Receive a file. It is imported with the rights that the caller has then.

        Raises what :meth:`RecordService.import_csv` raises for the options and the head of the file, and
        TooManyImports.
        """
        access.require_no_support()
        await self._records.check_csv(scope, access, object_name, file, options.options())
        await _prune()
        if await _row.count().where(_row.outcome == "", _row.size.is_not_null()) >= MOST_UNFINISHED:
            raise TooManyImports(MOST_UNFINISHED)
        row = _row(id=new_id(), user=access.user_id, api_key=access.api_key, object=object_name)
        row.file_name, row.options = file_name[:255], msgspec.json.encode(options).decode()
        await _row.insert(row)
        try:
            await self._receive(scope, row.id, file)
        except BaseException:  # the client may be gone: nobody will know the import
            await _row.delete().where(_row.id == row.id)
            raise
        return await self.get(access, row.id)

    async def _receive(self, scope: TenantScope, import_id: UUID, file: File) -> None:
        size = 0
        for position, content in portions_of(file):
            await write_part(import_id, position, content)
            size += len(content)
        async with DB.transaction():
            await _row.update({_row.size: size}).where(_row.id == import_id)
            await self._outbox.put(scope, IMPORT, {"import": str(import_id)})

    async def all(self, access: Access) -> list[ImportRecord]:
        """Return the caller's imports, the newest first. 1 statement."""
        mine = _row.select().where(_row.user == access.user_id, _row.size.is_not_null())
        return [_record(row) for row in await mine.order_by(_row.id, ascending=False).limit(_LISTED)]

    async def get(self, access: Access, import_id: UUID) -> ImportRecord:
        """Return an import of the caller. 1 statement. Raises ImportNotFound."""
        mine = (_row.id == import_id) & (_row.user == access.user_id) & _row.size.is_not_null()
        row = await _row.select().where(mine).first()
        if row is None:
            raise ImportNotFound(import_id)
        return _record(row)

    async def with_jobs(self) -> Mapping[UUID, UUID]:
        """Return the jobs of all imports that have one and have not ended, by import. 1 statement."""
        rows = await _row.select(_row.id, _row.job).where(_row.outcome == "", _row.job.is_not_null())
        return {row["id"]: row["job"] for row in rows}

    async def end(self, import_id: UUID, outcome: Literal["cancelled", "failed"]) -> bool:
        """Record that the import ended in this way, unless it has ended. Its job must not be running."""
        ended: dict[Any, Any] = {_row.outcome: outcome, _row.finished_at: utc_now()}
        is_open = (_row.id == import_id) & (_row.outcome == "")
        return bool(await _row.update(ended).where(is_open).returning(_row.id))

    def failed_lines(self, import_id: UUID) -> AsyncIterator[bytes]:
        """Return the file of the lines that were not imported, in parts: their cells, and why."""
        return parts_of(import_id, failed=True)

    async def is_begun(self, import_id: UUID) -> bool:
        """Whether a job has taken the import, or it has ended, or is not there any more. 1 statement."""
        open_ = (_row.id == import_id) & (_row.outcome == "") & _row.job.is_null()
        return not await _row.exists().where(open_)

    async def run(self, scope: TenantScope, import_id: UUID, job: UUID, progress: Progress) -> None:
        """Execute an import, or continue it. What is wrong with it or the caller's rights ends it.

        :param job: the id of the job that calls.
        :param progress: called about twice a second. What it raises interrupts the import.
        """
        mine: dict[Any, Any] = {_row.job: job}
        await _row.update(mine).where(_row.id == import_id, _row.outcome == "")
        row = await _row.select().where(_row.id == import_id).first()
        if row is None or row["outcome"]:
            return
        options = msgspec.json.decode(row["options"], type=StoredOptions)
        with Journal(row, progress, good_lines=options.good_lines) as journal:
            try:
                access = await self._access(row)
                async with received(import_id) as file:
                    form = options.options()
                    await self._records.import_csv(scope, access, row["object"], file, form, journal)
            except ImportTaken:
                return
            except self._faults as error:
                await journal.fail(msgspec.json.encode(_fault(error, journal.report)).decode())

    async def _access(self, row: Mapping[str, Any]) -> Access:
        """Return what who began the import may do. Raises PermissionDenied if that is nothing any more."""
        try:
            access = await self._access_of(row["user"], row["api_key"])
        except NotThere:
            access = None
        if access is None:
            raise PermissionDenied(row["object"], "create")
        return access


def _fault(error: Exception, report: ImportReport) -> ImportFault:
    problems = error.problems if isinstance(error, InvalidInput) and not report.failed else ()
    errors = [{"field": one.field, "code": one.code, "message": one.message} for one in problems]
    return ImportFault(str(getattr(error, "code", "")), str(error), errors)


def _record(row: Mapping[str, Any]) -> ImportRecord:
    error = msgspec.json.decode(row["error"], type=ImportFault) if row["error"] else None
    return ImportRecord(
        id=row["id"],
        object_name=row["object"],
        file_name=row["file_name"],
        outcome=row["outcome"],
        job=row["job"],
        size=row["size"],
        report=report_of(row["report"]),
        error=error,
        created_at=row["created_at"],
        finished_at=row["finished_at"],
    )


async def _prune() -> None:
    """Delete imports that have ended long ago, and those whose file was not received."""
    now = utc_now()
    old = _row.finished_at < now - _KEPT
    partial = _row.size.is_null() & (_row.created_at < now - _RECEIVED_WITHIN)
    await _row.delete().where(old | partial)

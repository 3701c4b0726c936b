"""ImportActs: imports in the background, as their users see them."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from central.jobs.errors import JobNotCancellable, JobNotFound
from central.jobs.records import JobRecord
from central.jobs.service import JobService
from central.jobs.tables import JobState
from tenant_schema.records.csv.source import File
from tenant_schema.records.errors import ImportTaken
from tenant_schema.records.imports.options import StoredOptions
from tenant_schema.records.imports.service import ImportRecord, Imports
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import Access

__all__ = ["ImportActs", "ImportJob", "ImportState"]

ImportState = Literal["waiting", "running", "done", "failed", "cancelled"]


@dataclass(frozen=True, slots=True)
class ImportJob:
    """An import, and how far its job is.

    :ivar done: the number of bytes that were read, of ``record.size``.
    """

    record: ImportRecord
    state: ImportState
    done: int


@dataclass(frozen=True, slots=True)
class ImportActs:
    """The imports of one caller. The tenant's engine and ``CENTRAL`` are bound."""

    imports: Imports
    jobs: JobService
    tenant: TenantScope
    access: Access

    async def begin(
        self, object_name: str, file: File, options: StoredOptions, *, file_name: str
    ) -> ImportJob:
        """As :meth:`tenant_schema.records.imports.service.Imports.begin`. 1 statement more, and 1 for each
        import of the tenant that has not ended.
        """
        for import_id, job_id in (await self.imports.with_jobs()).items():
            await self._state(import_id, await self._job(job_id))
        record = await self.imports.begin(
            self.tenant, self.access, object_name, file, options, file_name=file_name
        )
        return ImportJob(record, "waiting", 0)

    async def all(self) -> list[ImportJob]:
        """The caller's imports, the newest first. 1 statement, and 1 or 2 for each that has not ended."""
        return [await self._with_job(record) for record in await self.imports.all(self.access)]

    async def get(self, import_id: UUID) -> ImportJob:
        """One import. 1 statement, and 1 or 2 if it has not ended. Raises ImportNotFound."""
        return await self._with_job(await self.imports.get(self.access, import_id))

    async def cancel(self, import_id: UUID) -> ImportJob:
        """Cancel an import; a running one stops within seconds. Raises ImportNotFound and ImportTaken."""
        found = await self.get(import_id)
        if found.state not in ("waiting", "running"):
            raise ImportTaken
        if found.record.job is None:
            if not await self.imports.end(import_id, "cancelled"):
                raise ImportTaken
        else:
            try:
                await self.jobs.cancel(found.record.job)
            except JobNotCancellable as error:
                raise ImportTaken from error
        return await self.get(import_id)

    async def failed_lines(self, import_id: UUID) -> AsyncIterator[bytes]:
        """The file of the lines that were not imported. Raises ImportNotFound."""
        await self.imports.get(self.access, import_id)
        return self.imports.failed_lines(import_id)

    async def _with_job(self, record: ImportRecord) -> ImportJob:
        if record.outcome in ("done", "failed", "cancelled"):
            return ImportJob(record, record.outcome, record.size)  # type: ignore[arg-type] # just compared
        if record.job is None:
            return ImportJob(record, "waiting", 0)
        job = await self._job(record.job)
        state = await self._state(record.id, job)
        return ImportJob(record, state, 0 if job is None else job.done)

    async def _state(self, import_id: UUID, job: JobRecord | None) -> ImportState:
        """Return the state of an import that has a job. If the job ended it, or is not there any more, that
        is recorded: the import does not count as unfinished, and nobody continues it.
        """
        state = "failed" if job is None else _STATES[job.state]
        if state == "cancelled" or state == "failed":
            await self.imports.end(import_id, state)
        return state

    async def _job(self, job_id: UUID) -> JobRecord | None:
        try:
            return await self.jobs.get(job_id)
        except JobNotFound:
            return None


_STATES: dict[JobState, ImportState] = {
    JobState.WAITING: "waiting",
    JobState.RUNNING: "running",
    JobState.DONE: "running",  # its end was recorded after the import was read
    JobState.FAILED: "failed",
    JobState.CANCELLED: "cancelled",
}

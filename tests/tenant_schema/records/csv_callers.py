"""Taking in CSV as a test writes it down, and what came of it."""

import io
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

from piccolo_engines.columns import utc_now
from tenant_schema.records.access.target import Target
from tenant_schema.records.csv.file_format import read_format
from tenant_schema.records.csv.import_csv import ImportOptions, import_csv
from tenant_schema.records.csv.import_report import ImportReport
from tests.tenant_schema.records.models import Caller

FORMAT = (
    *("delimiter", "encoding", "header", "dateFormat", "timeZone"),
    *("decimal", "thousands", "nulls", "booleans"),
)
"""Options that say how the file is written, by their names over HTTP."""


async def take_in(caller: Caller, text: str | bytes, **options: Any) -> ImportReport:
    """The report. Options of the format are given by their names over HTTP, the others as ImportOptions has
    them.
    """
    content = text if isinstance(text, bytes) else text.encode()
    rounds = options.pop("round", False)
    form = read_format({name: options.pop(name) for name in FORMAT if name in options}, rounds=rounds)
    given = ImportOptions(form=form, **options)
    return await import_csv(opening(caller), io.BytesIO(content), given, utc_now)


def opening(caller: Caller) -> Callable[[], Awaitable[Target]]:
    """What opens the object for an import."""
    return partial(
        caller.service.targets.open, caller.scope, caller.access, caller.object_name, "create", "update"
    )


def counts(report: ImportReport) -> tuple[int, int, int]:
    """How many lines created, updated, failed."""
    return report.created, report.updated, report.failed


def problems(report: ImportReport) -> list[tuple[int, str, str]]:
    """Lines, fields and codes."""
    return [(one.line, one.problem.field, one.problem.code) for one in report.errors]


async def rows(caller: Caller, *names: str) -> list[tuple[Any, ...]]:
    """The named fields of all records."""
    data = (await caller.page(("limit", "200"))).data
    return [tuple(row[name] for name in names) for row in data]


async def exported(caller: Caller, *pairs: tuple[str, str]) -> bytes:
    """The whole export."""
    pieces = await caller.service.export(caller.scope, caller.access, caller.object_name, pairs)
    return b"".join([piece async for piece in pieces])

"""The errors of records.

::

    InvalidInput (tenant_schema.problems)
    ├── InvalidQuery          the query cannot be understood or is not allowed; all its problems
    ├── ValidationFailed      the body does not fit the object; all its problems
    └── BulkRefused           some of many records cannot be written, so none was; all their problems
    RecordsError
    ├── UnreadableCsv         the file is not CSV in UTF-8
    ├── CursorInvalid         no cursor that this tenant's API ever gave
    ├── CursorMismatch        a cursor of another query
    ├── RecordNotFound        no such record, or it is in the trash, or hidden
    ├── ChangeDenied          the caller may read the record, and not do this to it
    ├── PreconditionFailed    carries the record as it is now
    │   ├── VersionMismatch   the record has changed since
    │   ├── AlreadyThere      it is there, and was to be made
    │   └── NothingToMatch    it is not there, and was to be changed
    ├── UniqueConflict        another record has that value already
    ├── StillReferenced       others refer to the record; those that the caller may see
    └── TooManyDependents     too much would go with the record
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tenant_schema.problems import InvalidInput, Problem
from tenant_schema.records.preconditions import Versions
from tenant_schema.records.record import Record

__all__ = [
    "AlreadyThere",
    "Blocker",
    "BulkRefused",
    "ChangeDenied",
    "CursorInvalid",
    "CursorMismatch",
    "InvalidQuery",
    "NothingToMatch",
    "PreconditionFailed",
    "RecordNotFound",
    "RecordsError",
    "StillReferenced",
    "TooManyDependents",
    "UniqueConflict",
    "UnreadableCsv",
    "ValidationFailed",
    "VersionMismatch",
]


class InvalidQuery(InvalidInput):
    """A query with problems: unknown parameters, fields or operators, values that do not fit, too much of
    anything.
    """

    code = "invalid-query"


class ValidationFailed(InvalidInput):
    """A body with problems: one for each field that is wrong."""

    code = "validation-failed"


class BulkRefused(InvalidInput):
    """All or nothing was asked for, and it was nothing. Problems name the records by their positions."""

    code = "bulk-refused"


class RecordsError(Exception):
    """The root of the errors that are about one record or one page."""

    code = "records-error"


class UnreadableCsv(RecordsError):
    """A file that is not CSV in UTF-8; ``line`` is where it goes wrong."""

    code = "unreadable-csv"

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"Line {line}: {reason}")
        self.line = line


class CursorInvalid(RecordsError):
    """The cursor was not made by this tenant's API, or not for this tenant."""

    code = "cursor-invalid"

    def __init__(self) -> None:
        super().__init__("The cursor is not one that was given out here.")


class CursorMismatch(RecordsError):
    """The cursor belongs to a query with another object, filter or sort."""

    code = "cursor-mismatch"

    def __init__(self) -> None:
        super().__init__("The cursor belongs to another query: use it with the filter and sort it came from.")


class RecordNotFound(RecordsError):
    """No such record here: it never was, is in the trash, is destroyed, or is hidden from the caller."""

    code = "record-not-found"

    def __init__(self, object_name: str, record_id: UUID) -> None:
        super().__init__(f"There is no record {record_id} in {object_name}.")
        self.object_name = object_name
        self.record_id = record_id


class ChangeDenied(RecordsError):
    """The caller may read the record; a rule of the caller's roles keeps it from being changed."""

    code = "permission-denied"

    def __init__(self, object_name: str, record_id: UUID) -> None:
        super().__init__(f"Your roles do not allow this with record {record_id} of {object_name}.")
        self.object_name = object_name
        self.record_id = record_id


class PreconditionFailed(RecordsError):
    """The record is not as the caller wants it to be. ``current`` is the record as it is now, if it is."""

    code = "precondition-failed"
    current: Record | None = None


class VersionMismatch(PreconditionFailed):
    """The record is no longer at the version the caller saw. ``current`` is the record as it is now."""

    code = "version-mismatch"

    def __init__(self, expected: Versions, current: Record) -> None:
        if isinstance(expected, int):
            message = f"The record is at version {current.version}, not {expected}."
        else:
            message = f"The record is at version {current.version}, which is not one that was asked for."
        super().__init__(message)
        self.expected = expected
        self.current = current


class AlreadyThere(PreconditionFailed):
    """The record was only to be made, and is there."""

    code = "already-there"

    def __init__(self, current: Record) -> None:
        super().__init__(f"The record is there already, at version {current.version}.")
        self.current = current


class NothingToMatch(PreconditionFailed):
    """The record was only to be changed, and is not there."""

    code = "nothing-to-match"

    def __init__(self) -> None:
        super().__init__("There is no record yet, so it has no version to match.")


class UniqueConflict(RecordsError):
    """Another record, perhaps one in the trash, has the same value in ``fields``. ``problems`` report it by
    field.
    """

    code = "unique-conflict"

    def __init__(self, fields: Sequence[str], problems: Sequence[Problem] = ()) -> None:
        what = " and ".join(fields) or "a unique field"
        whose = "A record in the trash" if any(one.in_trash for one in problems) else "Another record"
        super().__init__(f"{whose} has the same value of {what}.")
        self.fields = tuple(fields)
        same = "Another record has the same value."
        self.problems = tuple(problems) or tuple([Problem(name, "unique", same) for name in fields])


@dataclass(frozen=True, slots=True)
class Blocker:
    """Records of an object that refer to another one by a field, in the trash or not: how many (100 stands
    for that many or more), and the first of them.
    """

    object_name: str
    field: str
    count: int
    ids: tuple[str, ...]


class StillReferenced(RecordsError):
    """The record cannot be removed while others refer to it. ``blockers`` are those that the caller may
    see.
    """

    code = "still-referenced"

    def __init__(self, object_name: str, record_id: UUID, blockers: Sequence[Blocker] = ()) -> None:
        super().__init__(f"Other records refer to {record_id} in {object_name}.")
        self.object_name = object_name
        self.record_id = record_id
        self.blockers = tuple(blockers)


class TooManyDependents(RecordsError):
    """More records than fit into one transaction would go with this one."""

    code = "too-many-dependents"

    def __init__(self, limit: int) -> None:
        super().__init__(f"More than {limit:,} records would go with it; remove some of them first.")
        self.limit = limit

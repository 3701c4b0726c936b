"""The errors of records.

::

    InvalidInput (tenant_schema.problems)
    ├── InvalidQuery          the query is invalid; carries all problems
    ├── ValidationFailed      the body is invalid; carries all problems
    └── BulkRefused           some records of a bulk cannot be written, so none was
    RecordsError
    ├── UnreadableCsv         the file is not CSV in UTF-8
    ├── CursorInvalid         not a cursor of this tenant's API
    ├── CursorMismatch        a cursor of another query
    ├── RecordNotFound        no such record, or it is in the trash, or hidden
    ├── ChangeDenied          the caller may read the record, but not change it so
    ├── PreconditionFailed    carries the record as it is now
    │   ├── VersionMismatch   the record has changed since
    │   ├── AlreadyThere      it exists, and was to be created
    │   └── NothingToMatch    it does not exist, and was to be changed
    ├── UniqueConflict        another record has that value already
    ├── StillReferenced       others refer to the record; carries the visible ones
    ├── TooManyDependents     too many records would be deleted with it
    ├── ImportNotFound        no such import of the caller
    ├── ImportTaken           the import has ended, or another process has continued it
    ├── TooManyImports        the tenant has as many unfinished imports as it may have
    └── OtherNumber           more or fewer records match than was expected
"""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from tenant_schema.preconditions import Versions
from tenant_schema.problems import InvalidInput, Problem
from tenant_schema.records.record import Record

__all__ = [
    "AlreadyThere",
    "Blocker",
    "BulkRefused",
    "ChangeDenied",
    "CursorInvalid",
    "CursorMismatch",
    "ImportNotFound",
    "ImportTaken",
    "InvalidQuery",
    "NothingToMatch",
    "OtherNumber",
    "PreconditionFailed",
    "RecordNotFound",
    "RecordsError",
    "StillReferenced",
    "TooManyDependents",
    "TooManyImports",
    "UniqueConflict",
    "UnreadableCsv",
    "ValidationFailed",
    "VersionMismatch",
]


class InvalidQuery(InvalidInput):
    """A query with unknown parameters, fields or operators, invalid values, or more than the limits allow."""

    code = "invalid-query"


class ValidationFailed(InvalidInput):
    """An invalid body, with a problem for each invalid field."""

    code = "validation-failed"


class BulkRefused(InvalidInput):
    """An atomic bulk of which some records are invalid. Problems name the records by position."""

    code = "bulk-refused"


class RecordsError(Exception):
    """The base class of errors that concern one record or one page."""

    code = "records-error"


class UnreadableCsv(RecordsError):
    """A file that is not CSV in UTF-8; ``line`` is the number of the first invalid line."""

    code = "unreadable-csv"

    def __init__(self, line: int, reason: str) -> None:
        super().__init__(f"Line {line}: {reason}")
        self.line = line


class CursorInvalid(RecordsError):
    """The cursor was not issued by this API for this tenant."""

    code = "cursor-invalid"

    def __init__(self) -> None:
        super().__init__("The cursor is not one that was given out here.")


class CursorMismatch(RecordsError):
    """The cursor belongs to a query with another object, filter or sort."""

    code = "cursor-mismatch"

    def __init__(self) -> None:
        super().__init__("The cursor belongs to another query: use it with the filter and sort it came from.")


class RecordNotFound(RecordsError):
    """The record does not exist, is in the trash, or is hidden from the caller."""

    code = "record-not-found"

    def __init__(self, object_name: str, record_id: UUID) -> None:
        super().__init__(f"There is no record {record_id} in {object_name}.")
        self.object_name = object_name
        self.record_id = record_id


class ChangeDenied(RecordsError):
    """The caller may read the record, but a row rule of the caller's roles forbids the change."""

    code = "permission-denied"

    def __init__(self, object_name: str, record_id: UUID) -> None:
        super().__init__(f"Your roles do not allow this with record {record_id} of {object_name}.")
        self.object_name = object_name
        self.record_id = record_id


class PreconditionFailed(RecordsError):
    """A precondition of the request is not met. ``current`` is the current record, if it exists."""

    code = "precondition-failed"
    current: Record | None = None


class VersionMismatch(PreconditionFailed):
    """The record is at another version than requested. ``current`` is the current record."""

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
    """The record was to be created only, and exists."""

    code = "already-there"

    def __init__(self, current: Record) -> None:
        super().__init__(f"The record is there already, at version {current.version}.")
        self.current = current


class NothingToMatch(PreconditionFailed):
    """The record was to be changed only, and does not exist."""

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
    """Other records refer to the record. ``blockers`` are those that the caller may see."""

    code = "still-referenced"

    def __init__(self, object_name: str, record_id: UUID, blockers: Sequence[Blocker] = ()) -> None:
        super().__init__(f"Other records refer to {record_id} in {object_name}.")
        self.object_name = object_name
        self.record_id = record_id
        self.blockers = tuple(blockers)


class TooManyDependents(RecordsError):
    """More records would be deleted with this one than one transaction may change."""

    code = "too-many-dependents"

    def __init__(self, limit: int) -> None:
        super().__init__(f"More than {limit:,} records would go with it; remove some of them first.")
        self.limit = limit


class ImportNotFound(RecordsError):
    """There is no import with this id, or it is another user's."""

    code = "job-not-found"

    def __init__(self, import_id: UUID) -> None:
        super().__init__(f"You have no job {import_id}.")


class ImportTaken(RecordsError):
    """The import has ended, or another process has continued it."""

    code = "job-not-cancellable"

    def __init__(self) -> None:
        super().__init__("The import has ended.")


class TooManyImports(RecordsError):
    """The tenant has as many unfinished imports as it may have."""

    code = "too-many-at-once"

    def __init__(self, most: int, retry_after: int = 30) -> None:
        self.retry_after = retry_after
        super().__init__(
            f"This tenant has {most} imports that have not ended, which is all it may have. Try again when "
            "one of them has ended, or cancel one."
        )


class OtherNumber(RecordsError):
    """The number of records that match a filter is not the one that the request expects."""

    code = "other-number"

    def __init__(self, expected: int, matched: int) -> None:
        super().__init__(f"{matched:,} records match, and the request expects {expected:,}.")
        self.expected = expected
        self.matched = matched

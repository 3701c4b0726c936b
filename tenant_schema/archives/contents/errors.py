"""The errors of reading a database into an archive, and of loading one.

::

    ArchiveError
    └── ContentsError
        ├── ContentsInvalid(reason)     complete, but not what a tenant's database contains
        ├── ContentsUnknown(reason)     of a later version, or of an extension that is not installed
        ├── ContentsDoNotFit(reason)    more than this kind of database has room for
        ├── ContentsDiffer(table)       what was loaded is not what the archive says
        └── ContentsBusy                objects were changed all the time
"""

from tenant_schema.archives.format.errors import ArchiveError

__all__ = [
    "ContentsBusy",
    "ContentsDiffer",
    "ContentsDoNotFit",
    "ContentsError",
    "ContentsInvalid",
    "ContentsUnknown",
]


class ContentsError(ArchiveError):
    """The root of this tree."""


class ContentsInvalid(ContentsError):
    """The archive is complete, but does not have what a tenant's database contains."""

    code = "archive-invalid"


class ContentsUnknown(ContentsError):
    """The archive has migrations or tables that this installation does not know."""

    code = "archive-unknown"


class ContentsDoNotFit(ContentsError):
    """The database has no room for an object or for a value."""

    code = "archive-does-not-fit"


class ContentsDiffer(ContentsError):
    """What was loaded and read again is not what the archive says.

    :ivar table: the first table that differs.
    """

    code = "archive-differs"

    def __init__(self, table: str) -> None:
        self.table = table
        super().__init__(f"What was loaded differs from the archive in the table {table}.")


class ContentsBusy(ContentsError):
    """No moment was found at which the tenant's objects were not being changed."""

    code = "archive-busy"

    def __init__(self) -> None:
        super().__init__("The tenant's objects are being changed all the time. Try again later.")

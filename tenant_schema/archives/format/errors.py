"""The errors of archives.

::

    ArchiveError
    ├── ArchiveDamaged(reason)      a byte is wrong, missing or too many, or no archive at all
    ├── ArchiveLocked(reason)       none of the given keys opens it
    └── ArchiveOverLimit(reason)    what should be written is more than an archive may contain

A message never contains anything of the archive's contents.
"""

from typing import ClassVar

__all__ = ["ArchiveDamaged", "ArchiveError", "ArchiveLocked", "ArchiveOverLimit"]


class ArchiveError(Exception):
    """The root of this tree.

    :ivar reason: a sentence for people.
    """

    code: ClassVar[str] = "archive-error"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class ArchiveDamaged(ArchiveError):
    """The bytes are not those of a complete archive. Nothing that was read of it may be used."""

    code = "archive-damaged"


class ArchiveLocked(ArchiveError):
    """None of the given keys opens the archive."""

    code = "archive-locked"


class ArchiveOverLimit(ArchiveError):
    """What should be written is more than an archive may contain."""

    code = "archive-over-limit"

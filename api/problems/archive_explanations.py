"""The titles and explanations of the problems of archives; a part of the catalog."""

from collections.abc import Mapping
from typing import Final

from api.problems.access_explanations import AGAIN

__all__ = ["ARCHIVE_EXPLANATIONS"]

ARCHIVE_EXPLANATIONS: Final[Mapping[str, tuple[str, str]]] = {
    "archive-error": ("Archive", "Something is wrong with the archive. The detail says what."),
    "archive-damaged": (
        "Archive damaged",
        "A byte of the archive is wrong, missing or too many, or it is no archive. Nothing of it was used.",
    ),
    "archive-locked": (
        "Archive locked",
        "None of the given keys opens the archive. The detail says which kinds of keys it has.",
    ),
    "archive-over-limit": ("Archive too large", "An archive cannot contain what should be written."),
    "archive-invalid": (
        "Archive invalid",
        "The archive is complete, and has something that a tenant's database never contains.",
    ),
    "archive-unknown": (
        "Archive unknown",
        "The archive was written by a later version, or with an extension that is not installed here.",
    ),
    "archive-does-not-fit": (
        "Archive does not fit",
        "The database has no room for an object or a value of the archive. Another kind of database may.",
    ),
    "archive-differs": (
        "Archive differs",
        "What was loaded and read again is not what the archive says. Nothing of it was kept.",
    ),
    "archive-busy": (
        "Archive not possible now",
        "The tenant's objects are being changed, so that there is no moment to archive. " + AGAIN,
    ),
}

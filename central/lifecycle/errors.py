"""Errors of operations that replace a tenant's database.

::

    CentralError
    └── LifeCycleError
        ├── ContentsDiffer(slug)
        ├── ContentsRefused(reason)
        ├── KeptDatabaseNotFound(kept_id)
        ├── ArchivePending(slug)
        └── AlreadyThere(slug, server)
"""

from typing import ClassVar

from central.errors import CentralError

__all__ = [
    "AlreadyThere",
    "ArchivePending",
    "ContentsDiffer",
    "ContentsRefused",
    "KeptDatabaseNotFound",
    "LifeCycleError",
]


class LifeCycleError(CentralError):
    """An operation on a tenant's database is not possible."""

    code: ClassVar[str] = "life-cycle"


class ContentsDiffer(LifeCycleError):
    """The database beside does not have the contents that it was filled with. It is not used."""

    code = "contents-differ"

    def __init__(self, slug: str) -> None:
        self.slug = slug
        super().__init__(f"The copy of {slug!r} does not have the same contents. It was not used.")


class ContentsRefused(LifeCycleError):
    """The contents cannot be loaded: the archive is damaged or sealed otherwise, or does not fit."""

    code = "contents-refused"

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class KeptDatabaseNotFound(LifeCycleError):
    """The tenant has no kept database with this id, or it is in use by an operation."""

    code = "kept-database-not-found"

    def __init__(self, kept_id: object) -> None:
        self.kept_id = kept_id
        super().__init__("The tenant has no kept database with this id.")


class ArchivePending(LifeCycleError):
    """The last backup of a tenant is being taken or proved."""

    code = "archive-pending"

    def __init__(self, slug: str) -> None:
        self.slug = slug
        super().__init__(f"The backup of {slug!r} is not proven yet.")


class AlreadyThere(LifeCycleError):
    """The tenant is on the server that it is to be moved to."""

    code = "already-there"

    def __init__(self, slug: str, server: str) -> None:
        self.slug = slug
        self.server = server
        super().__init__(f"The database of {slug!r} is on {server} already.")

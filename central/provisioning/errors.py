"""Errors of creating or deleting a tenant, and of changing the password of its database user.

::

    CentralError
    └── ProvisioningError
        ├── CreationFailed(slug, step, is_clean)
        ├── DeletionFailed(slug, step)
        ├── PasswordNotChanged(slug, step)
        ├── PasswordChanging(slug)
        ├── OperationFailed(slug, step)
        ├── OperationRunning(slug)
        └── NoDatabaseUser(slug)

The reason is the ``__cause__``, for the log. A message names the step, and never repeats the database's own.
"""

from typing import ClassVar

from central.errors import CentralError

__all__ = [
    "CreationFailed",
    "DeletionFailed",
    "NoDatabaseUser",
    "OperationFailed",
    "OperationRunning",
    "PasswordChanging",
    "PasswordNotChanged",
    "ProvisioningError",
]


class ProvisioningError(CentralError):
    """An operation on a tenant failed."""

    code: ClassVar[str] = "provisioning-failed"


class CreationFailed(ProvisioningError):
    """A step of creating a tenant failed. ``is_clean`` is true if everything has been undone already."""

    code = "creation-failed"

    def __init__(self, slug: str, step: str, *, is_clean: bool) -> None:
        self.slug = slug
        self.step = step
        self.is_clean = is_clean
        rest = "It was undone." if is_clean else "The remains will be removed automatically."
        super().__init__(f"The tenant {slug!r} could not be created: the step '{step}' failed. {rest}")


class DeletionFailed(ProvisioningError):
    """A step of deleting a tenant failed.

    The tenant is no longer served, and reconciliation deletes the rest.
    """

    code = "deletion-failed"

    def __init__(self, slug: str, step: str) -> None:
        self.slug = slug
        self.step = step
        super().__init__(
            f"The tenant {slug!r} is only partly deleted: the step '{step}' failed. "
            "The deletion will be completed automatically."
        )


class OperationFailed(ProvisioningError):
    """A step of an operation on a tenant failed. Reconciliation completes it."""

    code = "operation-failed"

    def __init__(self, slug: str, step: str) -> None:
        self.slug = slug
        self.step = step
        super().__init__(
            f"The operation on {slug!r} is only partly done: the step '{step}' failed. "
            "It will be completed automatically."
        )


class OperationRunning(ProvisioningError):
    """Another operation on the tenant has not ended."""

    code = "operation-running"

    def __init__(self, slug: str) -> None:
        self.slug = slug
        super().__init__(f"Another operation on the tenant {slug!r} has not ended. Try again when it has.")


class PasswordNotChanged(ProvisioningError):
    """Changing the database user's password failed. Both passwords work here until it is completed."""

    code = "password-not-changed"

    def __init__(self, slug: str, step: str) -> None:
        self.slug = slug
        self.step = step
        super().__init__(
            f"The database password of {slug!r} is only partly changed: the step '{step}' failed. "
            "The change will be completed automatically."
        )


class PasswordChanging(ProvisioningError):
    """The password is being changed by another run."""

    code = "password-changing"

    def __init__(self, slug: str) -> None:
        self.slug = slug
        super().__init__(f"The database password of {slug!r} is being changed; try again shortly.")


class NoDatabaseUser(ProvisioningError):
    """The tenant's database is a file and has no user."""

    code = "no-database-user"

    def __init__(self, slug: str) -> None:
        self.slug = slug
        super().__init__(f"The database of {slug!r} has no user of its own, and so no password.")

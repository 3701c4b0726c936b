"""What can go wrong while a tenant is made or deleted, or its database user gets another password.

::

    CentralError
    └── ProvisioningError
        ├── CreationFailed(slug, step, is_clean)
        ├── DeletionFailed(slug, step)
        ├── PasswordNotChanged(slug, step)
        ├── PasswordChanging(slug)
        ├── NoDatabaseUser(slug)
        └── RunLost(slug)

The reason is the ``__cause__``, for the log; a message names the step and never what the database said.
"""

from typing import ClassVar

from central.errors import CentralError

__all__ = [
    "CreationFailed",
    "DeletionFailed",
    "NoDatabaseUser",
    "PasswordChanging",
    "PasswordNotChanged",
    "ProvisioningError",
    "RunLost",
]


class ProvisioningError(CentralError):
    """What was to be done with a tenant could not be done."""

    code: ClassVar[str] = "provisioning-failed"


class CreationFailed(ProvisioningError):
    """A step of making a tenant failed; ``is_clean`` tells whether all that was made is undone already."""

    code = "creation-failed"

    def __init__(self, slug: str, step: str, *, is_clean: bool) -> None:
        self.slug = slug
        self.step = step
        self.is_clean = is_clean
        rest = "It was undone." if is_clean else "What is left of it will be removed by itself."
        super().__init__(f"The tenant {slug!r} could not be made: the step '{step}' failed. {rest}")


class DeletionFailed(ProvisioningError):
    """A step of deleting a tenant failed; the tenant is not served any more, and the rest will follow."""

    code = "deletion-failed"

    def __init__(self, slug: str, step: str) -> None:
        self.slug = slug
        self.step = step
        super().__init__(
            f"The tenant {slug!r} is not wholly deleted: the step '{step}' failed. The rest will follow."
        )


class PasswordNotChanged(ProvisioningError):
    """The database user's password may be the old or the new one; both work here until the rest is done."""

    code = "password-not-changed"

    def __init__(self, slug: str, step: str) -> None:
        self.slug = slug
        self.step = step
        super().__init__(
            f"The database password of {slug!r} is not wholly changed: the step '{step}' failed. "
            "The rest will follow."
        )


class PasswordChanging(ProvisioningError):
    """Another change of the password is under way."""

    code = "password-changing"

    def __init__(self, slug: str) -> None:
        self.slug = slug
        super().__init__(f"The database password of {slug!r} is being changed just now; try again shortly.")


class NoDatabaseUser(ProvisioningError):
    """The tenant's database is a file, and has no user."""

    code = "no-database-user"

    def __init__(self, slug: str) -> None:
        self.slug = slug
        super().__init__(f"The database of {slug!r} has no user of its own, and so no password.")


class RunLost(ProvisioningError):
    """Another process took this one for dead and has taken over its work on the tenant."""

    code = "run-lost"

    def __init__(self, slug: str) -> None:
        self.slug = slug
        super().__init__(f"Another process has taken over the work on the tenant {slug!r}.")

"""What can go wrong while a tenant is made or deleted.

::

    CentralError
    └── ProvisioningError
        ├── CreationFailed(slug, step, is_clean)
        ├── DeletionFailed(slug, step)
        └── RunLost(slug)

The reason is the ``__cause__``, for the log; a message names the step and never what the database said.
"""

from typing import ClassVar

from central.errors import CentralError

__all__ = ["CreationFailed", "DeletionFailed", "ProvisioningError", "RunLost"]


class ProvisioningError(CentralError):
    """A tenant could not be made or deleted."""

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


class RunLost(ProvisioningError):
    """Another process took this one for dead and has taken over its work on the tenant."""

    code = "run-lost"

    def __init__(self, slug: str) -> None:
        self.slug = slug
        super().__init__(f"Another process has taken over the work on the tenant {slug!r}.")

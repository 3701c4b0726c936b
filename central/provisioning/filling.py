"""The steps that fill the database of a new tenant with what another one had.

:mod:`central.provisioning.steps` has their order, among those that create a tenant.
"""

from dataclasses import dataclass

from central.provisioning.creation import WithinDatabase
from central.provisioning.types import NewTenant
from central.tenancy.tenancy import Tenancy

__all__ = ["Fill", "Publish"]


@dataclass(frozen=True)
class Fill(WithinDatabase):
    """Create the tables and rows. Interrupted, it is undone with the database, and never repeated."""

    tenancy: Tenancy
    name = "fill"

    async def do(self, subject: NewTenant) -> None:
        assert subject.filling is not None, "the operation has something to fill the database with"
        async with self.tenancy.use(subject.tenant) as engine:
            await subject.filling.fill(subject.tenant, engine)


@dataclass(frozen=True)
class Publish(WithinDatabase):
    """Enter into the central database what the rows require. It goes with the tenant."""

    name = "publish"

    async def do(self, subject: NewTenant) -> None:
        assert subject.filling is not None, "the operation has something to fill the database with"
        await subject.filling.publish(subject.tenant)

"""The state of the service."""

from typing import Annotated, Literal

from msgspec import Meta

from api.schemas.common import Output

__all__ = ["Health", "Readiness", "TenantsToUpgrade"]


class Health(Output):
    """The process responds."""

    status: Literal["ok"]


class TenantsToUpgrade(Output):
    """Numbers of tenants whose database is not at the level of this version."""

    pending: Annotated[int, Meta(description="At an older or unknown level.", examples=[3])]
    newer: Annotated[int, Meta(description="At the level of a newer version.", examples=[0])]
    refused: Annotated[
        int,
        Meta(description="Not served by this version: 503 `tenant-upgrading` until upgraded.", examples=[0]),
    ]


class Readiness(Output):
    """The state of the databases: of the tenants' database servers all, some (`partly`) or none respond."""

    status: Literal["ready"]
    dependencies: dict[str, Literal["up", "partly", "down"]]
    upgrades: TenantsToUpgrade

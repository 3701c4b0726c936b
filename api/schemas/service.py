"""The state of the service."""

from typing import Literal

from api.schemas.common import Output

__all__ = ["Health", "Readiness"]


class Health(Output):
    """The process responds."""

    status: Literal["ok"]


class Readiness(Output):
    """The state of the databases: of the tenants' database servers all, some (`partly`) or none respond."""

    status: Literal["ready"]
    dependencies: dict[str, Literal["up", "partly", "down"]]

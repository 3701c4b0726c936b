"""How the service is."""

from typing import Literal

from api.schemas.common import Output

__all__ = ["Health", "Readiness"]


class Health(Output):
    """The process answers."""

    status: Literal["ok"]


class Readiness(Output):
    """What it cannot do without answers; of the tenants' database servers all, some, or none."""

    status: Literal["ready"]
    dependencies: dict[str, Literal["up", "partly", "down"]]

"""Plans: request and response bodies for operators."""

from typing import Annotated, Final

from msgspec import Meta

from api.schemas.common import Input, Output
from central.plans.limits import Limits

__all__ = ["PLAN_PATTERN", "TenantPlanBody", "TenantPlanList", "TenantPlanResponse"]

PLAN_PATTERN: Final = "^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$"

_Rate = Annotated[
    int,
    Meta(
        description="Requests a second to the tenant's hosts, except files of the workspace.",
        ge=1,
        le=1_000_000,
        examples=[50],
    ),
]
_Burst = Annotated[
    int,
    Meta(
        description="How many requests may come at once, after a time without any. By default the rate.",
        ge=1,
        le=10_000_000,
        examples=[100],
    ),
]
_Concurrent = Annotated[
    int, Meta(description="Requests under way at the same time.", ge=1, le=1_000_000, examples=[20])
]
_Rows = Annotated[
    int,
    Meta(
        description="Records of all objects, without those in the trash.",
        ge=0,
        le=1_000_000_000_000,
        examples=[100_000],
    ),
]
_Storage = Annotated[
    int,
    Meta(
        description="The size of the tenant's database with its indexes, as last measured.",
        ge=0,
        le=1_000_000_000_000_000,
        examples=[1_073_741_824],
    ),
]
_Users = Annotated[
    int,
    Meta(description="Active users, those who were invited included.", ge=0, le=100_000_000, examples=[25]),
]
_Objects = Annotated[
    int, Meta(description="Objects, standard ones included.", ge=0, le=100_000, examples=[40])
]


class TenantPlanBody(Input):
    """The limits of a plan. What is missing or null has no limit."""

    requests_per_second: _Rate | None = None
    burst: _Burst | None = None
    concurrent_requests: _Concurrent | None = None
    rows: _Rows | None = None
    storage_bytes: _Storage | None = None
    users: _Users | None = None
    objects: _Objects | None = None

    def limits(self, name: str) -> Limits:
        """Return the limits of the plan of this name."""
        return Limits(
            name,
            self.requests_per_second,
            self.burst,
            self.concurrent_requests,
            self.rows,
            self.storage_bytes,
            self.users,
            self.objects,
        )


class TenantPlanResponse(Output):
    """A plan. Null is no limit."""

    plan: Annotated[str, Meta(examples=["basic"])]
    requests_per_second: _Rate | None
    burst: _Burst | None
    concurrent_requests: _Concurrent | None
    rows: _Rows | None
    storage_bytes: _Storage | None
    users: _Users | None
    objects: _Objects | None
    tenants: Annotated[int, Meta(description="How many tenants have the plan.", ge=0, examples=[12])]

    @classmethod
    def of(cls, limits: Limits, tenants: int) -> "TenantPlanResponse":
        """The response for a plan."""
        return cls(
            limits.plan,
            limits.requests_per_second,
            limits.burst,
            limits.concurrent_requests,
            limits.rows,
            limits.storage_bytes,
            limits.users,
            limits.objects,
            tenants,
        )


class TenantPlanList(Output):
    """All plans, by name."""

    data: list[TenantPlanResponse]

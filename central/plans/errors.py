"""The errors of plans and limits.

::

    CentralError
    ├── PlanNotFound(name)
    ├── PlanInUse(name, tenants)
    └── LimitReached(limit, most, used)
        └── RequestsRefused(limit, most, used, until, retry_after)
            ├── TooManyRequests
            └── TooManyConcurrentRequests
"""

from datetime import datetime, timedelta

from central.errors import CentralError
from piccolo_engines.columns import utc_now

__all__ = [
    "LimitReached",
    "PlanInUse",
    "PlanNotFound",
    "RequestsRefused",
    "TooManyConcurrentRequests",
    "TooManyRequests",
]


class PlanNotFound(CentralError):
    """There is no plan of this name."""

    code = "plan-not-found"

    def __init__(self, name: str) -> None:
        self.name = name
        super().__init__(f"There is no plan {name!r}.")


class PlanInUse(CentralError):
    """The plan cannot be deleted, since tenants have it."""

    code = "plan-in-use"

    def __init__(self, name: str, tenants: int) -> None:
        self.name, self.tenants = name, tenants
        number = "1 tenant has" if tenants == 1 else f"{tenants} tenants have"
        super().__init__(f"{number} the plan {name!r}; give them another one first.")


class LimitReached(CentralError):
    """The tenant's plan does not allow what would be added.

    :ivar limit: the name of the limit, as in the API.
    :ivar most: what the plan allows.
    :ivar used: what the tenant uses.
    :ivar until: when it may be tried again; None as long as neither the usage nor the plan changes.
    """

    code = "limit-reached"

    def __init__(self, limit: str, most: int, used: int, message: str, until: datetime | None = None) -> None:
        self.limit, self.most, self.used, self.until = limit, most, used, until
        super().__init__(message)


class RequestsRefused(LimitReached):
    """A request is refused for the moment.

    :ivar retry_after: in seconds.
    """

    def __init__(self, limit: str, most: int, used: int, message: str, retry_after: int) -> None:
        self.retry_after = retry_after
        super().__init__(limit, most, used, message, utc_now() + timedelta(seconds=retry_after))


class TooManyRequests(RequestsRefused):
    """The tenant gets more requests in a second than its plan allows."""

    code = "too-many-requests"

    def __init__(self, most: int, retry_after: int) -> None:
        super().__init__(
            "requestsPerSecond",
            most,
            most,
            f"The tenant's plan allows {most:,} requests a second. Send the request again after "
            f"{_seconds(retry_after)}, and fewer of them.",
            retry_after,
        )


class TooManyConcurrentRequests(RequestsRefused):
    """The tenant has as many requests under way as its plan allows."""

    code = "too-many-concurrent-requests"

    def __init__(self, most: int, used: int) -> None:
        super().__init__(
            "concurrentRequests",
            most,
            used,
            f"The tenant's plan allows {most:,} requests at the same time. Send the request again when one "
            "of them has ended.",
            1,
        )


def _seconds(count: int) -> str:
    return "a second" if count == 1 else f"{count:,} seconds"

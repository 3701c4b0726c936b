"""The limits of a connection budget and its metrics. Imports nothing of MySQL, unlike the budget itself."""

from dataclasses import dataclass

__all__ = ["BudgetRules", "BudgetUse"]


@dataclass(frozen=True, slots=True)
class BudgetRules:
    """The limits of a budget.

    :ivar limit: the maximum number of connections.
    :ivar share: how many of them a tenant may use while fewer are free than it uses.
    :ivar patience: seconds that a query waits for a connection.
    :ivar linger: the minimum number of seconds that a query waits for a connection of its own tenant to be
        released, or for one of another tenant to be idle that long, before an idle connection is closed for
        it. It waits as long as connecting takes if that is more.
    :ivar idle: seconds after which an idle connection is closed.
    :ivar max_age: seconds after which a connection is closed when it is released.
    :ivar silence: seconds without a response after which the server is checked with a new connection.
    """

    limit: int = 40
    share: int = 8
    patience: float = 2.0
    linger: float = 0.02
    idle: float = 10.0
    max_age: float = 3600.0
    silence: float = 30.0

    @property
    def reserve(self) -> int:
        """How many connections are reserved for tenants that use none."""
        return max(1, self.limit // 8)


@dataclass(frozen=True, slots=True)
class BudgetUse:
    """The state of a budget.

    ``opened``, ``evicted`` and ``timeouts`` are counters, the others current values.
    """

    limit: int
    in_use: int
    idle: int
    waiting: int
    opened: int
    evicted: int
    timeouts: int

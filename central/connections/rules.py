"""The bounds of a budget of connections and its state, apart from the budget, which only MySQL has."""

from dataclasses import dataclass

__all__ = ["BudgetRules", "BudgetUse"]


@dataclass(frozen=True, slots=True)
class BudgetRules:
    """The bounds of a budget.

    :ivar limit: how many connections there may be.
    :ivar share: how many of them a tenant may have in use while fewer are left than it has.
    :ivar patience: seconds that a query waits for a connection.
    :ivar linger: seconds that a query waits at least for a connection of its own tenant to come back, or for
        one of another tenant to be unused for that long, before any unused connection is closed for it. It
        waits for as long as connecting takes, when that is more.
    :ivar idle: seconds after which an unused connection is closed.
    :ivar max_age: seconds after which a connection is closed when it is given back.
    :ivar silence: seconds without an answer after which the server is asked whether it is there.
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
        """How many are kept for tenants that have none in use."""
        return max(1, self.limit // 8)


@dataclass(frozen=True, slots=True)
class BudgetUse:
    """How a budget stands: ``opened``, ``evicted`` and ``timeouts`` count up, the rest is now."""

    limit: int
    in_use: int
    idle: int
    waiting: int
    opened: int
    evicted: int
    timeouts: int

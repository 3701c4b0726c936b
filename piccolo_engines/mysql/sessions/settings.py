"""How many connections a pool may hold, and for how long."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

__all__ = ["PoolSettings", "pool_arguments"]


@dataclass(frozen=True, slots=True)
class PoolSettings:
    """The bounds of a connection pool.

    :ivar max_size: connections that may be open at once, those being opened included.
    :ivar wait_timeout: seconds to wait for a connection before
        :class:`~piccolo_engines.errors.PoolTimeout`.
    :ivar max_idle: seconds after which an unused connection is closed.
    :ivar max_age: seconds after which a connection is closed when it is given back, so that a change of the
        server's address or of a password is noticed; ``None`` for never.
    """

    max_size: int = 10
    wait_timeout: float = 5.0
    max_idle: float = 60.0
    max_age: float | None = 3600.0

    def __post_init__(self) -> None:
        if self.max_size < 1:
            raise ValueError("A pool holds at least one connection.")
        if self.wait_timeout < 0 or self.max_idle < 0:
            raise ValueError("Seconds are not negative.")


def pool_arguments(
    settings: PoolSettings, arguments: Mapping[str, Any]
) -> tuple[PoolSettings, dict[str, Any]]:
    """The settings changed by the arguments that are for a pool, and the arguments that are not.

    Names of ``asyncpg.create_pool`` are understood: ``max_inactive_connection_lifetime`` is ``max_idle``, and
    ``min_size`` has no effect, since connections are opened when they are needed.
    """
    known = {field.name: field.name for field in fields(PoolSettings)}
    known["max_inactive_connection_lifetime"] = "max_idle"
    changes = {known[name]: value for name, value in arguments.items() if name in known}
    others = {name: value for name, value in arguments.items() if name not in known and name != "min_size"}
    return replace(settings, **changes), others

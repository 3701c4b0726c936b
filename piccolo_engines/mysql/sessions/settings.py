"""The limits of a connection pool."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

__all__ = ["PoolSettings", "pool_arguments"]


@dataclass(frozen=True, slots=True)
class PoolSettings:
    """The limits of a connection pool.

    :ivar max_size: the maximum number of connections, including those being opened.
    :ivar wait_timeout: seconds to wait for a connection before :class:`~piccolo_engines.errors.PoolTimeout`.
    :ivar max_idle: seconds after which an idle connection is closed.
    :ivar max_age: seconds after which a connection is closed when it is returned, so that a change of the
        server's address or of a password takes effect; ``None`` for never.
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
    """Return the settings changed by the arguments for a pool, and the other arguments.

    Names of ``asyncpg.create_pool`` are supported: ``max_inactive_connection_lifetime`` is ``max_idle``, and
    ``min_size`` has no effect, since connections are opened when needed.
    """
    known = {field.name: field.name for field in fields(PoolSettings)}
    known["max_inactive_connection_lifetime"] = "max_idle"
    changes = {known[name]: value for name, value in arguments.items() if name in known}
    others = {name: value for name, value in arguments.items() if name not in known and name != "min_size"}
    return replace(settings, **changes), others

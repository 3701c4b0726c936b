"""How many connections a pool may hold, and for how long."""

from dataclasses import dataclass

__all__ = ["PoolSettings"]


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

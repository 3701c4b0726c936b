"""Login: what a connection is opened with."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Login"]


async def _no_others() -> "Sequence[Login]":
    return ()


@dataclass(frozen=True, slots=True)
class Login:
    """A database user; the password is asked for when connecting, and kept nowhere in plain.

    :ivar others: what to try when the server refuses it: the password was changed since, or is just now.
    """

    username: str
    password: Callable[[], str]
    others: "Callable[[], Awaitable[Sequence[Login]]]" = _no_others

    def for_driver(self) -> dict[str, Any]:
        """As the driver's arguments have it."""
        return {"user": self.username, "password_creator": self.password}

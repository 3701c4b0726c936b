"""Login: a database user and how to get its password."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

__all__ = ["Login"]


async def _no_others() -> "Sequence[Login]":
    return ()


@dataclass(frozen=True, slots=True)
class Login:
    """A database user. The password is requested when connecting and never stored as plain text.

    :ivar username: the user's name.
    :ivar password: returns the password.
    :ivar others: returns the logins to try when the server refuses this one, because the password has been
        changed or is being changed.
    """

    username: str
    password: Callable[[], str]
    others: "Callable[[], Awaitable[Sequence[Login]]]" = _no_others

    def for_driver(self) -> dict[str, Any]:
        """Return the login as arguments of the driver."""
        return {"user": self.username, "password_creator": self.password}

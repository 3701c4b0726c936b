"""The session that a browser is given at one of the admins."""

from dataclasses import dataclass

__all__ = ["NewSession"]


@dataclass(frozen=True, slots=True)
class NewSession:
    """A new session for the browser; ``seconds`` is its lifetime there."""

    secret: str
    seconds: int

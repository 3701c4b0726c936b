"""Headers that every response has."""

from typing import Final

__all__ = ["SAFETY"]

SAFETY: Final[tuple[tuple[bytes, bytes], ...]] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
)
"""A browser takes a body for what its type says, and tells no other origin which address led to it."""

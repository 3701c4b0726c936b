"""Headers that every response has."""

from typing import Final

__all__ = ["SAFETY"]

SAFETY: Final[tuple[tuple[bytes, bytes], ...]] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
)
"""Browsers must not sniff types, nor send the address to other origins."""

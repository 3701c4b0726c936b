"""Headers that many responses have."""

from typing import Final

__all__ = ["EXPOSED", "SAFETY"]

SAFETY: Final[tuple[tuple[bytes, bytes], ...]] = (
    (b"x-content-type-options", b"nosniff"),
    (b"referrer-policy", b"same-origin"),
    (b"cross-origin-resource-policy", b"same-origin"),
)
"""Browsers must not sniff types, send the address to other origins, or let their pages embed responses."""

EXPOSED: Final = (
    b"access-control-expose-headers",
    b"ETag, Location, Allow, Retry-After, X-Request-ID, Content-Disposition, WWW-Authenticate, "
    b"Idempotent-Replayed, Idempotency-Replayed, Metadata-Version, RateLimit, RateLimit-Policy",
)
"""The headers that pages of allowed origins can read."""

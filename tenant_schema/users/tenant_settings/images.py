"""What the bytes of an image say of it: its type, and its size in pixels. Nothing is decoded."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

__all__ = ["Image", "image_of"]

_PNG: Final = b"\x89PNG\r\n\x1a\n"
_JPEG: Final = b"\xff\xd8\xff"
_FRAMES: Final = frozenset({*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC})
"""The markers of JPEG (ITU-T T.81, table B.1) that begin a frame, whose header has the size."""
_ALONE: Final = frozenset({0x01, *range(0xD0, 0xD9)})
"""Markers of JPEG without a segment."""


@dataclass(frozen=True, slots=True)
class Image:
    """An image. ``media_type`` is ``image/png``, ``image/jpeg`` or ``image/webp``."""

    media_type: str
    width: int
    height: int


def image_of(content: bytes) -> Image | None:
    """Return what the bytes are; None if they are no PNG, JPEG or WebP."""
    for media_type, begins, size in _KINDS:
        if begins(content):
            found = size(content)
            return None if found is None or 0 in found else Image(media_type, *found)
    return None


def _png_size(content: bytes) -> tuple[int, int] | None:
    if content[12:16] != b"IHDR" or len(content) < 33:
        return None
    return int.from_bytes(content[16:20]), int.from_bytes(content[20:24])


def _jpeg_size(content: bytes) -> tuple[int, int] | None:
    at = 2
    while at + 9 <= len(content) and content[at] == 0xFF:
        marker = content[at + 1]
        if marker == 0xFF:  # a fill byte
            at += 1
        elif marker in _ALONE:
            at += 2
        elif marker in _FRAMES:
            return int.from_bytes(content[at + 7 : at + 9]), int.from_bytes(content[at + 5 : at + 7])
        else:
            at += 2 + int.from_bytes(content[at + 2 : at + 4])
    return None


def _webp_size(content: bytes) -> tuple[int, int] | None:
    """The size in one of the three forms of RFC 9649."""
    kind, data = content[12:16], content[20:30]
    if len(data) < 10:
        return None
    if kind == b"VP8X":
        return 1 + int.from_bytes(data[4:7], "little"), 1 + int.from_bytes(data[7:10], "little")
    if kind == b"VP8 " and data[3:6] == b"\x9d\x01\x2a":
        sides = (int.from_bytes(data[at : at + 2], "little") & 0x3FFF for at in (6, 8))
        return next(sides), next(sides)
    if kind == b"VP8L" and data[0] == 0x2F:
        bits = int.from_bytes(data[1:5], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return None


def _is_webp(content: bytes) -> bool:
    return content[:4] == b"RIFF" and content[8:12] == b"WEBP"


_KINDS: Final[tuple[tuple[str, Callable[[bytes], bool], Callable[[bytes], tuple[int, int] | None]], ...]] = (
    ("image/png", lambda content: content.startswith(_PNG), _png_size),
    ("image/jpeg", lambda content: content.startswith(_JPEG), _jpeg_size),
    ("image/webp", _is_webp, _webp_size),
)

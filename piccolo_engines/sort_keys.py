"""The order of texts: a key for each text, such that texts sort as people expect when their keys are compared
byte by byte, the same on SQLite, MySQL and MariaDB.

A key is made of the text's weights in the Unicode Collation Algorithm 5.2.0 as MySQL's and MariaDB's
collation utf8mb4_unicode_520_ci has them (letters alike but for case and accents weigh the same), then two
zero bytes, which are less than every weight, so that a text comes before the longer ones that begin with
it, then the text itself in UTF-8, so that texts that differ have keys that differ. It ends after 512 bytes:
what follows the first 256 weights counts no more.

The servers work the key out themselves (``WEIGHT_STRING``); :func:`sort_key` is the same for SQLite, where
every connection has it as an SQL function. A test compares the two. See docs/adr/0086.
"""

import struct
import zlib
from functools import lru_cache
from pathlib import Path
from typing import Final

__all__ = [
    "SORT_COLLATION",
    "SORT_KEY",
    "SORT_KEY_AND_TEXT",
    "SORT_KEY_BYTES",
    "SORT_WEIGHTS",
    "SORT_WEIGHTS_END",
    "compare_texts",
    "implicit_weights",
    "key_and_text",
    "sort_key",
    "sort_weights",
    "sort_weights_end",
    "text_behind_key",
]

SORT_KEY: Final = "SORT_KEY"
"""The SQL function that every connection to SQLite has for :func:`sort_key`."""
SORT_COLLATION: Final = "SORT_KEYS"
"""The collation that every connection to SQLite has for the order of the keys."""
SORT_WEIGHTS: Final = "SORT_WEIGHTS"
"""The one for :func:`sort_weights`."""
SORT_WEIGHTS_END: Final = "SORT_WEIGHTS_END"
"""The one for :func:`sort_weights_end`."""
SORT_KEY_AND_TEXT: Final = "SORT_KEY_AND_TEXT"
"""The one for :func:`key_and_text`."""
SORT_KEY_BYTES: Final = 512
"""The length of the longest key: MySQL compares no more than 1,024 bytes when it sorts without an index."""

_FILE: Final = Path(__file__).with_name("sort_weights.bin")
_END: Final = b"\0\0"
_MOST: Final = b"\xff\xff"
_CHINESE: Final = (range(0x4E00, 0x9FA6), (0xFA0E, 0xFA0F, 0xFA11, 0xFA13, 0xFA14, 0xFA1F, 0xFA21, 0xFA23,
                                           0xFA24, 0xFA27, 0xFA28, 0xFA29))  # fmt: skip
_RARE_CHINESE: Final = range(0x3400, 0x4DB6)


def key_and_text(text: str | None) -> bytes | None:
    """The sort key, padded with zero bytes to :data:`SORT_KEY_BYTES`, then the text in UTF-8."""
    key = sort_key(text)
    return None if key is None or text is None else key.ljust(SORT_KEY_BYTES, b"\0") + text.encode()


def text_behind_key(selected: bytes) -> str:
    """The text in a padded key with its text, as :func:`key_and_text` returns it."""
    return bytes(selected[SORT_KEY_BYTES:]).decode()


def sort_key(text: str | None) -> bytes | None:
    """The key of a text; None for what is no text.

    >>> sort_key("Äa").hex()
    '120f120f0000c38461'
    """
    if not isinstance(text, str):
        return None
    return (_weigh(text) + _END + text.encode())[:SORT_KEY_BYTES]


def compare_texts(one: str, other: str) -> int:
    """Less than, equal to or greater than 0: how the keys of two texts compare."""
    first, second = sort_key(one) or b"", sort_key(other) or b""
    return (first > second) - (first < second)


def sort_weights(text: str | None) -> bytes | None:
    """The weights alone, with which the keys of all texts begin that begin with the text."""
    return _weigh(text)[:SORT_KEY_BYTES] if isinstance(text, str) else None


def sort_weights_end(text: str | None) -> bytes | None:
    """What is more than the keys of all texts that begin with the text."""
    return _weigh(text)[:SORT_KEY_BYTES] + _MOST if isinstance(text, str) else None


def implicit_weights(point: int) -> bytes:
    """The weights of a code point that the table of the algorithm does not name: Chinese characters, Hangul,
    whatever came into Unicode later. See https://www.unicode.org/reports/tr10/tr10-20.html#Implicit_Weights
    """
    is_chinese = any(point in some for some in _CHINESE)
    base = 0xFB40 if is_chinese else 0xFB80 if point in _RARE_CHINESE else 0xFBC0
    return struct.pack(">HH", base + (point >> 15), point & 0x7FFF | 0x8000)


class _Weights(dict[int, str]):
    """Weights by code point, each as a character of that number, as ``str.translate`` takes them."""

    def __missing__(self, point: int) -> str:
        return implicit_weights(point).decode("utf-16-be", "surrogatepass")


def _weigh(text: str) -> bytes:
    if text.isascii():
        high, low, ignored = _ascii_weights()
        low_bytes = text.encode().translate(low, ignored)
        found = bytearray(2 * len(low_bytes))
        found[::2] = text.encode().translate(high, ignored)
        found[1::2] = low_bytes
        return bytes(found)
    return text.translate(_weights()).encode("utf-16-be", "surrogatepass")


@lru_cache(maxsize=1)
def _weights() -> _Weights:
    content = zlib.decompress(_FILE.read_bytes())
    (count,) = struct.unpack_from(">I", content)
    steps = struct.unpack_from(f">{count}I", content, 4)
    lengths = content[4 + 4 * count : 4 + 5 * count]
    units = content[4 + 5 * count :].decode("utf-16-be", "surrogatepass")
    weights = _Weights()
    point = place = 0
    for step, length in zip(steps, lengths, strict=True):
        point += step
        weights[point] = units[place : place + length]
        place += length
    return weights


@lru_cache(maxsize=1)
def _ascii_weights() -> tuple[bytes, bytes, bytes]:
    """The high and low bytes of the one weight of each ASCII character, and the characters that have none."""
    weights = [_weights()[point] for point in range(128)]
    ignored = bytes(point for point, weight in enumerate(weights) if not weight)
    numbers = [ord(weight or "\0") for weight in weights] + [0] * 128
    return bytes(number >> 8 for number in numbers), bytes(number & 0xFF for number in numbers), ignored

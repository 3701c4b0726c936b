"""Sort keys: a binary key for each text, so that comparing keys byte by byte sorts texts alphabetically.

The order is the same on SQLite, MySQL and MariaDB. A key consists of the text's weights in the Unicode
Collation Algorithm 5.2.0, as in MySQL's and MariaDB's collation utf8mb4_unicode_520_ci (letters that differ
only in case and accents have the same weight); two zero bytes, which are less than every weight, so that a
text precedes longer ones that begin with it; and the text itself in UTF-8, so that different texts have
different keys. It is cut to 512 bytes, so only the first 256 weights count.

The servers compute keys themselves (``WEIGHT_STRING``); :func:`sort_key` is the same for SQLite, where every
connection has it as an SQL function. A test compares the two. See docs/adr/0086.
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
    "text_of_key",
]

SORT_KEY: Final = "SORT_KEY"
"""The SQL function for :func:`sort_key` on every connection to SQLite."""
SORT_COLLATION: Final = "SORT_KEYS"
"""The collation in the order of the keys on every connection to SQLite."""
SORT_WEIGHTS: Final = "SORT_WEIGHTS"
"""The SQL function for :func:`sort_weights`."""
SORT_WEIGHTS_END: Final = "SORT_WEIGHTS_END"
"""The SQL function for :func:`sort_weights_end`."""
SORT_KEY_AND_TEXT: Final = "SORT_KEY_AND_TEXT"
"""The SQL function for :func:`key_and_text`."""
SORT_KEY_BYTES: Final = 512
"""The maximum length of a key: MySQL compares at most 1,024 bytes when it sorts without an index."""

_FILE: Final = Path(__file__).with_name("sort_weights.bin")
_END: Final = b"\0\0"
_MOST: Final = b"\xff\xff"
_CHINESE: Final = (range(0x4E00, 0x9FA6), (0xFA0E, 0xFA0F, 0xFA11, 0xFA13, 0xFA14, 0xFA1F, 0xFA21, 0xFA23,
                                           0xFA24, 0xFA27, 0xFA28, 0xFA29))  # fmt: skip
_RARE_CHINESE: Final = range(0x3400, 0x4DB6)


def key_and_text(text: str | None) -> bytes | None:
    """Return the sort key, padded with zero bytes to :data:`SORT_KEY_BYTES`, then the text in UTF-8."""
    key = sort_key(text)
    return None if key is None or text is None else key.ljust(SORT_KEY_BYTES, b"\0") + text.encode()


def text_behind_key(selected: bytes) -> str:
    """Return the text after the key in a result of :func:`key_and_text`."""
    return bytes(selected[SORT_KEY_BYTES:]).decode()


def text_of_key(key: bytes) -> str:
    """Return the text of a key of fewer than :data:`SORT_KEY_BYTES` bytes.

    >>> text_of_key(sort_key("Äa"))
    'Äa'
    """
    units = range(0, len(key), 2)
    end = next(at for at in units if key[at : at + 2] == _END)  # no weight is zero
    return key[end + 2 :].decode()


def sort_key(text: str | None) -> bytes | None:
    """Return the key of a text; None for a value that is not a text.

    >>> sort_key("Äa").hex()
    '120f120f0000c38461'
    """
    if not isinstance(text, str):
        return None
    return (_weigh(text) + _END + text.encode())[:SORT_KEY_BYTES]


def compare_texts(one: str, other: str) -> int:
    """Compare the keys of two texts. Returns a number less than, equal to or greater than 0."""
    first, second = sort_key(one) or b"", sort_key(other) or b""
    return (first > second) - (first < second)


def sort_weights(text: str | None) -> bytes | None:
    """Return the weights alone: the beginning of the keys of all texts that begin with this one."""
    return _weigh(text)[:SORT_KEY_BYTES] if isinstance(text, str) else None


def sort_weights_end(text: str | None) -> bytes | None:
    """Return a value greater than the keys of all texts that begin with this one."""
    return _weigh(text)[:SORT_KEY_BYTES] + _MOST if isinstance(text, str) else None


def implicit_weights(point: int) -> bytes:
    """Return the weights of a code point that is not in the algorithm's table.

    These are Chinese characters, Hangul, and characters added to Unicode later. See
    https://www.unicode.org/reports/tr10/tr10-20.html#Implicit_Weights
    """
    is_chinese = any(point in some for some in _CHINESE)
    base = 0xFB40 if is_chinese else 0xFB80 if point in _RARE_CHINESE else 0xFBC0
    return struct.pack(">HH", base + (point >> 15), point & 0x7FFF | 0x8000)


class _Weights(dict[int, str]):
    """Weights by code point, each as a character with that number, for ``str.translate``."""

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
    """Return the high and low bytes of the weight of each ASCII character, and the characters without one."""
    weights = [_weights()[point] for point in range(128)]
    ignored = bytes(point for point, weight in enumerate(weights) if not weight)
    numbers = [ord(weight or "\0") for weight in weights] + [0] * 128
    return bytes(number >> 8 for number in numbers), bytes(number & 0xFF for number in numbers), ignored

"""Content codings: the one that a client accepts, and compression of whole bodies and streams.

gzip, and zstd, which takes a fraction of the time. zstd is ``compression.zstd`` from Python 3.14 on, and its
backport before; without either, only gzip is available.
"""

import asyncio
import zlib
from functools import lru_cache
from importlib import import_module
from typing import Any, Final, Protocol

__all__ = ["LEAST_BYTES", "Pieces", "compressed", "pieces", "preferred_coding", "takes_gzip"]

LEAST_BYTES: Final = 1024
"""The minimum size of a body to compress: a smaller one fits into one packet uncompressed."""

_IN_A_THREAD: Final = 256 * 1024
"""The size in bytes from which a body is compressed in a thread, since it takes a millisecond or more."""
_GZIP_LEVEL: Final = 1
_ZSTD_LEVEL: Final = 1
_GZIP_WINDOW: Final = 31  # zlib's way to ask for gzip's head and checksum


def _installed_zstd() -> Any:
    for name in ("compression.zstd", "backports.zstd"):
        try:
            return import_module(name)
        except ModuleNotFoundError:
            continue
    return None


_ZSTD: Final = _installed_zstd()
_ZSTD_KEPT: Final[Any] = None if _ZSTD is None else _ZSTD.ZstdCompressor(_ZSTD_LEVEL)
"""A reused compressor for bodies compressed on the event loop: creating one costs more than using it."""


class Pieces(Protocol):
    """Compresses a body in pieces."""

    async def piece(self, content: bytes) -> bytes:
        """Return the compressed data that can be sent up to and including this piece."""

    def end(self) -> bytes:
        """Return the rest."""


@lru_cache(maxsize=512)
def preferred_coding(accepted: bytes) -> str | None:
    """Return the preferred coding of an Accept-Encoding header; None for no compression.

    >>> preferred_coding(b"gzip, deflate, br, zstd"), preferred_coding(b"gzip;q=1, zstd;q=0.5")
    ('zstd', 'gzip')
    >>> preferred_coding(b"identity, gzip;q=0"), preferred_coding(b"*"), preferred_coding(b"br")
    (None, 'zstd', None)
    """
    weights = _weights(accepted)
    known = [name for name in ("zstd", "gzip") if name != "zstd" or _ZSTD is not None]
    ranked = {name: weights.get(name, weights.get("*", 0.0)) for name in known}
    best = max(ranked, key=ranked.__getitem__)  # of equals the first
    plain = weights.get("identity", 0.0)
    return best if ranked[best] > 0 and ranked[best] >= plain else None


def takes_gzip(accepted: bytes) -> bool:
    """Whether an Accept-Encoding header allows gzip.

    >>> takes_gzip(b"deflate, GZIP, zstd"), takes_gzip(b"gzip;q=0, *"), takes_gzip(b"br"), takes_gzip(b"*")
    (True, False, False, True)
    """
    weights = _weights(accepted)
    return weights.get("gzip", weights.get("*", 0.0)) > 0


async def compressed(coding: str, body: bytes) -> bytes:
    """Compress a whole body."""
    if len(body) >= _IN_A_THREAD:
        return await asyncio.to_thread(_at_once, coding, body)
    if coding == "zstd":
        result: bytes = _ZSTD_KEPT.compress(body, _ZSTD_KEPT.FLUSH_FRAME)
        return result
    return _at_once(coding, body)


def pieces(coding: str) -> Pieces:
    """Return a compressor for a stream, each piece of which can be read when it arrives."""
    return _Zstd() if coding == "zstd" else _Gzip()


def _at_once(coding: str, body: bytes) -> bytes:
    if coding == "zstd":
        result: bytes = _ZSTD.compress(body, _ZSTD_LEVEL)
        return result
    return zlib.compress(body, _GZIP_LEVEL, _GZIP_WINDOW)


def _weights(accepted: bytes) -> dict[str, float]:
    """Return the weight of each coding of an Accept-Encoding header, in lower case."""
    weights: dict[str, float] = {}
    for part in accepted.decode("latin-1").lower().split(","):
        coding, _, parameter = part.partition(";")
        weights[coding.strip()] = _weight(parameter.strip())
    if "x-gzip" in weights:
        weights.setdefault("gzip", weights["x-gzip"])
    return weights


def _weight(parameter: str) -> float:
    """Return the weight of a parameter, 0.5 for ``q=0.5``; 0 if it is invalid."""
    if not parameter:
        return 1.0
    name, _, value = parameter.partition("=")
    try:
        weight = float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
    return weight if 0.0 <= weight <= 1.0 else 0.0


class _Gzip:
    def __init__(self) -> None:
        self._compressor = zlib.compressobj(_GZIP_LEVEL, wbits=_GZIP_WINDOW)

    async def piece(self, content: bytes) -> bytes:
        return await _run(self._compress, content)

    def _compress(self, content: bytes) -> bytes:
        return self._compressor.compress(content) + self._compressor.flush(zlib.Z_SYNC_FLUSH)

    def end(self) -> bytes:
        return self._compressor.flush()


class _Zstd:
    def __init__(self) -> None:
        self._compressor = _ZSTD.ZstdCompressor(_ZSTD_LEVEL)

    async def piece(self, content: bytes) -> bytes:
        return await _run(self._compress, content)

    def _compress(self, content: bytes) -> bytes:
        result: bytes = self._compressor.compress(content, self._compressor.FLUSH_BLOCK)
        return result

    def end(self) -> bytes:
        result: bytes = self._compressor.flush()
        return result


async def _run(work: Any, content: bytes) -> bytes:
    """Run long work in a thread."""
    if len(content) < _IN_A_THREAD:
        return bytes(work(content))
    return bytes(await asyncio.to_thread(work, content))

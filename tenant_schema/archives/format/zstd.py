"""zstd: ``compression.zstd`` of Python 3.14, or its backport."""

import sys
from typing import Final

from tenant_schema.archives.format.limits import MAX_WINDOW_LOG

if sys.version_info >= (3, 14):
    from compression import zstd as _zstd
else:
    from backports import zstd as _zstd

__all__ = ["ZstdError", "new_compressor", "new_decompressor"]

_LEVEL: Final = 3

ZstdError = _zstd.ZstdError
"""What a decompressor raises for bytes that are no zstd frame."""


def new_compressor() -> _zstd.ZstdCompressor:
    """Return a compressor of one frame, at level 3."""
    return _zstd.ZstdCompressor(level=_LEVEL)


def new_decompressor() -> _zstd.ZstdDecompressor:
    """Return a decompressor of one frame. It refuses windows that need more memory than archives use."""
    return _zstd.ZstdDecompressor(options={_zstd.DecompressionParameter.window_log_max: MAX_WINDOW_LOG})

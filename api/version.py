"""The installed version."""

from importlib.metadata import PackageNotFoundError, version
from typing import Final

__all__ = ["VERSION"]


def _installed() -> str:
    try:
        return version("freehold")
    except PackageNotFoundError:  # run from the source without being installed
        return "0+source"


VERSION: Final = _installed()

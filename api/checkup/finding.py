"""What a check has found."""

from typing import Literal

import msgspec

__all__ = ["Finding", "Level", "error", "fine", "warning"]

Level = Literal["ok", "warning", "error"]


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing looked at. ``mend`` is what to do about it, a command where there is one."""

    level: Level
    about: str
    message: str
    mend: str = ""


def fine(about: str, message: str) -> Finding:
    """It is as it should be."""
    return Finding(level="ok", about=about, message=message)


def warning(about: str, message: str, mend: str) -> Finding:
    """It works, and should be looked at."""
    return Finding(level="warning", about=about, message=message, mend=mend)


def error(about: str, message: str, mend: str) -> Finding:
    """It does not work, or will not."""
    return Finding(level="error", about=about, message=message, mend=mend)

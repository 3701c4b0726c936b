"""The result of a check."""

from typing import Literal

import msgspec

__all__ = ["Finding", "Level", "error", "fine", "warning"]

Level = Literal["ok", "warning", "error"]


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One result. ``remedy`` (``mend`` in JSON) is what to do about it: a command, if there is one."""

    level: Level
    about: str
    message: str
    remedy: str = msgspec.field(default="", name="mend")


def fine(about: str, message: str) -> Finding:
    """Return a finding without a problem."""
    return Finding(level="ok", about=about, message=message)


def warning(about: str, message: str, remedy: str) -> Finding:
    """Return a finding about something that works but needs attention."""
    return Finding(level="warning", about=about, message=message, remedy=remedy)


def error(about: str, message: str, remedy: str) -> Finding:
    """Return a finding about something that does not work."""
    return Finding(level="error", about=about, message=message, remedy=remedy)

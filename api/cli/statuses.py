"""The exit statuses of every command."""

from enum import IntEnum

__all__ = ["Status"]


class Status(IntEnum):
    """How a command ended. Scripts may rely on these."""

    DONE = 0
    """All of it is done."""
    FAILED = 1
    """It could not be done; standard error says why."""
    MISUSED = 2
    """The command was called wrongly; nothing was done."""
    PARTLY = 3
    """Of several things some failed, and the others are done; the answer tells which."""
    INTERRUPTED = 130
    """Somebody pressed Ctrl-C; calling it again goes on."""

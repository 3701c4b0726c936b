"""The exit statuses of all commands."""

from enum import IntEnum

__all__ = ["Status"]


class Status(IntEnum):
    """The exit status of a command. Stable, for use in scripts."""

    DONE = 0
    """Success."""
    FAILED = 1
    """Failure; standard error has the reason."""
    MISUSED = 2
    """Invalid usage; nothing was done."""
    PARTLY = 3
    """Some of several items failed, the others succeeded; the output lists them."""
    INTERRUPTED = 130
    """Interrupted with Ctrl-C; repeating the command continues."""

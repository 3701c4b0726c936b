"""Errors of handlers that send the messages of an outbox.

::

    Exception
    └── MessageNotSent(reason)
        ├── Postponed(reason, delay)
        └── Undeliverable(reason)
"""

from datetime import timedelta

__all__ = ["MessageNotSent", "Postponed", "Undeliverable"]


class MessageNotSent(Exception):
    """A message could not be sent. ``reason`` is stored and shown to operators: without secrets."""

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(reason)


class Postponed(MessageNotSent):
    """Sending may succeed later: the message is kept, and tried again after ``delay``.

    Without a delay the pauses grow with each attempt.
    """

    def __init__(self, reason: str, delay: timedelta | None = None) -> None:
        super().__init__(reason)
        self.delay = delay


class Undeliverable(MessageNotSent):
    """Sending will not succeed: the message is marked as failed, and deleted after 30 days."""

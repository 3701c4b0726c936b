"""Formats numbers for messages."""

__all__ = ["counted"]


def counted(number: int, noun: str) -> str:
    """Return the number with the noun in singular or plural.

    >>> counted(1, "migration"), counted(1_200, "tenant")
    ('1 migration', '1,200 tenants')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"

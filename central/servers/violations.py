"""What a database server reports that isolates a tenant's database less than it must."""

from dataclasses import dataclass

__all__ = ["Violation"]


@dataclass(frozen=True, slots=True)
class Violation:
    """Something that is not as it must be.

    :ivar code: a name of the kind, such as ``extra-grant``.
    :ivar detail: what was found, in a sentence for operators, without secrets.
    """

    code: str
    detail: str

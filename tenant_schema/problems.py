"""What is wrong with an input, field by field, and the error that carries all of it at once."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from typing import ClassVar

__all__ = ["InvalidInput", "Problem", "suggestion"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one field: ``code`` (kebab-case) is for programs, ``message`` for people.

    ``field`` is the name as the caller wrote it; ``did_you_mean`` is the known name closest to an unknown
    one.
    """

    field: str
    code: str
    message: str
    did_you_mean: str | None = None


class InvalidInput(Exception):
    """An input that cannot be accepted; carries every problem of it, never only the first."""

    code: ClassVar[str] = "validation"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(f"{problem.field}: {problem.message}" for problem in self.problems))


def suggestion(name: str, known: Iterable[str]) -> str | None:
    """The known name that ``name`` was probably meant to be, or None.

    >>> suggestion("nmae", ["name", "phone"])
    'name'
    """
    return next(iter(get_close_matches(name, list(known), n=1)), None)

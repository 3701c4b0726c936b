"""What is wrong with an input, field by field, and the error that carries all of it at once.

All of it has a bound: :data:`MAX_PROBLEMS` problems of one input are reported and the others counted, names
are cut to :data:`MAX_NAME` characters, and the suggestions of one request share a :class:`SuggestionBudget`.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass
from difflib import get_close_matches
from heapq import nlargest
from itertools import islice
from typing import ClassVar, Final

__all__ = [
    "MAX_NAME",
    "MAX_PROBLEMS",
    "SUGGESTIONS",
    "InvalidInput",
    "Problem",
    "ProblemCollector",
    "ProblemList",
    "SuggestionBudget",
    "shortened",
    "suggestion",
]

MAX_PROBLEMS: Final = 50
"""Problems reported of one input; the others are counted."""
MAX_NAME: Final = 200
"""Characters of a name from a request that are repeated in a response."""
_LONGEST_NAME: Final = 64
"""Characters of an unknown name that a message repeats."""
_MAX_MESSAGE: Final = 1_000
_MAX_SUGGESTIONS: Final = 20
_MAX_COMPARISONS: Final = 4_000
_LONGEST: Final = 48
"""Characters of a name for which a suggestion is looked for, and of a known name that it is compared with."""
_COMPARED: Final = 8
"""Known names that are compared letter by letter: those that have most letters and pairs of letters in
common with the name.
"""


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with one field: ``code`` (kebab-case) is for programs, ``message`` for people.

    ``field`` is the name as the caller wrote it; ``did_you_mean`` is the known name closest to an unknown
    one. Names are cut to :data:`MAX_NAME` characters. ``record`` is the id of the record that is in the way,
    and ``in_trash`` says that it is in the trash.
    """

    field: str
    code: str
    message: str
    did_you_mean: str | None = None
    record: str | None = None
    in_trash: bool = False

    def __post_init__(self) -> None:
        if len(self.field) > MAX_NAME:
            object.__setattr__(self, "field", shortened(self.field))
        if len(self.message) > _MAX_MESSAGE:
            object.__setattr__(self, "message", shortened(self.message, _MAX_MESSAGE))
        if self.did_you_mean is not None and len(self.did_you_mean) > MAX_NAME:
            object.__setattr__(self, "did_you_mean", None)  # a part of a name is no suggestion


def shortened(text: str, most: int = MAX_NAME) -> str:
    """``text``, or its beginning and an ellipsis when it is longer than ``most`` characters."""
    return text if len(text) <= most else f"{text[: most - 1]}…"


class ProblemList(list[Problem]):
    """Problems of one input, of which ``left_out`` more are only counted."""

    left_out: int = 0


class ProblemCollector:
    """Collects the problems of one input: ``most`` of them, and counts the others."""

    def __init__(self, most: int = MAX_PROBLEMS) -> None:
        self._most = most
        self.problems = ProblemList()

    @property
    def full(self) -> bool:
        """Whether further problems are only counted, so that nobody need work out what they say."""
        return len(self.problems) >= self._most

    def add(self, field: str, code: str, message: str, did_you_mean: str | None = None) -> None:
        """One more problem."""
        if self.full:
            self.problems.left_out += 1
        else:
            self.problems.append(Problem(field, code, message, did_you_mean))

    def count(self, number: int = 1) -> None:
        """Problems that nobody described because the collector was full."""
        self.problems.left_out += number

    def extend(self, problems: Iterable[Problem]) -> None:
        """More problems."""
        for problem in problems:
            if self.full:
                self.problems.left_out += 1
            else:
                self.problems.append(problem)

    def unknown(self, where: str, kind: str, name: str, known: Sequence[str]) -> None:
        """Add the problem of an unknown field, parameter or operator, with the known name closest to it."""
        if self.full:
            self.count()
        else:
            near = suggestion(name, known)
            self.add(where, f"unknown-{kind}", f"There is no {kind} {name[:_LONGEST_NAME]!r}.", near)

    def unknown_among(self, names: Iterable[str], kind: str, known: Collection[str], where: str = "") -> None:
        """Add a problem for each of the names that is not known."""
        choices = tuple(known)
        for name in self.first_unknown(names, known):
            self.unknown(f"{where}{name}" if len(name) <= MAX_NAME else name, kind, name, choices)

    def first_unknown(self, names: Iterable[str], known: Collection[str]) -> Iterator[str]:
        """Yield the names that are not known until the collector is full, and count the others.

        The names of a mapping, of which there may be hundreds of thousands, are not looked at one by one.
        """
        given, reported = iter(names), 0
        while not self.full:
            name = next((one for one in given if one not in known), None)
            if name is None:
                return
            reported += 1
            yield name
        if isinstance(names, Mapping):
            self.count(len(names) - sum(one in names for one in set(known)) - reported)
        else:
            self.count(sum(1 for name in given if name not in known))


class InvalidInput(Exception):
    """An input that cannot be accepted; carries every problem of it, not only the first.

    At most :data:`MAX_PROBLEMS`; ``left_out`` is the number of those that are not among ``problems``.
    """

    code: ClassVar[str] = "validation"

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems[:MAX_PROBLEMS])
        self.left_out = len(problems) - len(self.problems)
        if isinstance(problems, ProblemList):
            self.left_out += problems.left_out
        super().__init__("; ".join(f"{problem.field}: {problem.message}" for problem in self.problems))


class SuggestionBudget:
    """What one request may spend on suggestions. A name is compared with a list of known names once."""

    __slots__ = ("_comparisons", "_found", "_suggestions")

    def __init__(self) -> None:
        self._suggestions = _MAX_SUGGESTIONS
        self._comparisons = _MAX_COMPARISONS
        self._found: dict[tuple[str, tuple[str, ...]], str | None] | None = None

    def suggestion(self, name: str, known: Iterable[str]) -> str | None:
        """The closest name, or None when there is none near or the budget is spent."""
        if self._found is None:
            self._found = {}
        key = (name, tuple(known))
        if key not in self._found:
            if self._suggestions <= 0 or self._comparisons <= 0:
                return None
            self._suggestions -= 1
            names = key[1][: self._comparisons]
            self._comparisons -= len(names)
            self._found[key] = _closest(name, names)
        return self._found[key]


SUGGESTIONS: Final[ContextVar[SuggestionBudget | None]] = ContextVar("freehold_suggestions", default=None)
"""The budget of the request that this task works for; None outside of requests."""


def suggestion(name: str, known: Iterable[str]) -> str | None:
    """Return the known name that is most similar to ``name``, or None.

    None as well for a name of more than 48 characters, and when the request's budget is spent.

    >>> suggestion("nmae", ["name", "phone"])
    'name'
    >>> suggestion("Phone", ["name", "phone"])
    'phone'
    """
    if not 0 < len(name) <= _LONGEST:
        return None
    budget = SUGGESTIONS.get()
    if budget is None:
        return _closest(name, tuple(islice(known, _MAX_COMPARISONS)))
    return budget.suggestion(name, known)


def _closest(name: str, known: Collection[str]) -> str | None:
    """By difflib's measure, capital letters aside; compared are those that look most like it."""
    wanted = name.casefold()
    folded = {one[:_LONGEST].casefold(): one for one in known}
    if wanted in folded:
        return folded[wanted]
    near: Iterable[str] = folded
    if len(folded) > _COMPARED:
        letters = frozenset(wanted)
        pairs = [wanted[at : at + 2] for at in range(len(wanted) - 1)]

        def likeness(one: str) -> float:
            return (len(letters.intersection(one)) + sum([pair in one for pair in pairs])) / (
                len(wanted) + len(one)
            )

        near = nlargest(_COMPARED, folded, key=likeness)
    best = get_close_matches(wanted, near, n=1)
    return folded[best[0]] if best else None

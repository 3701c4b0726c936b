"""The codes of problems and their explanations."""

from typing import Annotated

from msgspec import Meta

from api.problems.catalog import EXPLANATIONS
from api.problems.table import statuses_of
from api.schemas.common import Output

__all__ = ["ProblemExplanation", "ProblemExplanations"]


class ProblemExplanation(Output):
    """The explanation of a code. ``type``, ``code`` and ``title`` are those of the problem."""

    type: str
    code: str
    title: str
    statuses: Annotated[list[int], Meta(description="The statuses that responses with this code have.")]
    explanation: str

    @classmethod
    def of(cls, code: str) -> "ProblemExplanation":
        """The explanation of a code of the catalog."""
        title, explanation = EXPLANATIONS[code]
        return cls(f"/problems/{code}", code, title, list(statuses_of(code)), explanation)


class ProblemExplanations(Output):
    """All codes."""

    data: list[ProblemExplanation]

    @classmethod
    def all(cls) -> "ProblemExplanations":
        """The explanations of the whole catalog, sorted by code."""
        return cls([ProblemExplanation.of(code) for code in sorted(EXPLANATIONS)])

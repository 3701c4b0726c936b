"""What is shown of the codes of problems."""

from typing import Annotated

from msgspec import Meta

from api.problems.catalog import EXPLANATIONS
from api.problems.table import statuses_of
from api.schemas.common import Output

__all__ = ["ProblemExplanation", "ProblemExplanations"]


class ProblemExplanation(Output):
    """What a code means. ``type``, ``code`` and ``title`` are those of the problem."""

    type: str
    code: str
    title: str
    statuses: Annotated[list[int], Meta(description="The statuses with which it comes.")]
    explanation: str

    @classmethod
    def of(cls, code: str) -> "ProblemExplanation":
        """The explanation of a code of the catalog."""
        title, explanation = EXPLANATIONS[code]
        return cls(f"/problems/{code}", code, title, list(statuses_of(code)), explanation)


class ProblemExplanations(Output):
    """Every code."""

    data: list[ProblemExplanation]

    @classmethod
    def all(cls) -> "ProblemExplanations":
        """Those of the whole catalog, in the order of their codes."""
        return cls([ProblemExplanation.of(code) for code in sorted(EXPLANATIONS)])

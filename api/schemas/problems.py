"""What is shown of the codes of problems."""

from typing import Annotated

from msgspec import Meta

from api.schemas.common import Output

__all__ = ["ProblemExplanation", "ProblemExplanations"]


class ProblemExplanation(Output):
    """What a code means. ``type``, ``code`` and ``title`` are those of the problem."""

    type: str
    code: str
    title: str
    statuses: Annotated[list[int], Meta(description="The statuses with which it comes.")]
    explanation: str


class ProblemExplanations(Output):
    """Every code."""

    data: list[ProblemExplanation]

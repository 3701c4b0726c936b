"""/problems: what the code of a problem means, at the address that is its type; on both kinds of host."""

from typing import Any, Final

from litestar import Controller, get
from litestar.exceptions import NotFoundException

from api.openapi.described import problems
from api.problems.catalog import EXPLANATIONS
from api.problems.pages import explanation_page, list_page, prefers_html
from api.problems.table import statuses_of
from api.requests.request import ApiRequest
from api.responses import Prepared
from api.schemas.paths import ProblemCode
from api.schemas.problems import ProblemExplanation, ProblemExplanations

__all__ = ["ProblemController"]

_EXAMPLE: Final[dict[str, Any]] = {
    "type": "/problems/malformed-json",
    "code": "malformed-json",
    "title": "Malformed JSON",
    "statuses": [400],
    "explanation": "The body is not a JSON document in UTF-8, or is nested too deeply.",
}


class ProblemController(Controller):
    """Explanations of the codes of problems."""

    path = "/problems"
    tags = ("Service",)

    @get(
        "/",
        operation_id="listProblems",
        summary="Every code that a problem may have, with what it means",
        description="As JSON, or as a plain page for those who accept text/html.",
        response_description="The codes.",
        conditional=True,
        also_html=True,
        example={"data": [_EXAMPLE]},
    )
    async def list_problems(self, request: ApiRequest) -> Prepared[ProblemExplanations]:
        """Every code."""
        if prefers_html(request.header(b"accept") or ""):
            return Prepared(list_page())
        return request.tagged(ProblemExplanations.all())

    @get(
        "/{code:str}",
        operation_id="readProblem",
        summary="What the code of a problem means, and what helps",
        description=(
            "The `type` of a problem is this address. As JSON, or as a plain page for those who accept "
            "text/html."
        ),
        response_description="The code.",
        responses=problems(404),
        conditional=True,
        also_html=True,
        example=_EXAMPLE,
    )
    async def read_problem(self, request: ApiRequest, code: ProblemCode) -> Prepared[ProblemExplanation]:
        """The explanation of a code."""
        if code not in EXPLANATIONS:
            raise NotFoundException
        if prefers_html(request.header(b"accept") or ""):
            return Prepared(explanation_page(code, statuses_of(code)))
        return request.tagged(ProblemExplanation.of(code))

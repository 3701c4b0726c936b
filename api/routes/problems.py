"""/problems: what the code of a problem means, at the address that is its type; on both kinds of host."""

from collections.abc import Mapping
from typing import Final

from litestar import get
from litestar.exceptions import NotFoundException

from api.openapi.operation import Operation, Reply
from api.problems.catalog import EXPLANATIONS
from api.problems.pages import explanation_page, list_page, prefers_html
from api.problems.table import statuses_of
from api.requests.request import ApiRequest
from api.responses import RawResponse, json
from api.schemas.problems import ProblemExplanation, ProblemExplanations

__all__ = ["ROUTES", "list_problems", "read_problem", "response_to_type"]

_EXAMPLE: Final = {
    "type": "/problems/malformed-json",
    "code": "malformed-json",
    "title": "Malformed JSON",
    "statuses": [400],
    "explanation": "The body is not a JSON document in UTF-8, or is nested too deeply.",
}
_TAG: Final = "Service"


@get(
    "/problems",
    operation=Operation(
        id="listProblems",
        tag=_TAG,
        summary="Every code that a problem may have, with what it means",
        description="As JSON, or as a plain page for those who accept text/html.",
        replies={200: Reply("The codes.", ProblemExplanations, {"data": [_EXAMPLE]}, also_html=True)},
        conditional=True,
    ),
)
async def list_problems(request: ApiRequest) -> RawResponse:
    """Every code."""
    if prefers_html(request.header(b"accept") or ""):
        return list_page()
    return request.tagged(ProblemExplanations(data=[_explained(code) for code in sorted(EXPLANATIONS)]))


@get(
    "/problems/{code:str}",
    operation=Operation(
        id="readProblem",
        tag=_TAG,
        summary="What the code of a problem means, and what helps",
        description=(
            "The `type` of a problem is this address. As JSON, or as a plain page for those who accept "
            "text/html."
        ),
        replies={200: Reply("The code.", ProblemExplanation, _EXAMPLE, also_html=True)},
        problems=(404,),
        conditional=True,
    ),
)
async def read_problem(request: ApiRequest) -> RawResponse:
    """What a code means."""
    code = request.path_params["code"]
    if code not in EXPLANATIONS:
        raise NotFoundException
    if prefers_html(request.header(b"accept") or ""):
        return explanation_page(code, statuses_of(code))
    return request.tagged(_explained(code))


def response_to_type(path: str, headers: Mapping[bytes, bytes]) -> RawResponse | None:
    """The answer to ``GET path`` on a host of which nothing else can be served, such as a suspended tenant's;
    None when it is not the type of a problem.
    """
    code = path.removeprefix("/problems/")
    if code == path or code not in EXPLANATIONS:
        return None
    if prefers_html(headers.get(b"accept", b"").decode("latin-1")):
        return explanation_page(code, statuses_of(code))
    return json(_explained(code))


def _explained(code: str) -> ProblemExplanation:
    title, explanation = EXPLANATIONS[code]
    return ProblemExplanation(
        type=f"/problems/{code}",
        code=code,
        title=title,
        statuses=list(statuses_of(code)),
        explanation=explanation,
    )


ROUTES: Final = (list_problems, read_problem)

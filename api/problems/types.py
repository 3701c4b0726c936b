"""Serves problem types on hosts that serve nothing else."""

from collections.abc import Mapping

from api.problems.catalog import EXPLANATIONS
from api.problems.pages import explanation_page, prefers_html
from api.problems.table import statuses_of
from api.responses import RawResponse, json
from api.schemas.problems import ProblemExplanation

__all__ = ["response_to_type"]


def response_to_type(path: str, headers: Mapping[bytes, bytes]) -> RawResponse | None:
    """Return the response to ``GET path`` if it is a problem type, otherwise None.

    For hosts of which nothing else can be served, such as a suspended tenant's.
    """
    code = path.removeprefix("/problems/")
    if code == path or code not in EXPLANATIONS:
        return None
    if prefers_html(headers.get(b"accept", b"").decode("latin-1")):
        return explanation_page(code, statuses_of(code))
    return json(ProblemExplanation.of(code))

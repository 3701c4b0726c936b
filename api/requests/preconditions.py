"""If-Match and If-None-Match as dependencies of handlers."""

from typing import Annotated, Final

from litestar.openapi.spec import Example
from litestar.params import HeaderParameter

from api.requests.etags import parse_if_match, parse_if_none_match
from api.requests.request import ApiRequest
from api.requests.sources import FromRequest
from tenant_schema.records.preconditions import Versions

__all__ = ["IF_MATCH", "ONLY_NEW"]


def _versions(request: ApiRequest) -> Versions:
    return parse_if_match(request.header(b"if-match"))


def _only_new(request: ApiRequest) -> bool:
    return parse_if_none_match(request.header(b"if-none-match"))


IF_MATCH: Final = FromRequest(
    _versions,
    {
        "if_match": Annotated[
            str,
            HeaderParameter(
                name="If-Match",
                required=False,
                description=(
                    'Do it only to this version, as its ETag gave it: `"7"`; or to one of several, separated '
                    "by commas. If it is at another one: 412. Weak tags match none."
                ),
                examples=[
                    Example(id="version", value='"7"'),
                    Example(id="several", value='"6", "7"'),
                    Example(id="any", value="*"),
                ],
            ),
        ]
    },
)
"""A provider of :data:`~tenant_schema.records.preconditions.Versions`."""

ONLY_NEW: Final = FromRequest(
    _only_new,
    {
        "if_none_match": Annotated[
            str,
            HeaderParameter(
                name="If-None-Match",
                required=False,
                description="`*`: only create the record; 412 if it is there.",
                schema_extra={"enum": ["*"]},
            ),
        ]
    },
)
"""A provider of whether something is only to be created, never changed."""

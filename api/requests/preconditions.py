"""If-Match and If-None-Match as dependencies of handlers."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Final, TypeVar

import msgspec
from litestar.openapi.spec import Example
from litestar.params import HeaderParameter

from api.requests.etags import digest_tag, parse_if_match, parse_if_none_match
from api.requests.request import ApiRequest, TenantRequest
from api.requests.sources import FromRequest
from api.responses import Prepared, RawHeader, encoded, json_bytes
from tenant_schema.preconditions import Outdated, Versions

__all__ = ["IF_MATCH", "ONLY_NEW", "at_version", "or_current"]

_T = TypeVar("_T")


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
"""A provider of :data:`~tenant_schema.preconditions.Versions`."""

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


def at_version(
    content: _T, version: int | None, status: int = 200, headers: Sequence[RawHeader] = ()
) -> Prepared[_T]:
    """The response to a change of a definition: what it is now, with its ETag."""
    body = encoded(content)
    return Prepared(json_bytes(body, status, headers=[digest_tag(body, version), *headers]))


async def or_current(
    request: TenantRequest, written: Awaitable[_T], read: Callable[[], Awaitable[object]]
) -> _T:
    """Return what a change of a definition returns. If the definition is not at the version that was asked
    for, :class:`~tenant_schema.preconditions.Outdated` has the present one, as ``read`` returns it.
    """
    try:
        return await written
    except Outdated as error:
        request.platform.forget(request.tenant)  # another process may have made the change
        error.current = msgspec.to_builtins(await read())
        raise

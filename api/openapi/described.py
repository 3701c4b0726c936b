"""Options of handlers' decorators besides Litestar's: problems, headers, schemas of bodies.

Litestar keeps options that it does not know in a handler's ``opt``. :mod:`api.openapi.completion` reads
these:

- ``body_example``, ``example``: of the request's body, of the response's.
- ``conditional``: the response has an ETag, and is 304 for an If-None-Match that names it.
- ``also_html``: browsers get a page in place of JSON.
- ``without_factor``: sessions that lack a required second factor are admitted.
- ``body``: a :class:`BodySchema`, where the handler takes no ``data``.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from litestar.datastructures import ResponseHeader
from litestar.openapi import ResponseSpec

from api.problems.documents import ProblemDocument

__all__ = ["CONTENT_DISPOSITION", "ETAG", "LOCATION", "BodySchema", "problems"]

CONTENT_DISPOSITION: Final = ResponseHeader(name="Content-Disposition", documentation_only=True)
LOCATION: Final = ResponseHeader(name="Location", documentation_only=True)
ETAG: Final = ResponseHeader(name="ETag", documentation_only=True)


@dataclass(frozen=True, slots=True)
class BodySchema:
    """Metadata of a body that the handler takes as it is: ``Annotated[dict[str, Any], BodySchema({…})]``.

    :ivar described_by: a JSON Schema, or a Struct that describes the body where a service checks it.
    """

    described_by: Mapping[str, Any] | type[msgspec.Struct]
    media_type: str = "application/json"

    @property
    def schema(self) -> dict[str, Any]:
        """The JSON Schema; of a Struct a reference to it."""
        if isinstance(self.described_by, type):
            return {"$ref": f"#/components/schemas/{self.described_by.__name__}"}
        return dict(self.described_by)


def problems(*statuses: int) -> dict[int, ResponseSpec]:
    """A route's own problems, for its ``responses``. Those that follow from its kind need not be named."""
    return {
        status: ResponseSpec(ProblemDocument, generate_examples=False, media_type="application/problem+json")
        for status in statuses
    }

"""What a route says of itself for the OpenAPI document, written beside its handler."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

__all__ = ["Operation", "Parameter", "Reply", "Schema"]

Schema = Mapping[str, Any]
"""A JSON Schema."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter, of the query unless ``where`` says ``path`` or ``header``."""

    name: str
    description: str
    schema: Schema
    where: str = "query"
    required: bool = False
    example: Any = None
    more: Schema = field(default_factory=dict)
    """What else OpenAPI knows of parameters: ``style``, ``explode``, ``examples``."""


@dataclass(frozen=True, slots=True)
class Reply:
    """One way in which a route answers when all is well."""

    description: str
    content: type[msgspec.Struct] | Schema | None = None
    example: Any = None
    headers: tuple[str, ...] = ()
    """Names of the headers that come along, besides X-Request-ID."""
    media_type: str = "application/json"
    also_html: bool = False
    """Whether browsers get a page instead."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """A route as the document shows it. Answers that follow from its kind (400, 401 …) need no mention."""

    id: str
    tag: str
    summary: str
    description: str = ""
    replies: Mapping[int, Reply]
    body: type[msgspec.Struct] | Schema | None = None
    body_example: Any = None
    body_type: str = "application/json"
    query: type[msgspec.Struct] | None = None
    """The query parameters, each a field."""
    parameters: tuple[Parameter, ...] = ()
    """Parameters that ``query`` does not tell: headers, and those with a grammar of their own."""
    problems: tuple[int, ...] = ()
    """Statuses of the problems that are this route's own, such as 409."""

    conditional: bool = False
    """Whether the response has an ETag, and is 304 for an If-None-Match that names it."""

    @property
    def takes_query(self) -> bool:
        """Whether the route has query parameters; if not, any is refused before its handler is called."""
        return self.query is not None or any(one.where == "query" for one in self.parameters)

"""Dependencies that are read from the request: the query as a Struct, a header, an id in the path.

Litestar's OpenAPI document takes a route's parameters from the signatures of its dependencies. The providers
here have the signature that describes them, and are called with the request.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from inspect import Parameter, Signature
from typing import Annotated, Any, Final, TypeAlias, TypeVar
from uuid import UUID

import msgspec
from litestar.di import Dependency, Provide
from litestar.params import ParameterKwarg, PathParameter, QueryParameter, SkipValidationMarker

from api.requests.bodies import Check
from api.requests.request import ApiRequest

__all__ = ["CheckedBy", "FromRequest", "Injected", "PathId", "Query", "QueryPairs", "grammar"]

_T = TypeVar("_T")

Injected: TypeAlias = Annotated[_T, Dependency(kind="named"), SkipValidationMarker()]
"""A dependency, found by the parameter's name. Its value is taken as the provider returns it."""

QueryPairs: TypeAlias = tuple[tuple[str, str], ...]
"""The query's parameters in order, for routes whose query has a grammar of its own; see :func:`grammar`."""


_CANONICAL: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True)
class PathId(PathParameter):
    """An id in the path, for ``Annotated[UUID, PathId(…)]``.

    For a text that is not a UUID in canonical form, ``missing`` builds the error.
    """

    missing: Callable[[str], Exception] = LookupError

    def parse(self, text: str) -> UUID:
        """Return the id. Raises the error of ``missing``."""
        if _CANONICAL.fullmatch(text) is None:
            raise self.missing(text)
        return msgspec.convert(text, UUID)


@dataclass(frozen=True, slots=True)
class CheckedBy:
    """Metadata of a body: ``Annotated[NewTenant, CheckedBy(faults)]``.

    ``checks(request)`` returns the function that finds problems beyond types; they are reported together with
    the others.
    """

    checks: Callable[[ApiRequest], Check]


class FromRequest(Provide):
    """A synchronous provider that takes the request.

    :param parameters: what it reads, by argument name: annotations for the OpenAPI document, with
        Litestar's ``QueryParameter`` or ``HeaderParameter``.
    :ivar shape: the Struct that describes the query, if there is one.
    """

    __slots__ = ("shape",)

    def __init__(
        self,
        read: Callable[[Any], Any],
        parameters: Mapping[str, Any],
        shape: type[msgspec.Struct] | None = None,
    ) -> None:
        super().__init__(_described(read, parameters), sync_to_thread=False)
        self.shape = shape


def Query(shape: type[msgspec.Struct]) -> FromRequest:  # noqa: N802 - it stands where Provide stands
    """A provider of the query as a ``shape``: unknown, repeated and unfit parameters are refused together."""

    def read(request: ApiRequest) -> Any:
        return request.query_as(shape)

    return FromRequest(read, dict(_parameters(shape)), shape)


def grammar(shape: type[msgspec.Struct]) -> FromRequest:
    """A provider of the query as :data:`QueryPairs`, which the service parses; ``shape`` describes them."""

    def read(request: ApiRequest) -> QueryPairs:
        return request.pairs()

    return FromRequest(read, dict(_parameters(shape)), shape)


_NOTHING: Final = Parameter.empty


def _parameters(shape: type[msgspec.Struct]) -> Iterable[tuple[str, Any]]:
    """Each field as an annotation. :mod:`api.openapi.completion` adds msgspec's schemas and descriptions."""
    for field in msgspec.structs.fields(shape):
        yield (
            f"query_{field.name}",  # dependencies have names of the same kind
            Annotated[Any, QueryParameter(name=field.encode_name, required=field.required)],
        )


def _described(read: Callable[[Any], Any], parameters: Mapping[str, Any]) -> Callable[[Any], Any]:
    """``read`` with a signature of ``parameters``."""

    def provide(request: Any) -> Any:
        return read(request)

    provide.__signature__ = Signature(  # type: ignore[attr-defined]
        [
            Parameter(name, Parameter.KEYWORD_ONLY, annotation=annotation, default=_default(annotation))
            for name, annotation in parameters.items()
        ]
    )
    provide.__annotations__ = {**parameters, "return": Any}
    return provide


def _default(annotation: Any) -> Any:
    described: ParameterKwarg = annotation.__metadata__[0]
    return _NOTHING if described.required else None

"""The components of a document: only those that are used, in the form that client generators read."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

__all__ = ["with_used_components"]

_Json = dict[str, Any]

_PREFIX: Final = "#/components/"
_VALUES: Final = frozenset({"const", "default", "enum", "example", "examples"})
"""Keywords whose values are data, not schemas."""


def with_used_components(document: Mapping[str, Any]) -> _Json:
    """Return the document with the components that its paths and tags refer to, directly or through others.

    A tag refers to a schema with ``x-record``. Objects without listed properties say that they take any.
    """
    components = document["components"]
    used: dict[str, set[str]] = {kind: set() for kind in components}
    pending: list[Any] = [document["paths"], document["tags"]]
    while pending:
        for kind, name in _references(pending.pop()):
            if name not in used[kind]:
                used[kind].add(name)
                pending.append(components[kind][name])
    used["securitySchemes"] = set(components["securitySchemes"])
    kept = {
        kind: {name: _opened(part) for name, part in parts.items() if name in used[kind]}
        for kind, parts in components.items()
    }
    return {
        **document,
        "paths": _opened(document["paths"]),
        "components": {kind: parts for kind, parts in kept.items() if parts},
    }


def _references(part: object) -> Iterator[tuple[str, str]]:
    """Kind and name of each component that a part of the document refers to."""
    if isinstance(part, Mapping):
        reference = part.get("$ref")
        if isinstance(reference, str) and reference.startswith(_PREFIX):
            kind, _, name = reference.removeprefix(_PREFIX).partition("/")
            yield kind, name
        if "x-record" in part:
            yield "schemas", part["x-record"]
        for held in part.values():
            yield from _references(held)
    elif isinstance(part, list | tuple):
        for held in part:
            yield from _references(held)


def _opened(part: Any) -> Any:
    """The part with ``additionalProperties: true`` in objects that list no properties.

    It is the default, but generators take an object without it for one of no properties.
    """
    if isinstance(part, Mapping):
        own = {key: held if key in _VALUES else _opened(held) for key, held in part.items()}
        is_open = own.get("type") == "object" and not {"properties", "anyOf", "oneOf", "allOf"} & set(own)
        if (is_open and "additionalProperties" not in own) or own.get("additionalProperties") == {}:
            own["additionalProperties"] = True
        return own
    if isinstance(part, list | tuple):
        return [_opened(held) for held in part]
    return part

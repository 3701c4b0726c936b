"""Query parameters: split once, refused when unknown, converted with all faults at once."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, Final, TypeVar, get_args
from urllib.parse import parse_qsl

import msgspec

from api.errors import InvalidQuery
from api.requests.bodies import explain
from tenant_schema.problems import Problem, suggestion

__all__ = ["MOST_PARAMETERS", "decode_query", "query_pairs", "refuse_unknown"]

_S = TypeVar("_S", bound=msgspec.Struct)

MOST_PARAMETERS: Final = 200


def query_pairs(query_string: bytes) -> tuple[tuple[str, str], ...]:
    """The parameters in order, ``+`` and percent signs decoded.

    Raises :class:`~api.errors.InvalidQuery` when they are not UTF-8, hold NUL, or are too many.
    """
    return (_recent_pairs if len(query_string) <= _LONGEST_KEPT else _parsed)(query_string)


def _parsed(query_string: bytes) -> tuple[tuple[str, str], ...]:
    try:
        pairs = parse_qsl(
            query_string.decode("ascii"),
            keep_blank_values=True,
            errors="strict",
            max_num_fields=MOST_PARAMETERS,
        )
    except ValueError as error:
        message = f"The query must be percent-encoded UTF-8, of {MOST_PARAMETERS} parameters at most."
        raise InvalidQuery([Problem("", "malformed-query", message)]) from error
    bad = [name for name, value in pairs if "\0" in name or "\0" in value]
    if bad:
        raise InvalidQuery([Problem(name.replace("\0", ""), "malformed-query", "Holds NUL.") for name in bad])
    return tuple(pairs)


_recent_pairs: Final = lru_cache(1_024)(_parsed)
"""Clients send the same queries again and again; parsing one takes longer than finding its plan."""
_LONGEST_KEPT: Final = 1_024


def refuse_unknown(names: Iterable[str], known: Sequence[str]) -> None:
    """Raises :class:`~api.errors.InvalidQuery` for every unknown name, with the nearest known one."""
    problems = list(_unknown(names, known))
    if problems:
        raise InvalidQuery(problems)


def _unknown(names: Iterable[str], known: Sequence[str]) -> Iterable[Problem]:
    for name in dict.fromkeys(names):
        if name not in known:
            message = "There is no such query parameter here."
            yield Problem(name, "unknown-parameter", message, suggestion(name, known))


def decode_query(pairs: Sequence[tuple[str, str]], shape: type[_S]) -> _S:
    """The parameters as a ``shape``, whose fields are text, numbers or options.

    Raises :class:`~api.errors.InvalidQuery` with every fault: unknown names, repeated and
    missing ones, unfit values.
    """
    fields = {field.encode_name: field for field in msgspec.structs.fields(shape)}
    problems = list(_unknown((name for name, _ in pairs), list(fields)))
    values: dict[str, Any] = {}
    for name, text in pairs:
        if name in values:
            problems.append(Problem(name, "repeated-parameter", "Is given more than once."))
        elif name in fields:
            try:
                kind = fields[name].type
                values[name] = msgspec.convert(text, kind, strict=datetime in _parts(kind))
            except msgspec.ValidationError as error:
                problems.append(Problem(name, *explain(str(error))))
    given = {name for name, _ in pairs}
    missing = [name for name, field in fields.items() if field.required and name not in given]
    problems += [Problem(name, "required", "Must be given.") for name in missing]
    if problems:
        raise InvalidQuery(problems)
    return shape(**{fields[name].name: value for name, value in values.items()})


def _parts(kind: Any) -> set[Any]:
    """The types in an annotation: a time must not be a number of seconds, which a lax conversion takes."""
    return {kind}.union(*map(_parts, get_args(kind)))

"""Converts the values of HTML forms, which are texts, to the types of columns."""

import re
from collections.abc import Awaitable, Callable, Container, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec

from api.admin.columns import Column
from api.admin.errors import RowNotFound
from api.errors import InvalidBody
from tenant_schema.problems import InvalidInput, Problem, suggestion

__all__ = ["UNREADABLE", "accept", "as_json", "changed", "problems_together", "read", "uuid_of"]

_Result = TypeVar("_Result")
_CAPITAL: Final = re.compile(r"[A-Z]")
_PART: Final = re.compile(r"[.\[]")
_TRUTH: Final[Mapping[str, bool]] = {"true": True, "false": False}
_LONGEST_INTEGER: Final = 25


class _Unreadable:
    """Stands for text that should be JSON and is not: nothing that a service takes."""


UNREADABLE: Final = _Unreadable()


class _Unfit(Exception):
    """A value that is none of its column's; the message says what would be."""


def accept(columns: Sequence[Column], given: Mapping[str, Any], *, whole: bool = True) -> dict[str, Any]:
    """The values by column, each of its column's type. Raises :class:`~api.errors.InvalidBody` with all
    faults.

    :param whole: whether what is required must be there, as it must when something is made.
    """
    known = {column.name: column for column in columns}
    values: dict[str, Any] = {}
    problems = list(_unknown(given, known))
    for name, column in known.items():
        if name in given:
            try:
                values[name] = _value(column, given[name])
            except _Unfit as error:
                problems.append(Problem(name, "invalid-value", str(error)))
                continue
        if column.required and (whole or name in given) and values.get(name) in (None, "", []):
            problems.append(Problem(name, "required", "a value is needed"))
    if problems:
        raise InvalidBody(problems)
    return values


def read(columns: Sequence[Column], given: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """Return the values for a service that validates them itself, as in the API.

    Text that is no value of its column stays as it is; in the place of what should be JSON and is not stands
    :data:`UNREADABLE`, and the problem is there to be reported with the service's own.

    Raises :class:`~api.errors.InvalidBody` for what no form sends: unknown fields, and values of another
    type, such as a number for a text.
    """
    known = {column.name: column for column in columns}
    never_sent = list(_unknown(given, known))
    values: dict[str, Any] = {}
    problems: list[Problem] = []
    for name, value in given.items():
        if (column := known.get(name)) is None:
            continue
        try:
            values[name] = _value(column, value)
        except _Unfit as error:
            problem = Problem(name, "invalid-value", str(error))
            if column.widget == "json":
                values[name] = UNREADABLE
                problems.append(problem)
            elif isinstance(value, str) or (column.type == "array" and _is_texts(value)):
                values[name] = value
            else:
                never_sent.append(problem)
    if never_sent:
        raise InvalidBody(never_sent)
    return values, problems


async def problems_together(
    problems: Sequence[Problem], *steps: Awaitable[_Result], columns: Sequence[Column] = ()
) -> _Result:
    """Takes the steps, and gives the result of the last one.

    Raises :class:`~api.errors.InvalidBody` with ``problems`` and those of all steps, of which every one is
    taken. Whoever has more than one step, or one that succeeds in spite of ``problems``, is in a transaction.

    :param columns: those of the form; a problem of ``primaryDomain`` is one of its ``primary_domain``.
    """
    names = {column.name for column in columns}
    found, results = list(problems), list[_Result]()
    for step in steps:
        try:
            results.append(await step)
        except InvalidInput as error:
            known = {one.field for one in problems}
            named = [_in_form(one, names) for one in error.problems]
            found += [one for one in named if one.field not in known]
    if found:
        raise InvalidBody(found)
    return results[-1]


def _in_form(problem: Problem, names: Container[str]) -> Problem:
    """``admin.email`` of the API is ``admin_email`` of a form that has no field ``admin``; ``roles[0]`` is a
    part of ``roles``.
    """
    snake = _CAPITAL.sub(lambda letter: f"_{letter[0].lower()}", problem.field)
    for name in (problem.field, snake, snake.replace(".", "_")):
        if name in names:
            return replace(problem, field=name)
    first = _PART.split(snake)[0]
    if first in names:
        return replace(problem, field=first, message=f"{problem.field}: {problem.message}")
    return problem


def as_json(values: Mapping[str, Any]) -> bytes:
    """A body as REST would be sent it; :data:`UNREADABLE` is of no type that REST expects."""
    return msgspec.json.encode(values, enc_hook=lambda _: False)


def changed(
    columns: Mapping[str, Column], given: Mapping[str, Any], row: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the values of a form that differ from the row: a form sends all of its fields.

    Times count as the same to the millisecond, which is as far as forms go.
    """
    return {
        name: value
        for name, value in given.items()
        if name not in columns or not _is_same(columns[name], value, row.get(name))
    }


def _is_same(column: Column, given: Any, known: Any) -> bool:
    if given == known or (given in (None, "", []) and known in (None, "", [])):
        return True
    try:
        mine, theirs = _value(column, given), _value(column, known)
    except _Unfit:
        return False
    if column.format == "date-time" and isinstance(mine, str) and isinstance(theirs, str):
        return _milliseconds(mine) == _milliseconds(theirs)
    return bool(mine == theirs)


def _milliseconds(text: str) -> object:
    try:
        return int(datetime.fromisoformat(text).timestamp() * 1000)
    except ValueError:
        return text


def uuid_of(row_id: str) -> UUID:
    """A row's id. Raises :class:`RowNotFound` for what is none."""
    try:
        return UUID(row_id)
    except ValueError:
        raise RowNotFound from None


def _unknown(given: Mapping[str, Any], known: Mapping[str, Column]) -> Iterator[Problem]:
    for name in given:
        if name not in known:
            yield Problem(name, "unknown-field", "there is no such field", suggestion(name, known))


def _value(column: Column, given: Any) -> Any:
    if given is None or (given == "" and (column.nullable or not column.is_text)):
        return None
    if column.widget == "json":
        return _json(given)
    value = _READERS[column.type](given)
    if column.choices is not None:
        for one in value if isinstance(value, list) else [value]:
            if one not in column.choices:
                raise _Unfit(f"must be one of {', '.join(column.choices)}")
    return value


def _text(given: Any) -> str:
    if isinstance(given, str):
        return given
    raise _Unfit("must be a text")


def _integer(given: Any) -> int:
    if isinstance(given, int) and not isinstance(given, bool):
        return given
    try:
        return int(given if isinstance(given, str) and len(given) <= _LONGEST_INTEGER else "")
    except ValueError:
        raise _Unfit("must be a whole number") from None


def _number(given: Any) -> Any:
    """As it is: those who keep it know better what a number is."""
    if isinstance(given, str | int | float) and not isinstance(given, bool):
        return given
    raise _Unfit("must be a number")


def _boolean(given: Any) -> bool:
    if isinstance(given, bool):
        return given
    if isinstance(given, str) and given in _TRUTH:
        return _TRUTH[given]
    raise _Unfit("must be true or false")


def _is_texts(given: Any) -> bool:
    return isinstance(given, list) and all(isinstance(one, str) for one in given)


def _array(given: Any) -> list[str]:
    if _is_texts(given):
        return [one for one in given if one != ""]
    raise _Unfit("must be a list")


def _json(given: Any) -> Any:
    if not isinstance(given, str):
        return given
    try:
        return msgspec.json.decode(given)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise _Unfit("must be JSON") from None


_READERS: Final[Mapping[str, Callable[[Any], Any]]] = {
    "string": _text,
    "integer": _integer,
    "number": _number,
    "boolean": _boolean,
    "array": _array,
}

"""Request bodies: read within a limit, decoded as JSON, and checked against a Struct, all faults at once."""

import asyncio
import re
from collections.abc import Callable, Collection, Coroutine, Iterable, Mapping
from dataclasses import replace
from enum import Enum
from types import UnionType
from typing import Any, Final, Literal, TypeVar, Union, cast, get_args, get_origin

import msgspec
from litestar.types import HTTPReceiveMessage, Receive

from api.errors import (
    BodyTooLarge,
    BodyTooSlow,
    ClientGone,
    InvalidBody,
    UnsupportedContentEncoding,
    UnsupportedMediaType,
)
from api.requests.json_portions import SMALL, decode_in_portions, malformed
from api.server.begun import Begun
from tenant_schema.problems import MAX_NAME, Problem, ProblemCollector, suggestion

__all__ = [
    "Check",
    "add_unknown",
    "arrived",
    "convert",
    "decode_json",
    "decode_large",
    "decode_struct",
    "explain",
    "read_body",
    "require_json",
    "require_length",
    "require_plain",
]

_B = TypeVar("_B", bytes, bytearray)
_S = TypeVar("_S", bound=msgspec.Struct)

Check = Callable[[Mapping[str, Any]], Iterable[Problem]]
"""Faults of a body, by the fields that are there and well-formed."""

_WHERE: Final = re.compile(r" - at `\$\.?(?P<path>[^`]*)`\Z")


async def read_body(receive: Receive, limit: int, seconds: float) -> bytes:
    """The whole body.

    Raises :class:`~api.errors.BodyTooLarge` as soon as more than ``limit`` bytes have come, announced or not,
    :class:`~api.errors.BodyTooSlow` when it is not whole after ``seconds``, and
    :class:`~api.errors.ClientGone` when the client hangs up in the middle.
    """
    call = Begun(cast("Coroutine[Any, Any, Any]", receive()))
    if call.is_done and not (message := await call).get("more_body"):
        return await _read_on(message, receive, limit)  # as most bodies: no timer is needed
    try:
        async with asyncio.timeout(seconds):
            return await _read_on(await call, receive, limit)
    except TimeoutError:
        raise BodyTooSlow from None


def require_length(announced: str | None, limit: int) -> None:
    """Raises :class:`~api.errors.BodyTooLarge` for a body that says of itself that it is."""
    if announced is not None and announced.isdecimal() and int(announced) > limit:
        raise BodyTooLarge(limit)


def require_plain(content_encoding: bytes) -> None:
    """Raises :class:`~api.errors.UnsupportedContentEncoding` for a compressed body."""
    if content_encoding.strip().lower() not in {b"", b"identity"}:
        raise UnsupportedContentEncoding


def arrived(body: bytes, receive: Receive) -> Receive:
    """A ``receive`` that has the whole body at once, and then what else comes."""
    messages: list[HTTPReceiveMessage] = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive_arrived() -> Any:
        return messages.pop() if messages else await receive()

    return receive_arrived


async def _read_on(message: Any, receive: Receive, limit: int) -> bytes:
    body = bytearray()
    while True:
        if message["type"] == "http.disconnect":
            raise ClientGone
        body += message.get("body", b"")
        _within(limit, body)
        if not message.get("more_body"):
            return bytes(body)
        message = await receive()


def _within(limit: int, body: _B) -> _B:
    if len(body) > limit:
        raise BodyTooLarge(limit)
    return body


def _is_json(content_type: str) -> bool:
    """``application/json``, or any type with the suffix ``+json``, whatever its parameters."""
    media_type = content_type.partition(";")[0].strip().lower()
    return media_type == "application/json" or (
        media_type.startswith("application/") and media_type.endswith("+json")
    )


def require_json(content_type: str) -> None:
    """Raises :class:`~api.errors.UnsupportedMediaType` for anything that is not JSON."""
    if content_type != "application/json" and not _is_json(content_type):
        raise UnsupportedMediaType(content_type)


def decode_json(body: bytes) -> Any:
    """The JSON value. Raises :class:`~api.errors.MalformedJson`, for documents nested too deeply as well."""
    try:
        return msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise malformed(body, error) from error


async def decode_large(body: bytes, shape: type[_S], also: Check | None = None) -> _S:
    """As :func:`decode_struct`, in portions between which the event loop serves other requests."""
    if len(body) <= SMALL:
        return decode_struct(body, shape, also)
    value = await decode_in_portions(body)
    await asyncio.sleep(0)
    _refuse_faults(value, shape, also or _nothing_more)
    await asyncio.sleep(0)
    return cast("_S", convert(value, shape))


def _nothing_more(_value: Mapping[str, Any]) -> Iterable[Problem]:
    return ()


def decode_struct(body: bytes, shape: type[_S], also: Check | None = None) -> _S:
    """``body`` as a ``shape``.

    ``also`` is asked for the faults that types cannot tell, of those fields that have none so far. Raises
    :class:`~api.errors.InvalidBody` with every fault, not only the first.
    """
    if also is not None:
        return _checked(decode_json(body), shape, also)
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.ValidationError as error:
        found = _faults_of(decode_json(body), shape)
        if not found.problems:
            found.extend([_problem(error, "")])
        raise InvalidBody(found.problems) from error
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise malformed(body, error) from error


def _checked(value: object, shape: type[_S], also: Check) -> _S:
    _refuse_faults(value, shape, also)
    return cast("_S", convert(value, shape))


def _refuse_faults(value: object, shape: type[msgspec.Struct], also: Check) -> None:
    found = _faults_of(value, shape)
    if isinstance(value, Mapping):
        known = {field.encode_name for field in msgspec.structs.fields(shape)} & value.keys()
        faulty = {re.split(r"[.\[]", problem.field, maxsplit=1)[0] for problem in found.problems}
        found.extend(also({name: value[name] for name in known - faulty}))
    if found.problems:
        raise InvalidBody(found.problems)


def convert(value: object, shape: Any) -> Any:
    """``value`` as a ``shape``. Raises :class:`~api.errors.InvalidBody` for the first fault."""
    try:
        return msgspec.convert(value, shape)
    except msgspec.ValidationError as error:
        raise InvalidBody([_problem(error, "")]) from error


def _faults_of(value: object, shape: type[msgspec.Struct]) -> ProblemCollector:
    found = ProblemCollector()
    _faults(value, shape, found)
    return found


def _faults(value: object, shape: type[msgspec.Struct], found: ProblemCollector, prefix: str = "") -> None:
    """Every fault of ``value`` as a ``shape``, fields of nested Structs as ``admin.email``."""
    if not isinstance(value, Mapping):
        found.add(prefix.rstrip("."), "wrong-type", "Must be an object.")
        return
    fields = {field.encode_name: field for field in msgspec.structs.fields(shape)}
    add_unknown(value, tuple(fields), found, prefix)
    for name, field in fields.items():
        if name in value:
            _field_faults(value[name], field.type, found, f"{prefix}{name}")
        elif field.required:
            found.add(f"{prefix}{name}", "required", "Must be given.")


def add_unknown(
    names: Iterable[str], known: Collection[str], found: ProblemCollector, prefix: str = ""
) -> None:
    """A problem for each of the ``names`` of a body that is not ``known``."""
    for name in found.first_unknown(names, known):
        found.add(
            f"{prefix}{name[:MAX_NAME]}", "unknown-field", "There is no such field.", suggestion(name, known)
        )


def _field_faults(value: object, wanted: Any, found: ProblemCollector, path: str) -> None:
    nested = _struct_in(wanted)
    if nested is not None and isinstance(value, Mapping):
        _faults(value, nested, found, f"{path}.")
        return
    try:
        msgspec.convert(value, wanted)
    except msgspec.ValidationError as error:
        problem = _problem(error, path)
        options = _options_in(wanted) if problem.code == "not-an-option" else ()
        if options:
            near = suggestion(value, options) if isinstance(value, str) else None
            message = f"Must be one of: {', '.join(options[:_MOST_OPTIONS])}."
            problem = replace(problem, message=message, did_you_mean=near)
        found.extend([problem])


def _options_in(wanted: Any) -> tuple[str, ...]:
    """The texts that a type allows, or the elements of a list of that type."""
    if get_origin(wanted) is Literal:
        return tuple(one for one in get_args(wanted) if isinstance(one, str))
    if isinstance(wanted, type) and issubclass(wanted, Enum):
        return tuple(str(one.value) for one in wanted)
    return tuple(option for one in get_args(wanted) for option in _options_in(one))


def _struct_in(wanted: Any) -> type[msgspec.Struct] | None:
    """The Struct that ``wanted`` is, or may be besides None."""
    options = get_args(wanted) if get_origin(wanted) in (Union, UnionType) else (wanted,)
    return next((one for one in options if isinstance(one, type) and issubclass(one, msgspec.Struct)), None)


def _problem(error: msgspec.ValidationError, path: str) -> Problem:
    text = str(error)
    where = _WHERE.search(text)
    if where is not None:
        text, inner = text[: where.start()], where["path"]
        path = f"{path}{inner if inner.startswith('[') or not path else '.' + inner}"
    code, message = explain(text)
    return Problem(path, code, message)


_MOST_OPTIONS: Final = 20
_JSON_WORDS: Final = {
    "str": "text",
    "int": "a whole number",
    "float": "a number",
    "bool": "true or false",
    "null": "null",
    "array": "a list",
    "object": "an object",
    "uuid": "an id",
    "datetime": "a time (RFC 3339)",
}


_COUNTED: Final = {"str": "characters", "bytes": "bytes"}


def explain(text: str) -> tuple[str, str]:
    """msgspec's message as a code and a sentence without Python's names.

    >>> explain("Expected `str`, got `int`")
    ('wrong-type', 'Must be text.')
    >>> explain("Expected `str` of length >= 1")
    ('too-short', 'Must not be empty.')
    >>> explain("Expected `array` of length <= 50")
    ('too-long', 'Must have 50 elements at most.')
    """
    if found := re.match(r"Expected `(\w+)` of length (>=|<=) (\d+)", text):
        return _wrong_length(_COUNTED.get(found[1], "elements"), found[2], int(found[3]))
    if found := re.match(r"Expected `\w+` (>=|<=|>|<) (\S+)", text):
        return "out-of-range", f"Must be {found[1]} {found[2]}."
    if "matching regex" in text:
        return "invalid-format", "Does not have the form asked for."
    if text.startswith("Invalid enum value"):
        return "not-an-option", "Is not one of the values allowed."
    if found := re.match(r"Expected `([^`]+)`", text):
        words = [_JSON_WORDS.get(word.strip(), word.strip()) for word in found[1].split("|")]
        return "wrong-type", f"Must be {' or '.join(words)}."
    return "invalid", "Is not valid."


def _wrong_length(what: str, comparison: str, length: int) -> tuple[str, str]:
    if comparison == "<=":
        return "too-long", f"Must have {length} {what} at most."
    return "too-short", "Must not be empty." if length == 1 else f"Must have {length} {what} at least."

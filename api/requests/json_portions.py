"""Decodes a large JSON document in portions, between which the event loop serves other requests.

A document of some megabytes can be made so that its decoding takes half a second (a list of a million empty
lists). msgspec decodes one in a single call; here it is given a few hundred values at a time, which regular
expressions find. A document that is not JSON is refused by msgspec all the same, and at the same place.
"""

import asyncio
import re
from collections.abc import Generator, Sequence
from time import perf_counter
from typing import Any, Final

import msgspec

from api.errors import MalformedJson, TooManyValues
from tenant_schema.portions import PORTION

__all__ = ["MOST_VALUES", "SMALL", "decode_in_portions", "malformed"]

SMALL: Final = 64 * 1024
"""Bytes of a document that is decoded in one call: 8 ms at the worst."""
MOST_VALUES: Final = 500_000
"""Values of a document: more than a thousand records of an object with as many fields as it may have."""
_CONTAINER: Final = 4
"""Values that a list or an object counts as beside itself, for its memory and the garbage collector."""
_DEEPEST: Final = 500
_WINDOW: Final = 64 * 1024

_SPACE: Final = rb"[ \t\n\r]*+"
_STRING: Final = rb'"(?:[^"\\]++|\\.)*+"'
_SCALAR: Final = rb'[^\s\[\]{},:"]++'
_FLAT: Final = rb"[^\[\]{}\"]*+(?:" + _STRING + rb"[^\[\]{}\"]*+)*+"
_SIMPLE: Final = rb"(?:" + _STRING + rb"|" + _SCALAR + rb")"
_VALUE: Final = rb"(?:" + _SIMPLE + rb"|\[" + _FLAT + rb"\]|\{" + _FLAT + rb"\})" + _SPACE
"""A value without containers in containers; whether it is one, msgspec says."""
_KEY: Final = _STRING + _SPACE + rb":" + _SPACE


def _compiled(pattern: bytes) -> re.Pattern[bytes]:
    return re.compile(_SPACE + pattern, re.DOTALL)


_ITEMS: Final = _compiled(rb"(?:" + _VALUE + rb"," + _SPACE + rb"){1,512}+")
_MEMBERS: Final = _compiled(rb"(?:" + _KEY + _VALUE + rb"," + _SPACE + rb"){1,512}+")
_ITEM: Final = _compiled(_VALUE)
_MEMBER: Final = _compiled(_KEY + _VALUE)
_LONG_ITEM: Final = _compiled(_SIMPLE + _SPACE)
_LONG_MEMBER: Final = _compiled(_KEY + _SIMPLE + _SPACE)
_NAME: Final = _compiled(rb"(" + _STRING + rb")" + _SPACE + rb":")
_NEXT: Final = _compiled(rb"(.?)")

_REASON: Final = re.compile(r"JSON is malformed: (.*) \(byte (\d+)\)")
_ENDS: Final = "truncated"

_DECODE: Final = msgspec.json.Decoder().decode


async def decode_in_portions(body: bytes) -> Any:
    """The JSON value. Raises :class:`~api.errors.MalformedJson` and :class:`~api.errors.TooManyValues`."""
    turn = perf_counter() + PORTION
    steps = _Document(body).steps()
    while True:
        try:
            next(steps)
        except StopIteration as end:
            await asyncio.sleep(0)  # what is done with the value is another portion
            return end.value
        if perf_counter() > turn:
            await asyncio.sleep(0)
            turn = perf_counter() + PORTION


class _Document:
    """One document on its way: how far it is decoded, and the containers that are open."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0
        self._count = 0
        self._open: list[list[Any] | dict[str, Any]] = []

    def steps(self) -> Generator[None, None, Any]:
        """Decodes a portion at each step; returns the value."""
        whole = self._begin(self._following())
        if whole is None:
            return self._decoded(b"", self._at, len(self._body), b"")
        while self._open:
            yield
            here = self._open[-1]
            self._few(here)
            yield from self._one(here)
        if self._following():
            raise self._malformed("trailing characters")
        return whole

    def _few(self, here: list[Any] | dict[str, Any]) -> None:
        """Takes in as many simple values, with the commas after them, as there are in a portion."""
        pattern = _ITEMS if isinstance(here, list) else _MEMBERS
        found = pattern.match(self._body, self._at, self._at + _WINDOW)
        if found is not None:
            end = found.end()
            while self._body[end - 1] != 0x2C:  # the last comma, without the space after it
                end -= 1
            self._take(here, self._at, end - 1)
            self._at = found.end()
            if self._following() in (b"]", b"}", b""):
                raise self._malformed("trailing comma")

    def _one(self, here: list[Any] | dict[str, Any]) -> Generator[None, None, None]:
        """Takes in one value of any size, or the beginning or the end of a container. A long text is found in
        one step and decoded in the next.
        """
        following = self._following()
        if not here and following in (b"]", b"}"):
            self._end(here)
            self._after()
            return
        found = self._whole(*((_ITEM, _LONG_ITEM) if isinstance(here, list) else (_MEMBER, _LONG_MEMBER)))
        if found is not None:
            if found.end() - self._at > _WINDOW:
                yield
            self._take(here, self._at, found.end())
            self._at = found.end()
            self._after()
            return
        name = None if isinstance(here, list) else self._name()
        child = self._begin(self._following())
        if child is None:
            raise self._malformed("invalid character")
        if isinstance(here, list):
            here.append(child)
        else:
            here[str(name)] = child

    def _whole(self, any_value: re.Pattern[bytes], long_value: re.Pattern[bytes]) -> re.Match[bytes] | None:
        """A container that ends within a portion, or a text or number of any length."""
        found = any_value.match(self._body, self._at, self._at + _WINDOW)
        return found or long_value.match(self._body, self._at)

    def _name(self) -> str:
        found = _NAME.match(self._body, self._at)
        if found is None:
            raise self._malformed("a name was expected")
        name: str = self._decoded(b"", found.start(1), found.end(1), b"")
        self._at = found.end()
        return name

    def _after(self) -> None:
        """Read what follows a value: the ends of containers, or a comma."""
        while self._open:
            if self._following() == b",":
                self._at += 1
                if self._following() in (b"]", b"}", b""):
                    raise self._malformed("trailing comma")
                return
            self._end(self._open[-1])

    def _begin(self, following: bytes) -> list[Any] | dict[str, Any] | None:
        if following not in (b"[", b"{"):
            return None
        if len(self._open) >= _DEEPEST:
            raise MalformedJson(f"nested more than {_DEEPEST} levels deep")
        found: list[Any] | dict[str, Any] = [] if following == b"[" else {}
        self._open.append(found)
        self._at += 1
        self._counted(1 + _CONTAINER)
        return found

    def _end(self, here: list[Any] | dict[str, Any]) -> None:
        if self._following() != (b"]" if isinstance(here, list) else b"}"):
            raise self._malformed("expected a comma or the end of the container")
        self._at += 1
        self._open.pop()

    def _take(self, here: list[Any] | dict[str, Any], start: int, end: int) -> None:
        if isinstance(here, list):
            items = self._decoded(b"[", start, end, b"]")
            here.extend(items)
            self._counted_all(items)
        else:
            members = self._decoded(b"{", start, end, b"}")
            here.update(members)
            self._counted_all(list(members.values()))

    def _counted_all(self, values: Sequence[Any]) -> None:
        inner = [len(one) + _CONTAINER for one in values if isinstance(one, list | dict)]
        self._counted(len(values) + sum(inner))

    def _counted(self, number: int) -> None:
        self._count += number
        if self._count > MOST_VALUES:
            raise TooManyValues(MOST_VALUES, MOST_VALUES // (1 + _CONTAINER))

    def _decoded(self, before: bytes, start: int, end: int, after: bytes) -> Any:
        try:
            return _DECODE(before + self._body[start:end] + after)
        except (msgspec.DecodeError, UnicodeDecodeError) as error:
            raise malformed(self._body, error, start - len(before)) from error

    def _following(self) -> bytes:
        """The next byte that is no space; empty at the end."""
        found = _NEXT.match(self._body, self._at)
        assert found is not None, "it matches anything"
        self._at = found.start(1)
        return found[1]

    def _malformed(self, what: str) -> MalformedJson:
        if self._at >= len(self._body):
            what = "it ends too early"
        return MalformedJson(f"{what} at {_place(self._body, self._at)}")


def malformed(body: bytes, error: Exception, shift: int = 0) -> MalformedJson:
    """msgspec's refusal of a document with the place in lines and columns.

    :param shift: where in ``body`` the part that msgspec was given begins.
    """
    if isinstance(error, RecursionError):
        return MalformedJson("nested too deeply")
    if isinstance(error, UnicodeDecodeError):
        return MalformedJson(f"bytes that are not UTF-8 at {_place(body, _not_utf_8(body))}")
    text = str(error)
    if found := _REASON.fullmatch(text):
        return MalformedJson(f"{found[1]} at {_place(body, shift + int(found[2]))}")
    if _ENDS in text:
        return MalformedJson(f"it ends too early at {_place(body, len(body))}")
    return MalformedJson("a number is out of range")


def _not_utf_8(body: bytes) -> int:
    try:
        body.decode()
    except UnicodeDecodeError as error:
        return error.start
    return len(body)


def _place(body: bytes, at: int) -> str:
    """``line 1, column 8``, both counted from 1, columns in bytes."""
    start = body.rfind(b"\n", 0, at)
    number = body.count(b"\n", 0, at) + 1
    return f"line {number}, column {at - start}"

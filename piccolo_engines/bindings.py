"""A value that a context variable has for the length of a block."""

from contextvars import ContextVar, Token
from types import TracebackType
from typing import Generic, TypeVar

__all__ = ["Binding"]

_Value = TypeVar("_Value")


class Binding(Generic[_Value]):
    """Sets the variable inside the block, and what it was before however the block ends.

    Every request goes through some of these; a generator under ``contextlib.contextmanager`` costs three
    times as much. For one block at a time.
    """

    __slots__ = ("_token", "_value", "_variable")

    def __init__(self, variable: ContextVar[_Value], value: _Value) -> None:
        self._variable = variable
        self._value = value

    def __enter__(self) -> None:
        self._token: Token[_Value] = self._variable.set(self._value)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._variable.reset(self._token)

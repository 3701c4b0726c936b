"""Binding: sets a context variable for the duration of a block."""

from contextvars import ContextVar, Token
from types import TracebackType
from typing import Generic, TypeVar

__all__ = ["Binding"]

_Value = TypeVar("_Value")


class Binding(Generic[_Value]):
    """Sets the variable inside the block and restores its earlier value afterwards.

    Use each instance once at a time.

    Every request uses several of these. A generator with ``contextlib.contextmanager`` would take three times
    as long.
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

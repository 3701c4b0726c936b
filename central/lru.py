"""Lru: a bounded mapping that forgets what was not used for the longest time."""

from collections import OrderedDict
from typing import Generic, TypeVar

__all__ = ["Lru"]

_Value = TypeVar("_Value")


class Lru(Generic[_Value]):
    """From names to values, at most ``capacity`` of them."""

    __slots__ = ("_capacity", "_values")

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._values: OrderedDict[str, _Value] = OrderedDict()

    def get(self, name: str) -> _Value | None:
        """The value, which counts as used now; None when there is none."""
        value = self._values.get(name)
        if value is not None:
            self._values.move_to_end(name)
        return value

    def put(self, name: str, value: _Value) -> None:
        """Keep the value, at the expense of the one that was not used for the longest time."""
        self._values[name] = value
        self._values.move_to_end(name)
        if len(self._values) > self._capacity:
            self._values.popitem(last=False)

    def clear(self) -> None:
        """Forget all."""
        self._values.clear()

    def __len__(self) -> int:
        return len(self._values)

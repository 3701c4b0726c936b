"""Lru: a bounded mapping that drops the entry used longest ago."""

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar, overload

__all__ = ["Lru"]

_Key = TypeVar("_Key", bound=Hashable)
_Value = TypeVar("_Value")
_Default = TypeVar("_Default")


class Lru(Generic[_Key, _Value]):
    """Keeps the ``capacity`` entries that were read or written last. Not safe to share between threads.

    >>> kept = Lru(2)
    >>> kept.put("a", 1), kept.put("b", 2), kept.get("a"), kept.put("c", 3)
    (None, None, 1, None)
    >>> kept.get("b"), len(kept)
    (None, 2)
    """

    __slots__ = ("_capacity", "_values")

    def __init__(self, capacity: int) -> None:
        self._capacity = capacity
        self._values: OrderedDict[_Key, _Value] = OrderedDict()

    @overload
    def get(self, key: _Key) -> _Value | None: ...

    @overload
    def get(self, key: _Key, default: _Default) -> _Value | _Default: ...

    def get(self, key: _Key, default: object = None) -> object:
        """Return the value of ``key`` and mark it as used, or return ``default``."""
        values = self._values
        try:
            value = values[key]
        except KeyError:
            return default
        values.move_to_end(key)
        return value

    def put(self, key: _Key, value: _Value) -> None:
        """Set the value of ``key`` and mark it as used.

        Over capacity, the entry used longest ago is dropped.
        """
        self._values[key] = value
        self._values.move_to_end(key)
        if len(self._values) > self._capacity:
            self._values.popitem(last=False)

    def clear(self) -> None:
        """Drop every entry."""
        self._values.clear()

    def __len__(self) -> int:
        return len(self._values)

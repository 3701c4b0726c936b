"""Advice: indexes that shapes of requests lack. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tenant_schema.objects.model.model import ObjectModel
from tenant_schema.objects.model.object_indexes import DESCENDING, ObjectIndex
from tenant_schema.objects.model.packing import PACK
from tenant_schema.records.advice.asked import Cost, Shape

__all__ = ["Advice", "advise"]

_MOST_FIELDS: Final = 5
"""Sort keys of as many texts fit into an entry."""
_MOST: Final = 20


@dataclass(frozen=True, slots=True)
class Advice:
    """An index that would help.

    :ivar shapes: what was asked, the most expensive first, with its cost.
    """

    index: ObjectIndex
    shapes: tuple[tuple[Shape, Cost], ...]

    @property
    def seconds(self) -> float:
        """About how long all the requests took."""
        return sum(cost.mean * cost.asked for _, cost in self.shapes)


def advise(model: ObjectModel, asked: Mapping[Shape, Cost], worth: float) -> list[Advice]:
    """Return the indexes that the shapes of an object lack, the one that would help most first.

    :param worth: the mean seconds of a request from which an index is worth what it costs each write.
    """
    found: dict[ObjectIndex, list[tuple[Shape, Cost]]] = {}
    for shape, cost in asked.items():
        if cost.mean < worth or not _is_known(model, shape):
            continue
        index = _index_for(model, shape)
        if index is not None and not any(_serves(one, shape) for one in _indexes(model, shape)):
            found.setdefault(index, []).append((shape, cost))
    advice = [
        Advice(index, tuple(sorted(shapes, key=lambda one: -one[1].seconds)))
        for index, shapes in found.items()
    ]
    return sorted(advice, key=lambda one: -one.seconds)[:_MOST]


def _is_known(model: ObjectModel, shape: Shape) -> bool:
    """Whether the fields are still there."""
    return all(one.removeprefix(DESCENDING) in model.fields for one in _names(shape))


def _names(shape: Shape) -> Iterable[str]:
    return (*shape.equal, *shape.ranged, *shape.order)


def _indexes(model: ObjectModel, shape: Shape) -> Iterable[Sequence[str]]:
    """The fields of every index, with directions. A unique one does not have texts in the order of lists."""
    for field in model.fields.values():
        if field.indexed or field.unique or (field.type.name == "lookup" and not field.system):
            yield (field.name,)
    yield from (one.fields for one in model.indexes if not (one.unique and shape.order))


def _index_for(model: ObjectModel, shape: Shape) -> ObjectIndex | None:
    """The index in which the records stand together, in order; None if there can be none.

    Fields compared with given values come first, then the order, or the first field that is limited.
    """
    equal = [name for name in shape.equal if _can_be_indexed(model, name)]
    order = [one for one in shape.order if one.removeprefix(DESCENDING) not in equal]
    following = order or list(shape.ranged[:1])
    fields: list[str] = []
    for one in (*equal, *following):
        if not _can_be_indexed(model, one.removeprefix(DESCENDING)):
            break
        fields.append(one)
    return ObjectIndex(tuple(fields[:_MOST_FIELDS])) if fields else None


def _can_be_indexed(model: ObjectModel, name: str) -> bool:
    field = model.fields[name]
    kept_apart = field.storage == PACK
    return name != "id" and not kept_apart and field.type.sortable and field.type.indexable(field)


def _serves(index: Sequence[str], shape: Shape) -> bool:
    """Whether the index has the records that a shape asks for together, and in its order."""
    names = [one.removeprefix(DESCENDING) for one in index]
    count = len(shape.equal)
    if sorted(names[:count]) != sorted(shape.equal):
        return False
    order = [one for one in shape.order if one.removeprefix(DESCENDING) not in shape.equal]
    if not order:
        return not shape.ranged or names[count : count + 1] == list(shape.ranged[:1])
    rest = list(index[count : count + len(order)])
    return rest in (order, [_turned(one) for one in order])


def _turned(name: str) -> str:
    return name[1:] if name.startswith(DESCENDING) else DESCENDING + name

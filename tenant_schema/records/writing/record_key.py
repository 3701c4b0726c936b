"""The key of an upsert: what names one record of an object."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tenant_schema.objects.model.model import FieldModel
from tenant_schema.problems import Problem, suggestion
from tenant_schema.records.access.target import Target
from tenant_schema.records.errors import InvalidQuery
from tenant_schema.records.query.conditions import equals, is_one_of
from tenant_schema.records.query.model import And, Filter, Or
from tenant_schema.records.sql.rendering import shown

__all__ = ["KeyValues", "RecordKey", "record_key"]

KeyValues = tuple[object, ...]
"""A stored value for each field of a key."""


@dataclass(frozen=True, slots=True)
class RecordKey:
    """The id, a unique field, or the fields of a unique index, in the order that the caller gives."""

    fields: tuple[FieldModel, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the fields."""
        return tuple([one.name for one in self.fields])

    @property
    def is_id(self) -> bool:
        """Whether it is the id."""
        return self.names == ("id",)

    def comparable(self, values: Sequence[Any]) -> tuple[object, ...]:
        """What keys with equal values have in common, from stored values."""
        return self._comparable([shown(field, one) for field, one in zip(self.fields, values, strict=True)])

    def comparable_row(self, row: Mapping[str, Any]) -> tuple[object, ...]:
        """As :meth:`comparable`, of a record as it is shown."""
        return self._comparable([row[name] for name in self.names])

    def _comparable(self, values: Sequence[Any]) -> tuple[object, ...]:
        return tuple([field.type.comparable(one) for field, one in zip(self.fields, values, strict=True)])

    def shown(self, values: KeyValues) -> dict[str, object]:
        """The values by field, as a body has them."""
        return {field.name: shown(field, one) for field, one in zip(self.fields, values, strict=True)}

    def matching(self, keys: Sequence[KeyValues]) -> Filter:
        """The filter for records that have one of the keys, of which there is at least one."""
        unique = sorted(set(keys), key=str)
        if len(self.fields) == 1:
            values = tuple([key[0] for key in unique])
            return equals(self.fields[0], values[0]) if len(keys) == 1 else is_one_of(self.fields[0], values)
        unique += unique[-1:] * ((1 << (len(unique) - 1).bit_length()) - len(unique))
        return self._any_of(unique)

    def _any_of(self, keys: Sequence[KeyValues]) -> Filter:
        """As a balanced tree: databases bound the depth of a condition."""
        if len(keys) == 1:
            pairs = zip(self.fields, keys[0], strict=True)
            return And(tuple([equals(field, value) for field, value in pairs]))
        half = len(keys) // 2
        return Or((self._any_of(keys[:half]), self._any_of(keys[half:])))


def record_key(target: Target, name: str) -> RecordKey:
    """Return the key of that name: a unique field, or the fields of a unique index with commas between.

    Raises :class:`InvalidQuery` for what does not name one record, with the closest name of a key.
    """
    open_to = {
        one.name: one
        for one in target.readable.values()
        if not one.read_only and one.name in target.rights.creatable
    }
    asked = tuple(name.split(","))
    together = [one.names for one in target.model.indexes if one.unique and set(one.names) <= open_to.keys()]
    is_key = asked[0] in open_to and open_to[asked[0]].unique if len(asked) == 1 else _among(asked, together)
    if is_key:
        return RecordKey(tuple([open_to[one] for one in asked]))
    keys = [*(one.name for one in open_to.values() if one.unique), *map(",".join, together)]
    near = suggestion(name, keys) or (keys[0] if len(keys) == 1 else None)
    unknown = next((one for one in asked if one not in target.readable), None)
    if unknown is not None:
        raise InvalidQuery([Problem(name, "unknown-field", f"There is no field {unknown!r}.", near)])
    together_word = "" if len(asked) == 1 else " together"
    message = f"{name} is not unique{together_word}, so it does not name one record."
    raise InvalidQuery([Problem(name, "not-unique", message, near)])


def _among(asked: Sequence[str], together: Sequence[Sequence[str]]) -> bool:
    return any(sorted(asked) == sorted(one) for one in together)

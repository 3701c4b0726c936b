"""What can be expanded from an object on: the lookups it has, and the lists of records that look it up."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from tenant_schema.objects.model.model import ObjectModel
from tenant_schema.records.query.paths import Fields, Paths

__all__ = ["Ambiguous", "Around", "Relation", "Relations"]


class Around(Protocol):
    """What has to be known of the objects around: ``Surroundings`` are one."""

    @property
    def objects(self) -> Mapping[str, ObjectModel]:
        """Every object by name."""

    def fields(self, name: str) -> Fields | None:
        """What the caller may read of the object of that name; None when it is not for the caller."""


class Ambiguous(Exception):
    """Several lookups make a related list of that name; ``keys`` are the names that tell them apart."""

    def __init__(self, keys: Sequence[str]) -> None:
        super().__init__(", ".join(keys))
        self.keys = tuple(keys)


@dataclass(frozen=True, slots=True)
class Relation:
    """One of them: see :class:`tenant_schema.records.query.model.Expansion`.

    :param fields: what may be named of the records beyond.
    """

    key: str
    object_name: str
    lookup: str
    many: bool
    fields: Paths


class Relations:
    """The relations of an object, as far as the caller may follow them.

    :param fields: what the caller may name of the object.
    """

    def __init__(self, around: Around, object_name: str, fields: Paths) -> None:
        self.around, self.object_name, self.fields = around, object_name, fields

    def find(self, path: Sequence[str]) -> tuple[Relation, Sequence[str]] | None:
        """The relation that a path begins with, and the rest of the path; None when there is none.

        A related list goes by the name of its object, with that of the lookup behind it where there are
        several. Raises :class:`Ambiguous` when that is missing.
        """
        first, rest = path[0], path[1:]
        beyond = self.fields.beyond(first)
        if beyond is not None:
            target = self.fields[first].settings["target"]
            return Relation(first, target, first, many=False, fields=beyond), rest
        lists = list(self._lists(first))
        if rest and (named := [one for one in lists if one.lookup == rest[0]]):
            return named[0], rest[1:]
        if len(lists) > 1:
            raise Ambiguous([one.key for one in lists])
        return (lists[0], rest) if lists else None

    def beyond(self, relation: Relation) -> "Relations":
        """The relations of the records that a relation leads to."""
        return Relations(self.around, relation.object_name, relation.fields)

    def names(self) -> list[str]:
        """What may be expanded."""
        lookups = [name for name, field in self.fields.items() if field.type.name == "lookup"]
        return lookups + [one.key for name in self.around.objects for one in self._lists(name)]

    def _lists(self, name: str) -> Iterator[Relation]:
        """The lists of records of the object ``name`` that look this one up."""
        model = self.around.objects.get(name)
        if model is None or self.fields.hops == 0:
            return
        lookups = [
            field.name
            for field in model.fields.values()
            if field.type.name == "lookup" and field.settings["target"] == self.object_name
        ]
        readable = self.around.fields(name) if lookups else None
        found = [lookup for lookup in lookups if readable is not None and lookup in readable]
        for lookup in found:
            assert readable is not None
            fields = Paths(readable, self.fields.lead, self.fields.hops - 1)
            key = name if len(found) == 1 else f"{name}.{lookup}"
            yield Relation(key, name, lookup, many=True, fields=fields)

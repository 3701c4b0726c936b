"""The relations of an object that can be expanded: its lookups, and the lists of records that refer to it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from tenant_schema.objects.model.model import ObjectModel
from tenant_schema.records.query.paths import Paths, lookup_target

__all__ = ["Ambiguous", "Relation", "Relations"]


class Ambiguous(Exception):
    """Several lookups have a related list of that name; ``keys`` are the unambiguous names."""

    def __init__(self, keys: Sequence[str]) -> None:
        super().__init__(", ".join(keys))
        self.keys = tuple(keys)


@dataclass(frozen=True, slots=True)
class Relation:
    """One relation, see :class:`tenant_schema.records.query.model.Expansion`.

    :param fields: what may be named of the records beyond.
    """

    key: str
    object_name: str
    lookup: str
    many: bool
    fields: Paths


class Relations:
    """The relations of an object that the caller may follow.

    :param objects: every object of the tenant by name.
    :param fields: the fields of the object that the caller may read, and those beyond its lookups.
    """

    def __init__(self, objects: Mapping[str, ObjectModel], object_name: str, fields: Paths) -> None:
        self.objects, self.object_name, self.fields = objects, object_name, fields

    def find(self, path: Sequence[str]) -> tuple[Relation, Sequence[str]] | None:
        """Return the relation that a path begins with, and the rest of the path; None when there is none.

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
        """Return the relations of the records that a relation leads to."""
        return Relations(self.objects, relation.object_name, relation.fields)

    def names(self) -> list[str]:
        """Return the keys of all relations."""
        lookups = [name for name, field in self.fields.items() if field.type.name == "lookup"]
        return lookups + [one.key for name in self.objects for one in self._lists(name)]

    def _lists(self, name: str) -> Iterator[Relation]:
        """Yield the related lists of records of the object ``name``."""
        model = self.objects.get(name)
        if model is None or self.fields.hops == 0:
            return
        lookups = [one.name for one in model.fields.values() if lookup_target(one) == self.object_name]
        readable = self.fields.lead(name) if lookups else None
        found = [lookup for lookup in lookups if readable is not None and lookup in readable]
        for lookup in found:
            assert readable is not None
            fields = Paths(readable, self.fields.lead, self.fields.hops - 1)
            key = name if len(found) == 1 else f"{name}.{lookup}"
            yield Relation(key, name, lookup, many=True, fields=fields)

"""The fields of an object by name, and those beyond its lookups by path."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from tenant_schema.objects.model.model import FieldModel, ObjectModel
from tenant_schema.records.query.model import MAX_HOPS, And, Condition, Filter, Not, Or
from tenant_schema.records.query.user_fields import USERS

__all__ = ["Fields", "Lead", "Paths", "all_paths", "candidates", "fields_of", "lookup_target", "prefixes_of"]

Fields = Mapping[str, FieldModel]
Lead = Callable[[str], Fields | None]
"""The fields that may be named of the object with that name; None when it cannot be reached."""


class Paths(dict[str, FieldModel]):
    """The fields of an object by name, and those beyond its lookups by path: ``account.industry``.

    It lists the object's own fields; ``get`` knows paths too, up to ``hops`` lookups long.
    """

    __slots__ = ("_beyond", "hops", "lead")

    def __init__(self, fields: Fields, lead: Lead, hops: int = MAX_HOPS) -> None:
        super().__init__(fields)
        self.lead, self.hops = lead, hops
        self._beyond: dict[str, Paths | None] = {}

    def get(self, name: str, default: FieldModel | None = None) -> FieldModel | None:  # type: ignore[override]
        """Return the field of that name or path."""
        if name in self:
            return self[name]
        first, _, rest = name.partition(".")
        beyond = self.beyond(first) if rest else None
        return default if beyond is None else beyond.get(rest, default)

    def beyond(self, name: str) -> "Paths | None":
        """Return the readable fields of the target of the lookup ``name``."""
        if name not in self._beyond:
            self._beyond[name] = self._followed(name)
        return self._beyond[name]

    def _followed(self, name: str) -> "Paths | None":
        field = super().get(name)
        if field is None or field.type.name != "lookup" or self.hops == 0:
            return None
        fields = self.lead(field.settings["target"])
        return None if fields is None else Paths(fields, self.lead, self.hops - 1)

    def candidates(self, path: str) -> list[str]:
        """Return suggestions for an unknown path: the fields of the object at the first unknown part."""
        first, _, rest = path.partition(".")
        beyond = self.beyond(first) if rest else None
        if beyond is None:
            lookups = [name for name, field in self.items() if field.type.name == "lookup"]
            return [f"{name}.{rest}" for name in lookups] if rest else list(self)
        return [f"{first}.{name}" for name in beyond.candidates(rest)]


def candidates(fields: Fields, path: str) -> Sequence[str]:
    """Return valid names, among which the closest to an unknown one is suggested."""
    if not isinstance(fields, Paths):
        return tuple(fields)
    return [name for name in fields.candidates(path) if fields.get(name) is not None]


def lookup_target(field: FieldModel) -> str:
    """Return the name of the object that a lookup refers to; empty for a field of another type."""
    return str(field.settings["target"]) if field.type.name == "lookup" else ""


def all_paths(model: ObjectModel, objects: Mapping[str, ObjectModel]) -> Paths:
    """Everything that can be named from the object on, whoever asks: what row rules are written in."""

    def lead(name: str) -> Fields | None:
        found = USERS if name == USERS.name else objects.get(name)
        return None if found is None else found.fields

    return Paths(model.fields, lead)


def fields_of(tree: Filter) -> Iterable[str]:
    """Yield the fields and paths that a filter names."""
    if isinstance(tree, Condition):
        yield tree.field
    elif isinstance(tree, Not):
        yield from fields_of(tree.term)
    elif isinstance(tree, And | Or):
        for term in tree.terms:
            yield from fields_of(term)


def prefixes_of(paths: Iterable[str]) -> list[str]:
    """Return the lookups in these paths, each after the one before it in a path.

    >>> prefixes_of(["name", "account.owner.name", "account.name"])
    ['account', 'account.owner']
    """
    named = list(paths)
    if "." not in "".join(named):
        return []
    found: dict[str, None] = {}
    for path in named:
        at = path.find(".")
        while at > 0:
            found[path[:at]] = None
            at = path.find(".", at + 1)
    return list(found)

"""The schema as one caller sees it: a tenant's objects, each with the caller's rights to it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from tenant_schema.objects.model.model import ObjectModel
from tenant_schema.records.access.rights import Rights, all_rights, rights_of
from tenant_schema.records.query.paths import Fields, Paths, lookup_target
from tenant_schema.records.query.user_fields import USERS
from tenant_schema.users.rights.permissions import ACTIONS, Access

__all__ = ["USERS_VIEW", "ObjectView", "SchemaView"]

_ALL_ACTIONS: Final = frozenset(ACTIONS)
_KEPT: Final = "schema view"


@dataclass(frozen=True, slots=True)
class ObjectView:
    """One object as a caller may use it.

    :param rights: the fields that the caller may read and write, and the row rules.
    :param actions: what the caller may do with records: ``create``, ``read``, ``update``, ``delete``.
    """

    model: ObjectModel
    rights: Rights
    actions: frozenset[str]

    @property
    def name(self) -> str:
        """The name of the object."""
        return self.model.name

    @property
    def readable(self) -> Fields:
        """The fields that a record is returned with."""
        return self.rights.readable

    @property
    def creatable(self) -> Fields:
        """The fields that the body of a new record may hold."""
        return _settable(self.rights.creatable) if "create" in self.actions else {}

    @property
    def changeable(self) -> Fields:
        """The fields that the body of a change may hold."""
        return _settable(self.rights.writable) if "update" in self.actions else {}

    @property
    def lookups(self) -> dict[str, str]:
        """The readable lookups, each with the name of the object that it refers to."""
        return {name: target for name, field in self.readable.items() if (target := lookup_target(field))}

    @property
    def unique_fields(self) -> list[str]:
        """The readable fields whose value identifies a record, without the id."""
        return [name for name, field in self.readable.items() if field.unique and not field.system]

    @property
    def unique_keys(self) -> list[str]:
        """As :attr:`unique_fields`, with the fields of unique indexes, which have commas between."""
        together = [one.names for one in self.model.indexes if one.unique]
        readable = [names for names in together if self.readable.keys() >= set(names)]
        return [*self.unique_fields, *map(",".join, readable)]


USERS_VIEW: Final = ObjectView(
    USERS, Rights(readable=USERS.fields, creatable={}, writable={}), actions=frozenset()
)
"""Users, as every caller sees them where lookups refer to them."""


class SchemaView:
    """A tenant's objects as one caller may use them, for one version of the definitions.

    Rights are computed when an object is first asked for. Use :meth:`of` to get the view of a caller.

    :param objects: every object of the tenant by name, in the order of names.
    :param access: the caller; None for a view in which everything is open.
    """

    __slots__ = ("__weakref__", "_access", "_views", "objects")

    def __init__(self, objects: Mapping[str, ObjectModel], access: Access | None = None) -> None:
        self.objects = objects
        self._access = access
        self._views: dict[str, ObjectView] = {}

    @classmethod
    def of(cls, access: Access, objects: Mapping[str, ObjectModel]) -> "SchemaView":
        """Return the caller's view of these objects. It is created once for all callers with the same roles,
        and kept until the roles or the definitions change.
        """
        if access.grants is None:
            return cls(objects, access)
        kept = access.grants.kept.get(_KEPT)
        if kept is None or kept.objects is not objects:
            kept = access.grants.kept[_KEPT] = cls(objects, access)
        view: SchemaView = kept
        return view

    def view(self, name: str) -> ObjectView:
        """Return the object ``name``, which must exist, whatever the caller may do with it."""
        found = self._views.get(name)
        if found is None:
            found = self._views[name] = self._create(self.objects[name])
        return found

    def readable(self, name: str) -> ObjectView | None:
        """Return the object ``name``, or users; None if there is none, or the caller may not read it."""
        if name == USERS.name:
            return USERS_VIEW
        view = self.view(name) if name in self.objects else None
        return view if view is not None and "read" in view.actions else None

    def fields(self, name: str) -> Fields | None:
        """Return the fields of the object ``name`` that the caller may read; None as in :meth:`readable`."""
        found = self.readable(name)
        return None if found is None else found.readable

    def paths(self, name: str) -> Paths | None:
        """Return the fields of the object ``name`` that the caller may read, and those beyond its lookups by
        path; None if there is no such object, or the caller may not read it.
        """
        fields = self.fields(name) if name in self.objects else None
        return None if fields is None else Paths(fields, self.fields)

    @property
    def readable_names(self) -> tuple[str, ...]:
        """The names of the objects that the caller may read."""
        return tuple([name for name in self.objects if "read" in self.view(name).actions])

    @property
    def usable(self) -> Sequence[ObjectView]:
        """The objects with whose records the caller may do something."""
        return [view for name in self.objects if (view := self.view(name)).actions]

    def related_lists(self, name: str) -> Sequence[tuple[str, ObjectView, str]]:
        """Return the related lists of an object: the key of each, the object of its records, and the lookup
        by which they refer to the object. Users have none.
        """
        if name == USERS.name:
            return []
        found: list[tuple[str, ObjectView, str]] = []
        for view in self.usable:
            by = [lookup for lookup, into in view.lookups.items() if into == name and "read" in view.actions]
            found += [(view.name if len(by) == 1 else f"{view.name}.{one}", view, one) for one in by]
        return found

    def _create(self, model: ObjectModel) -> ObjectView:
        if self._access is None:
            return ObjectView(model, all_rights(model), _ALL_ACTIONS)
        actions = frozenset([action for action in ACTIONS if self._access.allows(model.name, action)])
        return ObjectView(model, rights_of(self._access, model, self.objects), actions)


def _settable(fields: Fields) -> Fields:
    return {name: field for name, field in fields.items() if not field.read_only}

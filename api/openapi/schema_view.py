"""What of a tenant's objects a caller sees and may write, for the documents that are made for that caller."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from tenant_schema.objects.model.catalog import Catalog
from tenant_schema.objects.model.model import FieldModel, ObjectModel
from tenant_schema.records.access.rights import rights_of
from tenant_schema.records.query.user_fields import USERS
from tenant_schema.scope import TenantScope
from tenant_schema.users.rights.permissions import ACTIONS, Access

__all__ = ["Fields", "Seen", "SeenObject", "lists_of", "seen_by"]

Fields = Mapping[str, FieldModel]


@dataclass(frozen=True, slots=True)
class SeenObject:
    """One object as far as the caller has to do with it.

    :ivar readable: what is shown of a record.
    :ivar creatable: what the body of a new record may give, :ivar changeable: that of a change.
    :ivar actions: what the caller may do, of create, read, update and delete.
    """

    model: ObjectModel
    readable: Fields
    creatable: Fields
    changeable: Fields
    actions: frozenset[str]

    @property
    def name(self) -> str:
        """As callers name it."""
        return self.model.name

    @property
    def lookups(self) -> dict[str, str]:
        """Readable lookups, and the names of what they look into."""
        return {
            name: field.settings["target"]
            for name, field in self.readable.items()
            if field.type.name == "lookup"
        }

    @property
    def unique_fields(self) -> list[str]:
        """By which one record can be named, beside its id."""
        return [name for name, field in self.readable.items() if field.unique and not field.system]


Seen = Mapping[str, SeenObject]
"""By name, in the order of names. Users are there too, as far as lookups show them; no action is for them."""


async def seen_by(scope: TenantScope, access: Access, catalog: Catalog) -> Seen:
    """Everything that there is for the caller. No statement once definitions are known."""
    people = SeenObject(USERS, USERS.fields, {}, {}, frozenset())
    found = {USERS.name: people}
    for name, model in (await catalog.all(scope)).items():
        actions = frozenset(action for action in ACTIONS if access.allows(name, action))
        if actions:
            rights = await rights_of(scope, access, model, catalog)
            creatable = _written(rights.creatable) if "create" in actions else {}
            changeable = _written(rights.writable) if "update" in actions else {}
            found[name] = SeenObject(model, rights.readable, creatable, changeable, actions)
    return found


def _written(fields: Fields) -> Fields:
    return {name: field for name, field in fields.items() if not field.read_only}


def lists_of(seen: Seen, target: str) -> Sequence[tuple[str, SeenObject, str]]:
    """The related lists of an object: how each is called, of which object, by which of its lookups.

    Users have none: there are no records of users to expand them from.
    """
    if target == USERS.name:
        return []
    found = []
    for one in seen.values():
        by = [lookup for lookup, into in one.lookups.items() if into == target and "read" in one.actions]
        found += [(one.name if len(by) == 1 else f"{one.name}.{lookup}", one, lookup) for lookup in by]
    return found

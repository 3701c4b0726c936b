"""The errors of objects, their definitions and the values of their fields.

::

    ObjectsError
    ├── TablesDiffer        tables differ from the definitions and cannot be repaired
    ├── CounterMissing      an auto_number field has no counter
    ├── InvalidName         a name breaks the grammar, is too long, or is reserved
    ├── InvalidValue        a value does not fit its field
    ├── ObjectNotFound      no object of that name
    ├── FieldNotFound       the object has no field of that name
    └── ChangeRefused
        ├── NameTaken           another object or field has the name
        ├── StandardKept        a standard object or field cannot be changed in this way
        ├── FieldInIndex        an index of the object is over the field
        ├── StillLookedUp       fields of other objects refer to the object
        ├── ConversionRefused   a field of that type cannot be converted into the other
        ├── WouldBreakData      existing records do not fit
        ├── WouldLoseData       the object or field holds data, and ``confirm`` is missing
        └── ObjectBusy          another change is in progress

The problems of a whole definition are reported together, as :class:`tenant_schema.problems.InvalidInput`.
"""

from collections.abc import Sequence
from uuid import UUID

__all__ = [
    "ChangeRefused",
    "ConversionRefused",
    "CounterMissing",
    "FieldInIndex",
    "FieldNotFound",
    "InvalidName",
    "InvalidValue",
    "NameTaken",
    "ObjectBusy",
    "ObjectNotFound",
    "ObjectsError",
    "StandardKept",
    "StillLookedUp",
    "TablesDiffer",
    "WouldBreakData",
    "WouldLoseData",
]


class ObjectsError(Exception):
    """The root of this tree."""

    code = "objects-error"


class CounterMissing(ObjectsError):
    """The auto_number field has no counter."""

    code = "counter-missing"

    def __init__(self, field_id: UUID) -> None:
        super().__init__(f"The auto_number field {field_id} has no counter.")
        self.field_id = field_id


class InvalidName(ObjectsError):
    """A name that no object or field may have. ``code`` is the rule that it breaks."""

    def __init__(self, name: str, code: str, message: str) -> None:
        super().__init__(message)
        self.name = name
        self.code = code
        self.message = message


class InvalidValue(ObjectsError):
    """A value that does not fit its field. ``code`` is for programs, ``message`` for people."""

    def __init__(self, code: str, message: str, did_you_mean: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.did_you_mean = did_you_mean


class ObjectNotFound(ObjectsError):
    """There is no object of that name. ``did_you_mean`` is the most similar name, if there is one."""

    code = "object-not-found"

    def __init__(self, name: str, did_you_mean: str | None = None) -> None:
        super().__init__(f"There is no object named {name!r}.")
        self.name = name
        self.did_you_mean = did_you_mean


class FieldNotFound(ObjectsError):
    """The object has no field of that name. ``did_you_mean`` is the most similar name, if there is one."""

    code = "field-not-found"

    def __init__(self, object_name: str, name: str, did_you_mean: str | None = None) -> None:
        super().__init__(f"{object_name} has no field named {name!r}.")
        self.object_name = object_name
        self.name = name
        self.did_you_mean = did_you_mean


class ChangeRefused(ObjectsError):
    """A valid change that cannot be applied at present. ``field`` is the part of it that is refused."""

    code = "change-refused"
    field = "name"


class NameTaken(ChangeRefused):
    """Another object, or another field of the object, has that name."""

    code = "name-taken"

    def __init__(self, kind: str, name: str) -> None:
        super().__init__(f"There is {'an' if kind == 'object' else 'a'} {kind} named {name!r} already.")
        self.name = name


class StandardKept(ChangeRefused):
    """Standard objects and fields cannot be dropped, renamed or given another type."""

    code = "standard-kept"

    def __init__(self, name: str, field: str) -> None:
        super().__init__(f"{name} comes with the product, and its {field} stays as it is.")
        self.name = name
        self.field = field


class FieldInIndex(ChangeRefused):
    """Indexes of the object are over the field. ``indexes`` are their fields."""

    code = "field-in-index"
    field = "field"

    def __init__(self, name: str, indexes: Sequence[Sequence[str]]) -> None:
        listed = ", ".join(f"({', '.join(one)})" for one in indexes)
        super().__init__(f"{name} is in the object's index {listed}. Drop that index first.")
        self.name = name
        self.indexes = tuple(map(tuple, indexes))


class StillLookedUp(ChangeRefused):
    """Fields of other objects refer to the object. ``fields`` are their names, such as ``deals.account``."""

    code = "still-looked-up"
    field = "object"

    def __init__(self, name: str, fields: Sequence[str]) -> None:
        super().__init__(f"{name} is looked up by {', '.join(fields)}. Drop these fields first.")
        self.name = name
        self.fields = tuple(fields)


class ConversionRefused(ChangeRefused):
    """A field's type can only be changed to one that holds all its values. ``allowed`` are those."""

    code = "conversion-refused"
    field = "type"

    def __init__(self, one: str, other: str, allowed: Sequence[str]) -> None:
        possible = f"only into {' or '.join(allowed)}" if allowed else "into no other"
        super().__init__(f"A field of type {one} can be made {possible}, not into {other}.")
        self.allowed = tuple(allowed)


class WouldBreakData(ChangeRefused):
    """Existing records do not fit the change: their number, and the ids of the first."""

    code = "would-break-data"

    def __init__(self, field: str, count: int, ids: Sequence[UUID], why: str) -> None:
        super().__init__(f"{count:,} {'record does' if count == 1 else 'records do'} not fit: {why}.")
        self.field = field
        self.count = count
        self.ids = tuple(ids)


class WouldLoseData(ChangeRefused):
    """The object or field holds data: repeat the request with ``confirm=<name>``."""

    code = "would-lose-data"
    field = "confirm"

    def __init__(self, name: str, count: int) -> None:
        held = f"{count:,} {'record holds' if count == 1 else 'records hold'} data"
        super().__init__(f"{held} in {name}, to be lost for good. If so be it, say confirm={name}.")
        self.name = name
        self.count = count


class ObjectBusy(ChangeRefused):
    """Another change of this tenant's objects, or a long write, did not end in time."""

    code = "object-busy"
    field = "object"
    retry_after = 1

    def __init__(self) -> None:
        super().__init__("Another change is under way; try again shortly.")


class TablesDiffer(ObjectsError):
    """Tables differ from the definitions, and cannot be repaired without loss.

    :ivar kinds: of the differences, as ``GET /api/v1/objects/drift`` names them.
    """

    code = "tables-differ"
    retry_after = 60

    def __init__(self, kinds: Sequence[str]) -> None:
        self.kinds = tuple(kinds)
        super().__init__(
            f"Tables of this tenant are not as its definitions say ({', '.join(kinds)}), and trying again "
            "does not help. Who may manage objects finds which at GET /api/v1/objects/drift; POST there "
            "repairs what can be repaired, the rest takes a backup or a change of the field."
        )

"""What can be wrong with objects, their definitions and the values of their fields.

::

    ObjectsError
    ├── CounterMissing      an auto_number field has nothing to count with
    ├── InvalidName         a name breaks the grammar, is too long, or is reserved
    ├── InvalidValue        a value does not fit its field
    └── ObjectNotFound      no object of that name

Problems of a whole definition are told all at once, as :class:`tenant_schema.problems.InvalidInput`.
"""

from uuid import UUID

__all__ = ["CounterMissing", "InvalidName", "InvalidValue", "ObjectNotFound", "ObjectsError"]


class ObjectsError(Exception):
    """The root of this package's errors."""

    code = "objects-error"


class CounterMissing(ObjectsError):
    """No row counts for the auto_number field: its definition and its counter do not agree."""

    code = "counter-missing"

    def __init__(self, field_id: UUID) -> None:
        super().__init__(f"The auto_number field {field_id} has no counter.")
        self.field_id = field_id


class InvalidName(ObjectsError):
    """A name that no object or field may have; ``code`` says which rule it breaks."""

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
    """No object of that name; ``did_you_mean`` is the nearest one there is, if any is near."""

    code = "object-not-found"

    def __init__(self, name: str, did_you_mean: str | None = None) -> None:
        super().__init__(f"There is no object named {name!r}.")
        self.name = name
        self.did_you_mean = did_you_mean

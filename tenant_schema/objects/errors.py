"""What can be wrong with objects, their definitions and the values of their fields.

::

    ObjectsError
    ├── InvalidName         a name breaks the grammar, is too long, or is reserved
    ├── InvalidValue        a value does not fit its field
    └── ObjectNotFound      no object of that name

Problems of a whole definition are told all at once, as :class:`tenant_schema.problems.InvalidInput`.
"""

__all__ = ["InvalidName", "InvalidValue", "ObjectNotFound", "ObjectsError"]


class ObjectsError(Exception):
    """The root of this package's errors."""

    code = "objects-error"


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

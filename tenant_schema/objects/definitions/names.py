"""Names of objects and fields: validation, and the physical names of tables and columns."""

from uuid import UUID

from tenant_schema.objects.definitions.reserved import FILTER_WORDS
from tenant_schema.objects.errors import InvalidName
from tenant_schema.objects.model.runtime_table import system_columns
from tenant_schema.objects.names import check_name

__all__ = [
    "SYSTEM_OBJECTS",
    "check_field_name",
    "check_object_name",
    "physical_name",
]

_SYSTEM = """
    api_keys apps audit drift fields me objects pages permissions records roles sessions tenant tenants users
    views
"""
SYSTEM_OBJECTS = frozenset(_SYSTEM.split())
"""What permissions, lookups and routes already call something else."""

_SYSTEM_FIELDS = frozenset(system_columns())


def check_object_name(name: str) -> str:
    """Return the name if an object may have it. Raises :class:`InvalidName`."""
    if check_name(name) in SYSTEM_OBJECTS:
        raise InvalidName(name, "reserved-name", "is the name of something that every tenant has")
    return name


def check_field_name(name: str) -> str:
    """Return the name if a field may have it. Raises :class:`InvalidName`."""
    if check_name(name) in FILTER_WORDS:
        raise InvalidName(name, "reserved-name", "is a word by which filters are combined: and, or, not")
    if name in _SYSTEM_FIELDS:
        raise InvalidName(name, "reserved-name", "is the name of a field that every record has")
    return name


def physical_name(name: str, definition_id: UUID) -> str:
    """Return the name of an object's table or a field's column, which is kept when it is renamed.

    The end of the definition's id distinguishes it from an earlier one of the same name, and from the
    keywords of databases.

    >>> physical_name("deals", UUID("0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b"))
    'deals_2e3f4a5b'
    """
    return f"{name}_{definition_id.hex[-8:]}"

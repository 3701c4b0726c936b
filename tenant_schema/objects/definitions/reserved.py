"""Names that fields may not have, because filters give them another meaning.

Keywords of databases and of Python are allowed: tables and columns have physical names that end in a part of
an id (:func:`tenant_schema.objects.definitions.names.physical_name`), and all other names in SQL are quoted.
"""

__all__ = ["FILTER_WORDS"]

FILTER_WORDS = frozenset({"and", "or", "not"})
"""``filter[or][0][stage]=won`` is a group of conditions, not one of a field."""

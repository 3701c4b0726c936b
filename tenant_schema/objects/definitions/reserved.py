"""Names that no field may have because filters mean something else by them.

Words of databases and of Python are names like any other: the tables and columns of objects and fields have
names of their own, with the end of an id (:func:`tenant_schema.objects.definitions.names.physical_name`), and
whatever else a name becomes in SQL is quoted.
"""

__all__ = ["FILTER_WORDS"]

FILTER_WORDS = frozenset({"and", "or", "not"})
"""``filter[or][0][stage]=won`` is a group of conditions, not one of a field."""

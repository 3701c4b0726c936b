"""Every field type by its name: the one place where a new type is registered."""

from collections.abc import Mapping
from types import MappingProxyType

from tenant_schema.objects.fields.protocol import FieldType

__all__ = ["FIELD_TYPES"]

FIELD_TYPES: Mapping[str, FieldType] = MappingProxyType({})

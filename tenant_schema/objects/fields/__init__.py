"""Field types: one module per type, each behind :class:`FieldType`, all registered in ``registry``."""

from tenant_schema.objects.fields.protocol import FieldSpec, FieldType, JsonSchema, Settings

__all__ = ["FieldSpec", "FieldType", "JsonSchema", "Settings"]

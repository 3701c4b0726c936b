"""Every field type that a tenant may use, by its name: the one place where a new type is registered."""

from collections.abc import Mapping
from types import MappingProxyType

from tenant_schema.objects.fields.auto_number import AutoNumberType
from tenant_schema.objects.fields.boolean import BooleanType
from tenant_schema.objects.fields.currency import CurrencyType
from tenant_schema.objects.fields.date import DateType
from tenant_schema.objects.fields.datetime import DatetimeType
from tenant_schema.objects.fields.decimal import DecimalType
from tenant_schema.objects.fields.email import EmailType
from tenant_schema.objects.fields.integer import IntegerType
from tenant_schema.objects.fields.json import JsonType
from tenant_schema.objects.fields.long_text import LongTextType
from tenant_schema.objects.fields.lookup import LookupType
from tenant_schema.objects.fields.multi_select import MultiSelectType
from tenant_schema.objects.fields.percent import PercentType
from tenant_schema.objects.fields.phone import PhoneType
from tenant_schema.objects.fields.protocol import FieldType
from tenant_schema.objects.fields.select import SelectType
from tenant_schema.objects.fields.text import TextType
from tenant_schema.objects.fields.time import TimeType
from tenant_schema.objects.fields.url import UrlType

__all__ = ["FIELD_TYPES"]

_TYPES: tuple[FieldType, ...] = (
    TextType(),
    LongTextType(),
    EmailType(),
    UrlType(),
    PhoneType(),
    IntegerType(),
    DecimalType(),
    CurrencyType(),
    PercentType(),
    BooleanType(),
    DateType(),
    DatetimeType(),
    TimeType(),
    SelectType(),
    MultiSelectType(),
    LookupType(),
    AutoNumberType(),
    JsonType(),
)

FIELD_TYPES: Mapping[str, FieldType] = MappingProxyType(
    {field_type.name: field_type for field_type in _TYPES}
)

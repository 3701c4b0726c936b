"""Every field type that a tenant may use, by its name: the built-in ones and those of ``piccolo_conf``."""

from collections.abc import Mapping
from pkgutil import resolve_name
from types import MappingProxyType

import piccolo_conf
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

__all__ = ["FIELD_TYPES", "kind_of"]

_BUILT_IN: tuple[FieldType, ...] = (
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
    {one.name: one for one in (*_BUILT_IN, *(resolve_name(name)() for name in piccolo_conf.FIELD_TYPES))}
)

_NAMES: Mapping[type[FieldType], str] = {type(one): one.name for one in _BUILT_IN}


def kind_of(field_type: FieldType) -> str:
    """Return the name of the built-in type that the type is or extends; its own name if it extends none.

    Files, forms and aggregates treat a type as its kind.

    >>> kind_of(FIELD_TYPES["percent"])
    'percent'
    """
    return next((_NAMES[one] for one in type(field_type).__mro__ if one in _NAMES), field_type.name)

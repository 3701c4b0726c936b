"""``email``: one e-mail address."""

import re

from tenant_schema.objects.errors import InvalidValue
from tenant_schema.objects.fields.protocol import FieldSpec, JsonSchema
from tenant_schema.objects.fields.short_text import ShortText

__all__ = ["EmailType"]

_ATOM = r"[^\s\x00-\x1f\x7f@\"(),:;<>\[\]\\.]+"
_LABEL = r"(?!-)(?:[^\W_]|-){1,63}(?<!-)"
_ADDRESS = re.compile(
    rf"(?=[^@]{{1,64}}@)(?P<local>{_ATOM}(?:\.{_ATOM})*)@(?P<domain>{_LABEL}(?:\.{_LABEL})+)"
)


class EmailType(ShortText):
    """An address in RFC 5321's dot-atom form with a dotted domain; international addresses are allowed.

    The domain is stored in lower case, the local part unchanged.
    """

    name = "email"
    label = "E-mail"
    longest = 254  # RFC 5321, 4.5.3.1.3, less the angle brackets

    def parse(self, value: object, field: FieldSpec) -> str:
        found = _ADDRESS.fullmatch(super().parse(value, field))
        if found is None:
            raise InvalidValue("not-an-email", "must be an e-mail address such as ann@example.com")
        return super().parse(f"{found['local']}@{found['domain'].lower()}", field)

    def canonical_part(self, text: str, operator: str) -> str:
        """Return the text with what is certainly part of the domain (after the @, or at the end) in lower
        case.
        """
        local, at, domain = text.rpartition("@")
        if at:
            return f"{local}@{domain.lower()}"
        return text.lower() if operator == "endswith" else text

    def json_schema(self, field: FieldSpec) -> JsonSchema:
        return {**super().json_schema(field), "format": "email"}

    def example(self, _field: FieldSpec) -> str:
        return "ann@example.com"

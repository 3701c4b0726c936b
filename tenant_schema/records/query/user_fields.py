"""Users as a model: what lookups such as ``owner`` refer to, with the fields that every caller may read."""

from types import MappingProxyType
from typing import Final
from uuid import UUID

from tenant_schema.objects.fields.email import EmailType
from tenant_schema.objects.fields.id import IdType
from tenant_schema.objects.fields.text import TextType
from tenant_schema.objects.model.model import FieldModel, ObjectModel
from tenant_schema.users.tables import User

__all__ = ["USERS"]

_FIELDS = (
    FieldModel(name="id", column_name="id", label="ID", type=IdType(), required=True, unique=True),
    FieldModel(name="name", column_name="name", label="Name", type=TextType(), settings={"maxLength": 200}),
    FieldModel(name="email", column_name="email", label="E-mail", type=EmailType(), unique=True),
)

USERS: Final = ObjectModel(
    id=UUID(int=0),
    name="users",
    label="User",
    plural_label="Users",
    description="People who sign in.",
    table_name="users",
    standard=True,
    name_field="name",
    fields=MappingProxyType({field.name: field for field in _FIELDS}),
    columns=MappingProxyType({"id": User.id, "name": User.name, "email": User.email}),
    table=User,
)
"""Not an object of the tenant's: it has no trash, no rules, and no records of its own in the record API."""

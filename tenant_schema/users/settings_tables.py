"""The tables of what is set for the whole tenant, and of what each user has set for themselves."""

from piccolo.columns import UUID, Boolean, Bytea, ForeignKey, OnDelete, Text, Varchar
from piccolo.constraints import Unique
from piccolo.table import Table

from piccolo_engines.columns import Timestamps, new_id
from tenant_schema.users.tables import User

__all__ = ["TenantSettings", "UserPreference"]


class TenantSettings(
    Timestamps, Table, tablename="tenant_settings", help_text="How the tenant presents itself to its users."
):
    """At most one row. Without it, the default values apply. Empty texts are not set.

    ``language`` is a language tag (RFC 5646), ``time_zone`` a name of the IANA database, ``currency`` a code
    of ISO 4217, ``accent`` a colour's name or ``#rrggbb``. ``logo_digest`` is the SHA-256 of ``logo``, in
    hexadecimal.
    """

    id = UUID(primary_key=True, default=new_id)
    singleton = Boolean(default=True, unique=True, null=False)
    display_name = Varchar(length=200, default="", null=False)
    language = Varchar(length=35, default="", null=False)
    time_zone = Varchar(length=64, default="", null=False)
    currency = Varchar(length=3, default="", null=False)
    accent = Varchar(length=20, default="", null=False)
    logo = Bytea(null=True, default=None)
    logo_type = Varchar(length=40, default="", null=False)
    logo_digest = Varchar(length=64, default="", null=False)


class UserPreference(
    Timestamps, Table, tablename="user_preferences", help_text="What a frontend keeps for a user."
):
    """``key`` is the frontend's own name for it; ``value`` is JSON, which nothing but the frontend reads."""

    id = UUID(primary_key=True, default=new_id)
    user = ForeignKey(User, on_delete=OnDelete.cascade, null=False)
    key = Varchar(length=60, null=False)
    value = Text(default="null", null=False)

    user_preferences_user_key = Unique(["user", "key"])

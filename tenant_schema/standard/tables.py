"""The tables of the standard objects, which say the same as ``definitions`` (a test compares them)."""

from piccolo.columns import (
    UUID,
    BigInt,
    Date,
    ForeignKey,
    Integer,
    Numeric,
    OnDelete,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.table import Table

from piccolo_engines.columns import new_id, utc_now
from tenant_schema.users.tables import User

__all__ = ["Account", "Contact", "Opportunity", "RecordColumns"]


class RecordColumns:
    """Mixin: what every record has. ``deleted_at`` is set on what lies in the trash."""

    id = UUID(primary_key=True, default=new_id)
    version = Integer(default=1, null=False)
    created_at = Timestamptz(index=True)
    updated_at = Timestamptz(auto_update=utc_now)
    created_by = ForeignKey(User, on_delete=OnDelete.set_null, null=True)
    updated_by = ForeignKey(User, on_delete=OnDelete.set_null, null=True)
    owner = ForeignKey(User, on_delete=OnDelete.set_null, null=True, index=True)
    deleted_at = Timestamptz(default=None, null=True)


class Account(RecordColumns, Table, tablename="accounts", help_text="A company that one does business with."):
    """``name`` is required by the record service, as every required field is: columns are nullable."""

    name = Varchar(length=255, default=None, null=True, index=True)
    website = Varchar(length=1000, default=None, null=True)
    phone = Varchar(length=40, default=None, null=True)
    email = Varchar(length=254, default=None, null=True)
    type = Varchar(length=100, default=None, null=True)
    industry = Varchar(length=100, default=None, null=True)
    annual_revenue = Numeric(digits=(15, 2), default=None, null=True)
    employees = BigInt(default=None, null=True)
    description = Text(default=None, null=True)
    billing_street = Varchar(length=255, default=None, null=True)
    billing_city = Varchar(length=100, default=None, null=True)
    billing_region = Varchar(length=100, default=None, null=True)
    billing_postal_code = Varchar(length=20, default=None, null=True)
    billing_country = Varchar(length=100, default=None, null=True)


class Contact(RecordColumns, Table, tablename="contacts", help_text="A person that one does business with."):
    """Of the account, or of none; stays when the account goes."""

    first_name = Varchar(length=100, default=None, null=True)
    last_name = Varchar(length=100, default=None, null=True, index=True)
    account = ForeignKey(Account, on_delete=OnDelete.set_null, null=True, index=True)
    title = Varchar(length=100, default=None, null=True)
    department = Varchar(length=100, default=None, null=True)
    email = Varchar(length=254, default=None, null=True, index=True)
    phone = Varchar(length=40, default=None, null=True)
    mobile = Varchar(length=40, default=None, null=True)
    lead_source = Varchar(length=100, default=None, null=True)
    birthday = Date(default=None, null=True)
    description = Text(default=None, null=True)
    mailing_street = Varchar(length=255, default=None, null=True)
    mailing_city = Varchar(length=100, default=None, null=True)
    mailing_region = Varchar(length=100, default=None, null=True)
    mailing_postal_code = Varchar(length=20, default=None, null=True)
    mailing_country = Varchar(length=100, default=None, null=True)


class Opportunity(RecordColumns, Table, tablename="opportunities", help_text="A sale that may come about."):
    """With the account, through the contact; stays when they go."""

    name = Varchar(length=255, default=None, null=True, index=True)
    account = ForeignKey(Account, on_delete=OnDelete.set_null, null=True, index=True)
    contact = ForeignKey(Contact, on_delete=OnDelete.set_null, null=True, index=True)
    stage = Varchar(length=100, default=None, null=True, index=True)
    amount = Numeric(digits=(15, 2), default=None, null=True)
    close_date = Date(default=None, null=True, index=True)
    probability = Numeric(digits=(7, 2), default=None, null=True)
    type = Varchar(length=100, default=None, null=True)
    lead_source = Varchar(length=100, default=None, null=True)
    next_step = Varchar(length=255, default=None, null=True)
    description = Text(default=None, null=True)

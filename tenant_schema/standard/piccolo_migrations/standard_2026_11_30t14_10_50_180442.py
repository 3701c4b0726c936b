from piccolo.columns.base import OnDelete
from piccolo.columns.column_types import UUID, BigInt, Date, ForeignKey, Integer, Numeric, Text, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from piccolo_engines.columns import new_id
from tenant_schema.indexes import RecordMigration


class Account(Table, tablename="accounts", schema=None):
    id = UUID(default=new_id, null=False, primary_key=True)


class Contact(Table, tablename="contacts", schema=None):
    id = UUID(default=new_id, null=False, primary_key=True)


class User(Table, tablename="users", schema=None):
    id = UUID(default=new_id, null=False, primary_key=True)


ID = "2026-11-30T14:10:50:180442"
VERSION = "1.38.0"
DESCRIPTION = "The tables of the standard objects"


async def forwards():
    manager = RecordMigration(migration_id=ID, app_name="standard", description=DESCRIPTION)

    manager.add_table("Account", "accounts")
    manager.add_column("Account", "accounts", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column("Account", "accounts", "version", column_class=Integer, params={"default": 1, "null": False})
    manager.add_column("Account", "accounts", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False, "index": True})
    manager.add_column("Account", "accounts", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("Account", "accounts", "created_by", column_class=ForeignKey, params={"references": User, "on_delete": OnDelete.set_null, "null": True})
    manager.add_column("Account", "accounts", "updated_by", column_class=ForeignKey, params={"references": User, "on_delete": OnDelete.set_null, "null": True})
    manager.add_column(
        "Account", "accounts", "owner", column_class=ForeignKey, params={"references": User, "on_delete": OnDelete.set_null, "null": True, "index": True}
    )
    manager.add_column("Account", "accounts", "deleted_at", column_class=Timestamptz, params={"default": None, "null": True})
    manager.add_column("Account", "accounts", "name", column_class=Varchar, params={"length": 255, "default": None, "null": True, "index": True})
    manager.add_column("Account", "accounts", "website", column_class=Varchar, params={"length": 1000, "default": None, "null": True})
    manager.add_column("Account", "accounts", "phone", column_class=Varchar, params={"length": 40, "default": None, "null": True})
    manager.add_column("Account", "accounts", "email", column_class=Varchar, params={"length": 254, "default": None, "null": True})
    manager.add_column("Account", "accounts", "type", column_class=Varchar, params={"length": 100, "default": None, "null": True})
    manager.add_column("Account", "accounts", "industry", column_class=Varchar, params={"length": 100, "default": None, "null": True})
    manager.add_column("Account", "accounts", "annual_revenue", column_class=Numeric, params={"default": None, "digits": (15, 2), "null": True})
    manager.add_column("Account", "accounts", "employees", column_class=BigInt, params={"default": None, "null": True})
    manager.add_column("Account", "accounts", "description", column_class=Text, params={"default": None, "null": True})
    manager.add_column("Account", "accounts", "billing_street", column_class=Varchar, params={"length": 255, "default": None, "null": True})
    manager.add_column("Account", "accounts", "billing_city", column_class=Varchar, params={"length": 100, "default": None, "null": True})
    manager.add_column("Account", "accounts", "billing_region", column_class=Varchar, params={"length": 100, "default": None, "null": True})
    manager.add_column("Account", "accounts", "billing_postal_code", column_class=Varchar, params={"length": 20, "default": None, "null": True})
    manager.add_column("Account", "accounts", "billing_country", column_class=Varchar, params={"length": 100, "default": None, "null": True})

    manager.add_table("Contact", "contacts")
    manager.add_column("Contact", "contacts", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column("Contact", "contacts", "version", column_class=Integer, params={"default": 1, "null": False})
    manager.add_column("Contact", "contacts", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False, "index": True})
    manager.add_column("Contact", "contacts", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("Contact", "contacts", "created_by", column_class=ForeignKey, params={"references": User, "on_delete": OnDelete.set_null, "null": True})
    manager.add_column("Contact", "contacts", "updated_by", column_class=ForeignKey, params={"references": User, "on_delete": OnDelete.set_null, "null": True})
    manager.add_column(
        "Contact", "contacts", "owner", column_class=ForeignKey, params={"references": User, "on_delete": OnDelete.set_null, "null": True, "index": True}
    )
    manager.add_column("Contact", "contacts", "deleted_at", column_class=Timestamptz, params={"default": None, "null": True})
    manager.add_column("Contact", "contacts", "first_name", column_class=Varchar, params={"length": 100, "default": None, "null": True})
    manager.add_column("Contact", "contacts", "last_name", column_class=Varchar, params={"length": 100, "default": None, "null": True, "index": True})
    manager.add_column(
        "Contact", "contacts", "account", column_class=ForeignKey, params={"references": Account, "on_delete": OnDelete.set_null, "null": True, "index": True}
    )
    manager.add_column("Contact", "contacts", "title", column_class=Varchar, params={"length": 100, "default": None, "null": True})
    manager.add_column("Contact", "contacts", "department", column_class=Varchar, params={"length": 100, "default": None, "null": True})
    manager.add_column("Contact", "contacts", "email", column_class=Varchar, params={"length": 254, "default": None, "null": True, "index": True})
    manager.add_column("Contact", "contacts", "phone", column_class=Varchar, params={"length": 40, "default": None, "null": True})
    manager.add_column("Contact", "contacts", "mobile", column_class=Varchar, params={"length": 40, "default": None, "null": True})
    manager.add_column("Contact", "contacts", "lead_source", column_class=Varchar, params={"length": 100, "default": None, "null": True})
    manager.add_column("Contact", "contacts", "birthday", column_class=Date, params={"default": None, "null": True})
    manager.add_column("Contact", "contacts", "description", column_class=Text, params={"default": None, "null": True})
    manager.add_column("Contact", "contacts", "mailing_street", column_class=Varchar, params={"length": 255, "default": None, "null": True})
    manager.add_column("Contact", "contacts", "mailing_city", column_class=Varchar, params={"length": 100, "default": None, "null": True})
    manager.add_column("Contact", "contacts", "mailing_region", column_class=Varchar, params={"length": 100, "default": None, "null": True})
    manager.add_column("Contact", "contacts", "mailing_postal_code", column_class=Varchar, params={"length": 20, "default": None, "null": True})
    manager.add_column("Contact", "contacts", "mailing_country", column_class=Varchar, params={"length": 100, "default": None, "null": True})

    manager.add_table("Opportunity", "opportunities")
    manager.add_column("Opportunity", "opportunities", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column("Opportunity", "opportunities", "version", column_class=Integer, params={"default": 1, "null": False})
    manager.add_column(
        "Opportunity", "opportunities", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False, "index": True}
    )
    manager.add_column("Opportunity", "opportunities", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column(
        "Opportunity", "opportunities", "created_by", column_class=ForeignKey, params={"references": User, "on_delete": OnDelete.set_null, "null": True}
    )
    manager.add_column(
        "Opportunity", "opportunities", "updated_by", column_class=ForeignKey, params={"references": User, "on_delete": OnDelete.set_null, "null": True}
    )
    manager.add_column(
        "Opportunity",
        "opportunities",
        "owner",
        column_class=ForeignKey,
        params={"references": User, "on_delete": OnDelete.set_null, "null": True, "index": True},
    )
    manager.add_column("Opportunity", "opportunities", "deleted_at", column_class=Timestamptz, params={"default": None, "null": True})
    manager.add_column("Opportunity", "opportunities", "name", column_class=Varchar, params={"length": 255, "default": None, "null": True, "index": True})
    manager.add_column(
        "Opportunity",
        "opportunities",
        "account",
        column_class=ForeignKey,
        params={"references": Account, "on_delete": OnDelete.set_null, "null": True, "index": True},
    )
    manager.add_column(
        "Opportunity",
        "opportunities",
        "contact",
        column_class=ForeignKey,
        params={"references": Contact, "on_delete": OnDelete.set_null, "null": True, "index": True},
    )
    manager.add_column("Opportunity", "opportunities", "stage", column_class=Varchar, params={"length": 100, "default": None, "null": True, "index": True})
    manager.add_column("Opportunity", "opportunities", "amount", column_class=Numeric, params={"default": None, "digits": (15, 2), "null": True})
    manager.add_column("Opportunity", "opportunities", "close_date", column_class=Date, params={"default": None, "null": True, "index": True})
    manager.add_column("Opportunity", "opportunities", "probability", column_class=Numeric, params={"default": None, "digits": (7, 2), "null": True})
    manager.add_column("Opportunity", "opportunities", "type", column_class=Varchar, params={"length": 100, "default": None, "null": True})
    manager.add_column("Opportunity", "opportunities", "lead_source", column_class=Varchar, params={"length": 100, "default": None, "null": True})
    manager.add_column("Opportunity", "opportunities", "next_step", column_class=Varchar, params={"length": 255, "default": None, "null": True})
    manager.add_column("Opportunity", "opportunities", "description", column_class=Text, params={"default": None, "null": True})

    return manager

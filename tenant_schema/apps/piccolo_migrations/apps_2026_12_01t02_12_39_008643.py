from piccolo.apps.migrations.auto.migration_manager import MigrationManager
from piccolo.columns.base import OnDelete
from piccolo.columns.column_types import JSON, UUID, Boolean, ForeignKey, Integer, Timestamptz, Varchar
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.columns.defaults.uuid import UUID4
from piccolo.constraints import Unique
from piccolo.table import Table

from piccolo_engines.columns import new_id


class App(Table, tablename="apps", schema=None):
    id = UUID(default=new_id, null=False, primary_key=True)


class ListView(Table, tablename="list_views", schema=None):
    id = UUID(default=new_id, null=False, primary_key=True)


class Role(Table, tablename="roles", schema=None):
    id = UUID(default=new_id, null=False, primary_key=True)


class User(Table, tablename="users", schema=None):
    id = UUID(default=new_id, null=False, primary_key=True)


ID = "2026-12-01T02:12:39:008643"
VERSION = "1.38.0"
DESCRIPTION = "Apps, pages and saved views"


async def forwards():
    manager = MigrationManager(migration_id=ID, app_name="apps", description=DESCRIPTION)

    manager.add_table("App", "apps")
    manager.add_column("App", "apps", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("App", "apps", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("App", "apps", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column("App", "apps", "name", column_class=Varchar, params={"length": 40, "default": "", "null": False, "unique": True})
    manager.add_column("App", "apps", "label", column_class=Varchar, params={"length": 100, "default": "", "null": False})
    manager.add_column("App", "apps", "icon", column_class=Varchar, params={"length": 40, "default": "", "null": False})
    manager.add_column("App", "apps", "description", column_class=Varchar, params={"length": 500, "default": "", "null": False})
    manager.add_column("App", "apps", "active", column_class=Boolean, params={"default": True, "null": False})
    manager.add_column("App", "apps", "position", column_class=Integer, params={"default": 0, "null": False})
    manager.add_column("App", "apps", "navigation", column_class=JSON, params={"default": "[]", "null": False})
    manager.add_column("App", "apps", "translations", column_class=JSON, params={"default": "{}", "null": False})

    manager.add_table("AppPage", "app_pages")
    manager.add_column("AppPage", "app_pages", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("AppPage", "app_pages", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("AppPage", "app_pages", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column("AppPage", "app_pages", "app", column_class=ForeignKey, params={"references": App, "on_delete": OnDelete.cascade, "null": False})
    manager.add_column("AppPage", "app_pages", "name", column_class=Varchar, params={"length": 40, "default": "", "null": False})
    manager.add_column("AppPage", "app_pages", "label", column_class=Varchar, params={"length": 100, "default": "", "null": False})
    manager.add_column("AppPage", "app_pages", "type", column_class=Varchar, params={"length": 20, "default": "", "null": False})
    manager.add_column("AppPage", "app_pages", "object", column_class=Varchar, params={"length": 40, "default": "", "null": False, "index": True})
    manager.add_column("AppPage", "app_pages", "layout", column_class=JSON, params={"default": "{}", "null": False})
    manager.add_column("AppPage", "app_pages", "position", column_class=Integer, params={"default": 0, "null": False})
    manager.add_column("AppPage", "app_pages", "translations", column_class=JSON, params={"default": "{}", "null": False})
    manager.add_constraint("AppPage", "app_pages", "app_pages_app_name", Unique, params={"columns": ["app", "name"]})

    manager.add_table("ListView", "list_views")
    manager.add_column("ListView", "list_views", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("ListView", "list_views", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("ListView", "list_views", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column("ListView", "list_views", "object", column_class=Varchar, params={"length": 40, "default": "", "null": False, "index": True})
    manager.add_column("ListView", "list_views", "label", column_class=Varchar, params={"length": 100, "default": "", "null": False})
    manager.add_column(
        "ListView", "list_views", "owner", column_class=ForeignKey, params={"references": User, "on_delete": OnDelete.set_null, "null": True, "index": True}
    )
    manager.add_column("ListView", "list_views", "filter", column_class=JSON, params={"default": "{}", "null": False})
    manager.add_column("ListView", "list_views", "sort", column_class=JSON, params={"default": "[]", "null": False})
    manager.add_column("ListView", "list_views", "columns", column_class=JSON, params={"default": "[]", "null": False})
    manager.add_column("ListView", "list_views", "widths", column_class=JSON, params={"default": "{}", "null": False})
    manager.add_column("ListView", "list_views", "pinned", column_class=JSON, params={"default": "[]", "null": False})
    manager.add_column("ListView", "list_views", "position", column_class=Integer, params={"default": 0, "null": False})
    manager.add_column("ListView", "list_views", "translations", column_class=JSON, params={"default": "{}", "null": False})

    manager.add_table("ListViewRole", "list_view_roles")
    manager.add_column("ListViewRole", "list_view_roles", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("ListViewRole", "list_view_roles", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("ListViewRole", "list_view_roles", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column(
        "ListViewRole", "list_view_roles", "view", column_class=ForeignKey, params={"references": ListView, "on_delete": OnDelete.cascade, "null": False}
    )
    manager.add_column(
        "ListViewRole",
        "list_view_roles",
        "role",
        column_class=ForeignKey,
        params={"references": Role, "on_delete": OnDelete.cascade, "null": False, "index": True},
    )
    manager.add_constraint("ListViewRole", "list_view_roles", "list_view_roles_view_role", Unique, params={"columns": ["view", "role"]})

    manager.add_table("DefaultView", "default_views")
    manager.add_column("DefaultView", "default_views", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("DefaultView", "default_views", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("DefaultView", "default_views", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column(
        "DefaultView", "default_views", "user", column_class=ForeignKey, params={"references": User, "on_delete": OnDelete.cascade, "null": False}
    )
    manager.add_column("DefaultView", "default_views", "object", column_class=Varchar, params={"length": 40, "default": "", "null": False})
    manager.add_column(
        "DefaultView",
        "default_views",
        "view",
        column_class=ForeignKey,
        params={"references": ListView, "on_delete": OnDelete.cascade, "null": False, "index": True},
    )
    manager.add_constraint("DefaultView", "default_views", "default_views_user_object", Unique, params={"columns": ["user", "object"]})

    manager.add_table("UserItem", "user_items")
    manager.add_column("UserItem", "user_items", "created_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("UserItem", "user_items", "updated_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_column("UserItem", "user_items", "id", column_class=UUID, params={"default": new_id, "null": False, "primary_key": True})
    manager.add_column("UserItem", "user_items", "user", column_class=ForeignKey, params={"references": User, "on_delete": OnDelete.cascade, "null": False})
    manager.add_column("UserItem", "user_items", "collection", column_class=Varchar, params={"length": 10, "default": "", "null": False})
    manager.add_column("UserItem", "user_items", "kind", column_class=Varchar, params={"length": 10, "default": "", "null": False})
    manager.add_column("UserItem", "user_items", "object", column_class=UUID, params={"default": None, "null": True})
    manager.add_column("UserItem", "user_items", "item", column_class=UUID, params={"default": UUID4(), "null": False})
    manager.add_column("UserItem", "user_items", "position", column_class=Integer, params={"default": 0, "null": False})
    manager.add_column("UserItem", "user_items", "seen_at", column_class=Timestamptz, params={"default": TimestamptzNow(), "null": False})
    manager.add_constraint("UserItem", "user_items", "user_items_user_collection_item", Unique, params={"columns": ["user", "collection", "item"]})

    return manager

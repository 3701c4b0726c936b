"""The tables of apps, pages and saved list views."""

from enum import StrEnum

from piccolo.columns import JSON, UUID, Boolean, ForeignKey, Integer, OnDelete, Timestamptz, Varchar
from piccolo.constraints import Unique
from piccolo.table import Table

from piccolo_engines.columns import Timestamps, new_id
from tenant_schema.users.tables import Role, User

__all__ = ["App", "AppPage", "DefaultView", "ListView", "ListViewRole", "PageType", "UserItem"]


class PageType(StrEnum):
    """The type of a page: a list of records, one record, or a layout that only the frontend knows."""

    LIST = "list"
    RECORD = "record"
    CUSTOM = "custom"


class App(Timestamps, Table, tablename="apps", help_text="A group of pages for one kind of work."):
    """``navigation`` is what :func:`tenant_schema.apps.layouts.layouts.check_navigation` lets pass."""

    id = UUID(primary_key=True, default=new_id)
    name = Varchar(length=40, unique=True, null=False)
    label = Varchar(length=100, default="", null=False)
    icon = Varchar(length=40, default="", null=False)
    description = Varchar(length=500, default="", null=False)
    active = Boolean(default=True, null=False)
    position = Integer(default=0, null=False)
    navigation = JSON(default="[]", null=False)
    translations = JSON(default="{}", null=False)


class AppPage(Timestamps, Table, tablename="app_pages", help_text="A page of an app."):
    """``object`` is the name of the object that the page shows, empty for a custom page without one.

    ``layout`` is what :func:`tenant_schema.apps.layouts.layouts.check_layout` lets pass for the page's type.
    """

    id = UUID(primary_key=True, default=new_id)
    app = ForeignKey(App, on_delete=OnDelete.cascade, null=False)
    name = Varchar(length=40, null=False)
    label = Varchar(length=100, default="", null=False)
    type = Varchar(length=20, null=False)
    object = Varchar(length=40, default="", null=False, index=True)
    layout = JSON(default="{}", null=False)
    position = Integer(default=0, null=False)
    translations = JSON(default="{}", null=False)

    app_pages_app_name = Unique(["app", "name"])


class ListView(
    Timestamps, Table, tablename="list_views", help_text="A way of looking at an object's records."
):
    """``owner`` is the user who created it; null once that user is deleted. It is seen by its owner, and by
    those who have one of its :class:`ListViewRole`.

    ``filter`` is in the grammar of the record API, ``sort`` and ``columns`` are lists of fields' names.
    ``widths`` are pixels by column; ``pinned`` columns are the first ones, which do not scroll.
    """

    id = UUID(primary_key=True, default=new_id)
    object = Varchar(length=40, null=False, index=True)
    label = Varchar(length=100, default="", null=False)
    owner = ForeignKey(User, on_delete=OnDelete.set_null, null=True, index=True)
    filter = JSON(default="{}", null=False)
    sort = JSON(default="[]", null=False)
    columns = JSON(default="[]", null=False)
    widths = JSON(default="{}", null=False)
    pinned = JSON(default="[]", null=False)
    position = Integer(default=0, null=False)
    translations = JSON(default="{}", null=False)


class ListViewRole(
    Timestamps, Table, tablename="list_view_roles", help_text="A role that a view is shared with."
):
    """A view has a row for each role that sees it."""

    id = UUID(primary_key=True, default=new_id)
    view = ForeignKey(ListView, on_delete=OnDelete.cascade, null=False)
    role = ForeignKey(Role, on_delete=OnDelete.cascade, null=False, index=True)

    list_view_roles_view_role = Unique(["view", "role"])


class DefaultView(Timestamps, Table, tablename="default_views", help_text="With which view a user begins."):
    """A user has at most one row for an object."""

    id = UUID(primary_key=True, default=new_id)
    user = ForeignKey(User, on_delete=OnDelete.cascade, null=False)
    object = Varchar(length=40, null=False)
    view = ForeignKey(ListView, on_delete=OnDelete.cascade, null=False, index=True)

    default_views_user_object = Unique(["user", "object"])


class UserItem(
    Timestamps, Table, tablename="user_items", help_text="A favourite, or what a user saw lately."
):
    """``collection`` is ``favourite`` or ``recent``; ``kind`` is ``record``, ``view`` or ``page``.

    ``item`` is the id of the record, view or page, and ``object`` the id of a record's object; neither is a
    foreign key, so rows may outlive what they refer to. ``position`` orders favourites, ``seen_at`` what was
    seen lately.
    """

    id = UUID(primary_key=True, default=new_id)
    user = ForeignKey(User, on_delete=OnDelete.cascade, null=False)
    collection = Varchar(length=10, null=False)
    kind = Varchar(length=10, null=False)
    object = UUID(null=True, default=None)
    item = UUID(null=False)
    position = Integer(default=0, null=False)
    seen_at = Timestamptz(null=False)

    user_items_user_collection_item = Unique(["user", "collection", "item"])

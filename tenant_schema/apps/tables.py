"""The tables of apps and pages."""

from enum import StrEnum

from piccolo.columns import JSON, UUID, Boolean, ForeignKey, Integer, OnDelete, Varchar
from piccolo.table import Table

from piccolo_engines.columns import Timestamps, new_id

__all__ = ["App", "AppPage", "PageType"]


class PageType(StrEnum):
    """What a page shows: an object's records, one record, or what the frontend makes of its layout."""

    LIST = "list"
    RECORD = "record"
    CUSTOM = "custom"


class App(Timestamps, Table, tablename="apps", help_text="A group of pages for one kind of work."):
    """``navigation`` is what :func:`tenant_schema.apps.layouts.check_navigation` lets pass."""

    id = UUID(primary_key=True, default=new_id)
    name = Varchar(length=40, unique=True, null=False)
    label = Varchar(length=100, default="", null=False)
    icon = Varchar(length=40, default="", null=False)
    description = Varchar(length=500, default="", null=False)
    active = Boolean(default=True, null=False)
    position = Integer(default=0, null=False)
    navigation = JSON(default="[]", null=False)


class AppPage(Timestamps, Table, tablename="app_pages", help_text="A page of an app."):
    """Unique over ``(app, name)``: an index that the migration makes.

    ``object`` is the name of the object that the page shows, empty for a custom page without one; ``layout``
    is what :func:`tenant_schema.apps.layouts.check_layout` lets pass for the page's type.
    """

    id = UUID(primary_key=True, default=new_id)
    app = ForeignKey(App, on_delete=OnDelete.cascade, null=False)
    name = Varchar(length=40, null=False)
    label = Varchar(length=100, default="", null=False)
    type = Varchar(length=20, null=False)
    object = Varchar(length=40, default="", null=False, index=True)
    layout = JSON(default="{}", null=False)
    position = Integer(default=0, null=False)

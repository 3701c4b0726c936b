"""Apps, pages and saved list views: request and response bodies."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import UNSET, Meta, UnsetType

from api.schemas.common import Input, Output
from api.schemas.roles import RoleReference
from api.schemas.translations import LabelTranslations
from tenant_schema.apps.catalog import AppModel, PageModel
from tenant_schema.apps.catalog import Group as GroupModel
from tenant_schema.apps.layouts.names import NARROWEST, WIDEST
from tenant_schema.apps.pages.service import ShownPage
from tenant_schema.apps.views.service import ShownView

__all__ = [
    "AppChanges",
    "AppList",
    "AppOrder",
    "AppResponse",
    "Group",
    "NewApp",
    "NewPage",
    "NewView",
    "PageChanges",
    "PageList",
    "PageOrder",
    "PageResponse",
    "PageSummary",
    "ViewChanges",
    "ViewList",
    "ViewOrder",
    "ViewQuery",
    "ViewResponse",
]

_Name = Annotated[
    str, Meta(max_length=40, pattern="^[a-z](?:_?[a-z0-9])*$", description="A name in snake_case.")
]
_Label = Annotated[str, Meta(min_length=1, max_length=100, description="The displayed name.")]
_Icon = Annotated[
    str, Meta(max_length=40, description="The name of an icon of the frontend.", examples=["briefcase"])
]
_Text = Annotated[str, Meta(max_length=500)]
_PageType = Annotated[Literal["list", "record", "custom"], Meta(description="What the page shows.")]
_Time = Annotated[datetime, Meta(description="UTC.", examples=["2026-02-28T12:30:00.250000Z"])]
_Object = Annotated[str, Meta(description="The object's name.", max_length=40, examples=["accounts"])]
_Layout = Annotated[
    dict[str, Any],
    Meta(
        description=(
            "Of a list page: `columns`, `sort`, `filters` (fields to filter by) and `filter` (which records "
            "it shows, in the record API's JSON grammar). Of a record page: `sections`, each with `label`, "
            "`columns` (1 or 2) and `fields`, and `related` lists, each with `label`, `object`, `field` (its "
            "lookup that leads here), `columns`, `sort`, `filter` and `limit`. Fields may be reached over "
            "lookups: `account.industry`. Of a custom page: what its frontend understands."
        )
    ),
]
_LeftOut = Annotated[
    list[str],
    Meta(
        description="Places of saved items that are not shown: deleted, or hidden from the caller.",
        examples=[["layout.sections.0.fields.2"]],
    ),
]
_Columns = Annotated[list[str], Meta(description="Fields to show.", max_length=200)]
_Sort = Annotated[
    list[str], Meta(description="Fields to sort by; a leading `-` sorts descending.", max_length=5)
]
_Filter = Annotated[dict[str, Any], Meta(description="A filter in the record API's JSON grammar.")]
_Roles = Annotated[
    list[str], Meta(description="The names of the roles that it is shared with.", examples=[["member"]])
]
_Default = Annotated[bool, Meta(description="Whether the view is the caller's default for the object.")]


_Widths = Annotated[
    dict[str, Annotated[int, Meta(ge=NARROWEST, le=WIDEST)]],
    Meta(max_length=200, description="Pixels by column.", examples=[{"name": 240}]),
]
_Pinned = Annotated[
    list[str], Meta(description="Columns at the beginning that do not scroll.", max_length=200)
]


class Group(Output, omit_defaults=True):
    """A group of pages in an app's navigation."""

    label: _Label
    pages: Annotated[list[str], Meta(description="Names of pages of the app.", examples=[["accounts"]])]
    translations: LabelTranslations = {}

    @classmethod
    def of(cls, group: GroupModel) -> "Group":
        return cls(label=group.label, pages=list(group.pages), translations=group.translations)


class NewApp(Input):
    """An app to create."""

    name: _Name
    label: _Label
    icon: _Icon = ""
    description: _Text = ""
    active: Annotated[bool, Meta(description="Whether users see the app who may not manage apps.")] = True
    navigation: list[Group] = []
    translations: LabelTranslations = {}


class AppChanges(Input):
    """Changes of an app."""

    name: _Name | UnsetType = UNSET
    label: _Label | UnsetType = UNSET
    icon: _Icon | UnsetType = UNSET
    description: _Text | UnsetType = UNSET
    active: bool | UnsetType = UNSET
    navigation: list[Group] | UnsetType = UNSET
    translations: LabelTranslations | UnsetType = UNSET


class AppOrder(Input):
    """The names of all apps in the new order."""

    apps: list[str]


class PageSummary(Output):
    """A page, for a menu."""

    name: _Name
    label: _Label
    type: _PageType
    object: _Object | None
    translations: LabelTranslations

    @classmethod
    def of(cls, page: PageModel) -> "PageSummary":
        return cls(
            name=page.name,
            label=page.label,
            type=page.type,  # type: ignore[arg-type]  # no other types are stored
            object=page.object or None,
            translations=page.translations,
        )


class AppResponse(Output):
    """An app with the pages that the caller may see, in order."""

    name: _Name
    label: _Label
    icon: _Icon
    description: _Text
    active: bool
    navigation: list[Group]
    translations: LabelTranslations
    pages: list[PageSummary]
    created_at: _Time
    updated_at: _Time

    @classmethod
    def of(cls, app: AppModel) -> "AppResponse":
        return cls(
            name=app.name,
            label=app.label,
            icon=app.icon,
            description=app.description,
            active=app.active,
            navigation=[Group.of(group) for group in app.navigation],
            translations=app.translations,
            pages=[PageSummary.of(page) for page in app.pages.values()],
            created_at=app.created_at,
            updated_at=app.updated_at,
        )


class AppList(Output):
    """Apps, in order."""

    data: list[AppResponse]

    @classmethod
    def of(cls, apps: Sequence[AppModel]) -> "AppList":
        return cls(data=[AppResponse.of(app) for app in apps])


class NewPage(Input):
    """A page to create. Object and layout are optional for a custom page."""

    name: _Name
    label: _Label
    type: _PageType
    object: _Object = ""
    layout: _Layout = {}
    translations: LabelTranslations = {}


class PageChanges(Input):
    """Changes of a page. Its type and object cannot be changed."""

    name: _Name | UnsetType = UNSET
    label: _Label | UnsetType = UNSET
    layout: _Layout | UnsetType = UNSET
    translations: LabelTranslations | UnsetType = UNSET


class PageOrder(Input):
    """The names of all pages of the app in the new order."""

    pages: list[str]


class PageResponse(Output):
    """A page, with what the caller may see of its layout."""

    name: _Name
    label: _Label
    type: _PageType
    object: _Object | None
    layout: _Layout
    translations: LabelTranslations
    left_out: _LeftOut
    created_at: _Time
    updated_at: _Time

    @classmethod
    def of(cls, page: ShownPage) -> "PageResponse":
        return cls(
            name=page.page.name,
            label=page.page.label,
            type=page.page.type,  # type: ignore[arg-type]  # no other types are stored
            object=page.page.object or None,
            layout=dict(page.layout),
            translations=page.page.translations,
            left_out=list(page.left_out),
            created_at=page.page.created_at,
            updated_at=page.page.updated_at,
        )


class PageList(Output):
    """The pages of an app, in order."""

    data: list[PageResponse]

    @classmethod
    def of(cls, pages: Sequence[ShownPage]) -> "PageList":
        return cls(data=[PageResponse.of(page) for page in pages])


class NewView(Input):
    """A list view to save. Sharing it with roles takes `apps:manage`."""

    object: _Object
    label: _Label
    columns: _Columns
    sort: _Sort = []
    filter: _Filter = {}
    widths: _Widths = {}
    pinned: _Pinned = []
    translations: LabelTranslations = {}
    roles: _Roles = []
    default: _Default = False


class ViewChanges(Input):
    """Changes of a view. `default` applies to the caller only."""

    label: _Label | UnsetType = UNSET
    columns: _Columns | UnsetType = UNSET
    sort: _Sort | UnsetType = UNSET
    filter: _Filter | UnsetType = UNSET
    widths: _Widths | UnsetType = UNSET
    pinned: _Pinned | UnsetType = UNSET
    translations: LabelTranslations | UnsetType = UNSET
    roles: _Roles | UnsetType = UNSET
    default: _Default | UnsetType = UNSET


class ViewResponse(Output):
    """A saved list view, with what the caller may see of it."""

    id: Annotated[UUID, Meta(examples=["0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"])]
    object: _Object
    label: _Label
    columns: _Columns
    sort: _Sort
    filter: _Filter
    widths: _Widths
    pinned: _Pinned
    position: Annotated[int, Meta(description="Views with lower ones come before; by label where equal.")]
    translations: LabelTranslations
    roles: _Roles
    shared_with: Annotated[list[RoleReference], Meta(description="The roles that it is shared with.")]
    default: _Default
    mine: Annotated[bool, Meta(description="Whether the caller created the view.")]
    owner_name: Annotated[
        str, Meta(description="The name of the user who created it; empty if the user was deleted.")
    ]
    left_out: _LeftOut
    created_at: _Time
    updated_at: _Time

    @classmethod
    def of(cls, view: ShownView) -> "ViewResponse":
        return cls(
            id=view.row["id"],
            object=view.row["object"],
            label=view.row["label"],
            columns=list(view.columns),
            sort=list(view.sort),
            filter=dict(view.filter),
            widths=dict(view.widths),
            pinned=list(view.pinned),
            position=view.row["position"],
            translations=view.row["translations"],
            roles=[role.name for role in view.roles],
            shared_with=[RoleReference.of(role) for role in view.roles],
            default=view.default,
            mine=view.mine,
            owner_name=view.row["owner.name"] or "",
            left_out=list(view.left_out),
            created_at=view.row["created_at"],
            updated_at=view.row["updated_at"],
        )


class ViewList(Output):
    """Saved list views: shared ones before the caller's own, by position, then by label."""

    data: list[ViewResponse]


class ViewOrder(Input):
    """The ids of all views of an object that the caller may change, in the new order."""

    object: _Object
    views: list[str]


class ViewQuery(Input):
    """Parameters that select views."""

    object: Annotated[str, Meta(description="Only views of this object.", max_length=40)] | UnsetType = UNSET

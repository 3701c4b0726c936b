"""Favourites, what was seen lately, and preferences: request and response bodies."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import Meta, Raw

from api.schemas.common import Input, Output
from api.schemas.translations import LabelTranslations
from tenant_schema.apps.items.service import MOST_FAVOURITES, MOST_RECENTS, Item

__all__ = [
    "FavouriteList",
    "FavouriteOrder",
    "ItemResponse",
    "PreferenceBody",
    "PreferencesResponse",
    "RecentList",
    "shown_preferences",
]

_ID = "0190f3a2-7c1e-7d52-9a41-2f6f0c5b8e11"


class ItemResponse(Output):
    """A favourite, or a record that the caller saw lately."""

    id: Annotated[UUID, Meta(description="Of the entry itself, for the order.", examples=[_ID])]
    kind: Literal["record", "view", "page"]
    item: Annotated[UUID, Meta(description="The id of the record, view or page.", examples=[_ID])]
    label: Annotated[str, Meta(description="Its name; empty for a record without one.", examples=["Globex"])]
    translations: Annotated[LabelTranslations, Meta(description="Of the label of a view or a page.")]
    object: Annotated[
        str | None, Meta(description="The object of a record, a view or a page.", examples=["accounts"])
    ]
    app: Annotated[str | None, Meta(description="The app of a page.", examples=[None])]
    page: Annotated[str | None, Meta(description="The name of a page.", examples=[None])]
    seen_at: Annotated[
        datetime,
        Meta(description="When it was seen, or marked, last. UTC.", examples=["2026-02-28T12:30:00.250000Z"]),
    ]

    @classmethod
    def of(cls, item: Item) -> "ItemResponse":
        return cls(
            id=item.row["id"],
            kind=item.kind.value,
            item=item.row["item"],
            label=item.label,
            translations=item.translations,
            object=item.object or None,
            app=item.app or None,
            page=item.page or None,
            seen_at=item.row["seen_at"],
        )


class FavouriteList(Output):
    """The caller's favourites, in order."""

    data: Annotated[list[ItemResponse], Meta(max_length=MOST_FAVOURITES)]

    @classmethod
    def of(cls, items: Sequence[Item]) -> "FavouriteList":
        return cls(data=[ItemResponse.of(one) for one in items])


class RecentList(Output):
    """The records that the caller saw lately, the newest first."""

    data: Annotated[list[ItemResponse], Meta(max_length=MOST_RECENTS)]

    @classmethod
    def of(cls, items: Sequence[Item]) -> "RecentList":
        return cls(data=[ItemResponse.of(one) for one in items])


class FavouriteOrder(Input):
    """The ids of all favourites, in the new order."""

    favourites: Annotated[list[str], Meta(examples=[[_ID]])]


class PreferenceBody(Input):
    """One preference."""

    value: Annotated[Any, Meta(description="Any JSON, of at most 8 KiB.", examples=["compact"])]


class PreferencesResponse(Output):
    """What frontends keep for the caller."""

    preferences: Annotated[
        dict[str, Any], Meta(description="JSON values by key.", examples=[{"list.density": "compact"}])
    ]


def shown_preferences(values: Mapping[str, Raw]) -> dict[str, Any]:
    """Preferences as a part of a response: what is JSON already is not decoded."""
    return dict(values)

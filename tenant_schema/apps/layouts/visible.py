"""What a caller is shown of a layout or a view: no more than they may read, and nothing that is not there."""

from typing import Any

from tenant_schema.apps.layouts.names import check_filter
from tenant_schema.apps.layouts.rewrite import Rewriting
from tenant_schema.apps.schema_view import Sight, field_at
from tenant_schema.records.query.conditions import Complaints

__all__ = ["hides_anything", "shown_layout", "shown_view"]


class _Visible:
    """Names stay as they are, or are left out."""

    def __init__(self, sight: Sight) -> None:
        self._sight = sight

    def of_object(self, name: str) -> str | None:
        return name if name in self._sight else None

    def of_field(self, object_name: str, path: str) -> str | None:
        return path if field_at(self._sight, object_name, path) else None

    def keeps(self, object_name: str, document: object) -> bool:
        told = Complaints()
        check_filter("filter", document, object_name, self._sight, told)
        return not told.problems


def shown_layout(
    page_type: str, object_name: str, layout: Any, sight: Sight
) -> tuple[dict[str, Any], list[str]]:
    """The layout with what is in sight, and the places of what is left out."""
    walk = Rewriting(_Visible(sight))
    return walk.layout(page_type, object_name, layout), walk.left_out


def shown_view(object_name: str, view: Any, sight: Sight) -> tuple[dict[str, Any], list[str]]:
    """The columns, sort and filter of a view that are in sight, and the places of what is left out."""
    walk = Rewriting(_Visible(sight))
    return walk.rows("", object_name, view), walk.left_out


def hides_anything(page_type: str, object_name: str, layout: Any, sight: Sight, whole: Sight) -> bool:
    """Whether something of the layout is there (in the ``whole`` sight), but not for the caller."""
    _, left_out = shown_layout(page_type, object_name, layout, sight)
    _, gone = shown_layout(page_type, object_name, layout, whole)
    return left_out != gone

"""The part of a layout or a list view that a caller may see."""

from typing import Any

from tenant_schema.apps.layouts.names import check_filter
from tenant_schema.apps.layouts.rewrite import Rewriting
from tenant_schema.problems import ProblemCollector
from tenant_schema.records.access.schema_view import SchemaView
from tenant_schema.records.query.paths import Paths

__all__ = ["hides_anything", "shown_layout", "shown_view"]


class _Visible:
    """Names of objects and fields that the caller may read stay as they are; others are left out."""

    def __init__(self, schema: SchemaView) -> None:
        self._schema = schema
        self._fields: dict[str, Paths | None] = {}

    def of_object(self, name: str) -> str | None:
        return None if self._paths(name) is None else name

    def of_field(self, object_name: str, path: str) -> str | None:
        fields = self._paths(object_name)
        return None if fields is None or fields.get(path) is None else path

    def keeps(self, object_name: str, document: object) -> bool:
        fields, problems = self._paths(object_name), ProblemCollector()
        check_filter("filter", document, {} if fields is None else fields, problems)
        return not problems.problems

    def _paths(self, object_name: str) -> Paths | None:
        if object_name not in self._fields:
            self._fields[object_name] = self._schema.paths(object_name)
        return self._fields[object_name]


def shown_layout(
    page_type: str, object_name: str, layout: Any, schema: SchemaView
) -> tuple[dict[str, Any], list[str]]:
    """Return the part of a layout that the caller may see, and the places of what is left out."""
    walk = Rewriting(_Visible(schema))
    return walk.layout(page_type, object_name, layout), walk.left_out


def shown_view(object_name: str, view: Any, schema: SchemaView) -> tuple[dict[str, Any], list[str]]:
    """Return the columns, sort and filter of a list view that the caller may see, and the places of what is
    left out.
    """
    walk = Rewriting(_Visible(schema))
    return walk.rows("", object_name, view), walk.left_out


def hides_anything(
    page_type: str, object_name: str, layout: Any, schema: SchemaView, whole: SchemaView
) -> bool:
    """Return whether the layout names anything that exists and that the caller may not see.

    :param whole: a view in which everything is open.
    """
    _, left_out = shown_layout(page_type, object_name, layout, schema)
    _, gone = shown_layout(page_type, object_name, layout, whole)
    return left_out != gone

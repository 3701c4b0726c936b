"""Validates the layouts of pages and the navigation of apps. Uses no database.

A list page's layout names its columns, how it is sorted at first, which fields people can filter by, and
which records it shows at all, in the grammar of the record API::

    {"columns": ["name", "industry", "owner"], "sort": ["-created_at"], "filters": ["industry", "owner"],
     "filter": {"type": "customer"}}

A record page's layout is a list of sections of fields, in one or two columns, and of lists of the records
that refer to the one shown by a lookup of theirs::

    {"sections": [{"label": "Billing", "columns": 2, "fields": ["billing_city", "billing_country"]}],
     "related": [{"label": "Contacts", "object": "contacts", "field": "account", "columns": ["name", "email"],
                  "sort": ["name"], "filter": {"active": true}, "limit": 10}]}

A field may be one beyond lookups, as in the record API: ``account.industry``. A custom page's layout is
any JSON object: whoever shows the page knows what it means. An app's navigation is a list of groups of pages:
``[{"label": "Customers", "pages": ["accounts"]}]``. Sections, related lists and groups may have
``translations`` of their labels: ``{"de": {"label": "Kunden"}}``.
"""

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType

import msgspec

from tenant_schema.apps.layouts.bodies import a_text
from tenant_schema.apps.layouts.names import (
    MOST,
    check_fields,
    check_filter,
    check_filterable,
    check_keys,
    check_names,
    check_sort,
)
from tenant_schema.apps.tables import PageType
from tenant_schema.objects.fields.translations import LABELLED, read_translations
from tenant_schema.problems import Problem, ProblemCollector, suggestion
from tenant_schema.records.access.schema_view import SchemaView
from tenant_schema.records.query.model import MAX_LIMIT
from tenant_schema.records.query.paths import Fields, Paths, lookup_target

__all__ = ["check_layout", "check_navigation"]

_LARGEST = 65_536
"""Bytes of a layout."""
_DEEPEST = 32
"""Values within values: MySQL takes a hundred."""
_check_label = a_text(1, 100)

_Layout = Mapping[str, object]


def check_layout(page_type: PageType, object_name: str, layout: object, schema: SchemaView) -> list[Problem]:
    """Return everything wrong with the layout of a page.

    :param object_name: the object that the page shows, which the caller may read; empty for a custom page
        that shows none.

    Problems are named by their place: ``layout.sections.0.fields.2``.
    """
    collector = ProblemCollector()
    if not isinstance(layout, dict):
        collector.add("layout", "wrong-type", "Must be an object.")
    elif _is_deeper(layout, _DEEPEST):
        collector.add("layout", "too-deep", f"Must go {_DEEPEST} levels deep at most.")
    elif len(msgspec.json.encode(layout)) > _LARGEST:
        collector.add("layout", "too-large", f"Must have {_LARGEST} bytes at most.")
    else:
        _CHECKS[page_type](layout, object_name, schema, collector)
    return collector.problems


def check_navigation(navigation: object, pages: Collection[str]) -> list[Problem]:
    """Everything wrong with an app's navigation. ``pages`` are the app's."""
    collector = ProblemCollector()

    def look(place: str, name: str) -> None:
        if name not in pages:
            collector.unknown(place, "page", name, tuple(pages))

    if not isinstance(navigation, list) or len(navigation) > MOST:
        collector.add("navigation", "invalid-list", f"Must be a list of {MOST} groups at most.")
        return collector.problems
    for position, group in enumerate(navigation):
        place = f"navigation.{position}"
        if check_keys(group, place, ("label", "pages", "translations"), collector):
            _check_label_of(place, group, collector)
            check_names(f"{place}.pages", group.get("pages"), look, collector)
    return collector.problems


def _check_list(layout: _Layout, object_name: str, schema: SchemaView, collector: ProblemCollector) -> None:
    check_keys(layout, "layout", ("columns", "sort", "filters", "filter"), collector)
    fields = _fields_of(object_name, schema)
    _check_rows("layout", layout, fields, collector)
    check_filterable("layout.filters", layout.get("filters", []), fields, collector)


def _fields_of(object_name: str, schema: SchemaView) -> Paths:
    fields = schema.paths(object_name)
    assert fields is not None, "the object of a page was looked up before its layout is checked"
    return fields


def _check_rows(place: str, layout: _Layout, fields: Fields, collector: ProblemCollector) -> None:
    """What list pages and related lists have in common: columns, sort and filter."""
    check_fields(f"{place}.columns", layout.get("columns"), fields, collector, least=1)
    check_sort(f"{place}.sort", layout.get("sort", []), fields, collector)
    check_filter(f"{place}.filter", layout.get("filter", {}), fields, collector)


def _check_record(layout: _Layout, object_name: str, schema: SchemaView, collector: ProblemCollector) -> None:
    check_keys(layout, "layout", ("sections", "related"), collector)
    fields = _fields_of(object_name, schema)
    for position, section in enumerate(_some(layout, "sections", 1, collector)):
        _check_section(f"layout.sections.{position}", section, fields, collector)
    for position, related in enumerate(_some(layout, "related", 0, collector)):
        _check_related(f"layout.related.{position}", related, object_name, schema, collector)


def _some(layout: _Layout, key: str, least: int, collector: ProblemCollector) -> list[object]:
    """Return the list under this key; none of it, and a problem, when there are too few or too many."""
    found = layout.get(key, [])
    if isinstance(found, list) and least <= len(found) <= MOST:
        return found
    collector.add(f"layout.{key}", "invalid-list", f"Must be a list of {least} to {MOST} objects.")
    return []


def _check_section(place: str, section: object, fields: Fields, collector: ProblemCollector) -> None:
    if not check_keys(section, place, ("label", "columns", "fields", "translations"), collector):
        return
    _check_label_of(place, section, collector)
    columns = section.get("columns", 1)
    if isinstance(columns, bool) or columns not in (1, 2):
        collector.add(f"{place}.columns", "out-of-range", "Must be 1 or 2.")
    check_fields(f"{place}.fields", section.get("fields"), fields, collector, least=1)


def _check_related(
    place: str, related: object, shown: str, schema: SchemaView, collector: ProblemCollector
) -> None:
    keys = ("label", "object", "field", "columns", "sort", "filter", "limit", "translations")
    if not check_keys(related, place, keys, collector):
        return
    _check_label_of(place, related, collector)
    limit = related.get("limit", 1)
    if isinstance(limit, bool) or not isinstance(limit, int) or not 1 <= limit <= MAX_LIMIT:
        collector.add(f"{place}.limit", "out-of-range", f"Must be a number from 1 to {MAX_LIMIT}.")
    object_name = related.get("object")
    fields = schema.paths(object_name) if isinstance(object_name, str) else None
    if fields is None:
        collector.unknown(f"{place}.object", "object", str(object_name), schema.readable_names)
        return
    _check_way_back(f"{place}.field", related.get("field"), str(object_name), shown, fields, collector)
    _check_rows(place, related, fields, collector)


def _check_way_back(
    place: str, name: object, object_name: str, shown: str, fields: Fields, collector: ProblemCollector
) -> None:
    """A related list needs a lookup that leads to the object that the page shows."""
    ways = [one.name for one in fields.values() if lookup_target(one) == shown]
    if name not in ways:
        message = f"{object_name} has no lookup of that name that leads to {shown}."
        near = suggestion(str(name), ways) or next(iter(ways), None)
        collector.add(place, "unknown-lookup", message, near)


def _check_custom(
    _layout: _Layout, _object_name: str, _schema: SchemaView, collector: ProblemCollector
) -> None:
    """Nobody but its frontend knows what it may hold."""


_CHECKS: Mapping[PageType, Callable[[_Layout, str, SchemaView, ProblemCollector], None]] = MappingProxyType(
    {PageType.LIST: _check_list, PageType.RECORD: _check_record, PageType.CUSTOM: _check_custom}
)


def _check_label_of(place: str, holder: Mapping[str, object], collector: ProblemCollector) -> None:
    for problem in _check_label(f"{place}.label", holder.get("label")):
        collector.add(problem.field, problem.code, problem.message)
    if "translations" not in holder:
        return
    here, given = f"{place}.translations", holder["translations"]
    tags = read_translations(here, given, LABELLED, collector)
    if isinstance(given, Mapping) and len(tags) == len(given):
        for tag, usual in zip(given, tags, strict=True):
            if tag != usual:
                collector.add(f"{here}.{tag}", "invalid-language", f"Write this language as {usual}.")


def _is_deeper(value: object, levels: int) -> bool:
    """Return whether there are more than so many levels of lists and objects."""
    level = [value]
    for _ in range(levels):
        level = [held for one in level for held in _held(one)]
    return bool(level)


def _held(value: object) -> Collection[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()

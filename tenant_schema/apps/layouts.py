"""Layouts of pages and the navigation of an app: what they may say, checked without a database.

A list page's layout names its columns, how it is sorted at first, and which fields can be filtered by::

    {"columns": ["name", "industry"], "sort": ["-created_at"], "filters": ["industry", "owner"]}

A record page's layout is a list of sections of fields, in one or two columns::

    {"sections": [{"label": "Billing", "columns": 2, "fields": ["billing_city", "billing_country"]}]}

A custom page's layout is any JSON object: whoever shows the page knows what it means. An app's navigation is
a list of groups of pages: ``[{"label": "Customers", "pages": ["accounts"]}]``.
"""

from collections.abc import Callable, Collection, Mapping
from types import MappingProxyType

from tenant_schema.apps.tables import PageType
from tenant_schema.problems import Problem, suggestion

__all__ = ["check_layout", "check_navigation"]

_MOST = 200
_LONGEST_LABEL = 100
_Layout = Mapping[str, object]


def check_layout(page_type: PageType, layout: object, fields: Collection[str]) -> list[Problem]:
    """Everything wrong with a page's layout. ``fields`` are those that it may name.

    Problems are named by their place: ``layout.sections.0.fields.2``.
    """
    if not isinstance(layout, dict):
        return [_wrong("layout", "must be an object")]
    return _CHECKS[page_type](layout, fields)


def check_navigation(navigation: object, pages: Collection[str]) -> list[Problem]:
    """Everything wrong with an app's navigation. ``pages`` are the app's."""
    if not isinstance(navigation, list) or len(navigation) > _MOST:
        return [_wrong("navigation", f"must be a list of at most {_MOST} groups")]
    problems = []
    for position, group in enumerate(navigation):
        place = f"navigation.{position}"
        problems += _check_keys(place, group, ("label", "pages")) or [
            *_check_label(f"{place}.label", group.get("label")),
            *_check_names(f"{place}.pages", group.get("pages"), pages, "page"),
        ]
    return problems


def _check_list(layout: _Layout, fields: Collection[str]) -> list[Problem]:
    sortable = {*fields, *(f"-{name}" for name in fields)}
    return [
        *_check_keys("layout", layout, ("columns", "sort", "filters")),
        *_check_names("layout.columns", layout.get("columns"), fields, "field", least=1),
        *_check_names("layout.sort", layout.get("sort", []), sortable, "field"),
        *_check_names("layout.filters", layout.get("filters", []), fields, "field"),
    ]


def _check_record(layout: _Layout, fields: Collection[str]) -> list[Problem]:
    problems = _check_keys("layout", layout, ("sections",))
    sections = layout.get("sections")
    if not isinstance(sections, list) or not 1 <= len(sections) <= _MOST:
        return [*problems, _wrong("layout.sections", f"must be a list of 1 to {_MOST} sections")]
    for position, section in enumerate(sections):
        problems += _check_section(f"layout.sections.{position}", section, fields)
    return problems


def _check_section(place: str, section: object, fields: Collection[str]) -> list[Problem]:
    problems = _check_keys(place, section, ("label", "columns", "fields"))
    if not isinstance(section, dict):
        return problems
    problems += _check_label(f"{place}.label", section.get("label"))
    columns = section.get("columns", 1)
    if isinstance(columns, bool) or columns not in (1, 2):
        problems.append(_wrong(f"{place}.columns", "must be 1 or 2"))
    return problems + _check_names(f"{place}.fields", section.get("fields"), fields, "field", least=1)


def _check_custom(_layout: _Layout, _fields: Collection[str]) -> list[Problem]:
    return []


_CHECKS: Mapping[PageType, Callable[[_Layout, Collection[str]], list[Problem]]] = MappingProxyType(
    {PageType.LIST: _check_list, PageType.RECORD: _check_record, PageType.CUSTOM: _check_custom}
)


def _wrong(place: str, message: str) -> Problem:
    return Problem(place, "invalid-layout", message)


def _check_keys(place: str, value: object, known: Collection[str]) -> list[Problem]:
    if not isinstance(value, dict):
        return [_wrong(place, "must be an object")]
    return [
        Problem(
            f"{place}.{key}", "unknown-key", f"there is nothing called {key!r} here", suggestion(key, known)
        )
        for key in value
        if key not in known
    ]


def _check_label(place: str, label: object) -> list[Problem]:
    if isinstance(label, str) and 1 <= len(label) <= _LONGEST_LABEL:
        return []
    return [_wrong(place, f"must be a text of 1 to {_LONGEST_LABEL} characters")]


def _check_names(
    place: str, names: object, known: Collection[str], what: str, *, least: int = 0
) -> list[Problem]:
    if not isinstance(names, list) or not least <= len(names) <= _MOST:
        return [_wrong(place, f"must be a list of {least} to {_MOST} {what}s")]
    problems = []
    for position, name in enumerate(names):
        if not isinstance(name, str) or name not in known:
            nearest = suggestion(str(name), known)
            problems.append(
                Problem(f"{place}.{position}", f"unknown-{what}", f"there is no {what} {name!r}", nearest)
            )
        elif name in names[:position]:
            problems.append(Problem(f"{place}.{position}", "duplicate-name", f"{name!r} is there twice"))
    return problems

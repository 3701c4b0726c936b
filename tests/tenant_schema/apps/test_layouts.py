"""Layouts and navigations name only what there is."""

import pytest

from tenant_schema.apps.layouts import check_layout, check_navigation
from tenant_schema.apps.tables import PageType

FIELDS = ("name", "industry", "owner", "created_at")


def problems_of(page_type: PageType, layout: object) -> dict[str, str]:
    return {problem.field: problem.code for problem in check_layout(page_type, layout, FIELDS)}


def problems_of_section(section: object) -> dict[str, str]:
    return problems_of(PageType.RECORD, {"sections": [section]})


def test_a_list_names_its_columns() -> None:
    layout = {"columns": ["name", "owner"], "sort": ["-created_at", "name"], "filters": ["industry"]}
    assert problems_of(PageType.LIST, layout) == {}
    assert problems_of(PageType.LIST, {"columns": ["name"]}) == {}


def test_every_problem_of_a_list_is_told() -> None:
    layout = {"columns": ["name", "nmae", "name", 5], "sort": ["--name"], "filters": "owner", "colour": 1}
    assert problems_of(PageType.LIST, layout) == {
        "layout.colour": "unknown-key",
        "layout.columns.1": "unknown-field",
        "layout.columns.2": "duplicate-name",
        "layout.columns.3": "unknown-field",
        "layout.sort.0": "unknown-field",
        "layout.filters": "invalid-layout",
    }


def test_an_unknown_field_comes_with_the_one_that_was_meant() -> None:
    (problem,) = check_layout(PageType.LIST, {"columns": ["indusry"]}, FIELDS)
    assert problem.did_you_mean == "industry"


@pytest.mark.parametrize("layout", [{}, {"columns": []}, {"columns": None}, {"columns": "name"}])
def test_a_list_has_columns(layout: dict) -> None:
    assert problems_of(PageType.LIST, layout) == {"layout.columns": "invalid-layout"}


def test_a_record_has_sections_of_fields() -> None:
    assert problems_of_section({"label": "All", "columns": 2, "fields": ["name", "owner"]}) == {}
    assert problems_of_section({"label": "All", "fields": ["name"]}) == {}


@pytest.mark.parametrize("sections", [None, [], {}, "name"])
def test_a_record_without_sections_is_refused(sections: object) -> None:
    assert problems_of(PageType.RECORD, {"sections": sections}) == {"layout.sections": "invalid-layout"}


@pytest.mark.parametrize(
    ("section", "place", "code"),
    [
        (5, "", "invalid-layout"),
        ({"label": "", "fields": ["name"]}, ".label", "invalid-layout"),
        ({"label": "x" * 101, "fields": ["name"]}, ".label", "invalid-layout"),
        ({"label": "All", "columns": 3, "fields": ["name"]}, ".columns", "invalid-layout"),
        ({"label": "All", "columns": True, "fields": ["name"]}, ".columns", "invalid-layout"),
        ({"label": "All", "columns": [], "fields": ["name"]}, ".columns", "invalid-layout"),
        ({"label": "All", "fields": []}, ".fields", "invalid-layout"),
        ({"label": "All", "fields": ["email"]}, ".fields.0", "unknown-field"),
        ({"label": "All", "fields": [{}]}, ".fields.0", "unknown-field"),
        ({"label": "All", "fields": ["name"], "color": "red"}, ".color", "unknown-key"),
    ],
)
def test_what_is_wrong_with_a_section_is_told(section: object, place: str, code: str) -> None:
    assert problems_of_section(section) == {f"layout.sections.0{place}": code}


def test_a_custom_page_means_what_its_frontend_makes_of_it() -> None:
    assert problems_of(PageType.CUSTOM, {"anything": [1, {"goes": True}]}) == {}


@pytest.mark.parametrize("page_type", PageType)
@pytest.mark.parametrize("layout", [None, [], "x", 5])
def test_a_layout_is_an_object(page_type: PageType, layout: object) -> None:
    assert problems_of(page_type, layout) == {"layout": "invalid-layout"}


@pytest.mark.parametrize(
    ("navigation", "problems"),
    [
        ([], {}),
        ([{"label": "Customers", "pages": ["accounts"]}], {}),
        ({}, {"navigation": "invalid-layout"}),
        ([5], {"navigation.0": "invalid-layout"}),
        ([{"label": "x", "pages": ["acounts"]}], {"navigation.0.pages.0": "unknown-page"}),
        ([{"pages": []}], {"navigation.0.label": "invalid-layout"}),
        ([{"label": "x", "pages": [], "icon": ""}], {"navigation.0.icon": "unknown-key"}),
    ],
)
def test_a_navigation_groups_the_pages_of_its_app(navigation: object, problems: dict[str, str]) -> None:
    assert {one.field: one.code for one in check_navigation(navigation, {"accounts"})} == problems

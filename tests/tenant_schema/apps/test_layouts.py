"""Layouts and navigations name only what there is."""

import pytest

from tenant_schema.apps.layouts.layouts import check_layout, check_navigation
from tenant_schema.apps.tables import PageType
from tenant_schema.records.access.schema_view import SchemaView
from tests.tenant_schema.apps.objects import COMPANIES, PEOPLE, all_of

SCHEMA = all_of(COMPANIES, PEOPLE)


def problems_of(page_type: PageType, layout: object, schema: SchemaView = SCHEMA) -> dict[str, str]:
    return {one.field: one.code for one in check_layout(page_type, "companies", layout, schema)}


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
        "layout.columns.3": "wrong-type",
        "layout.sort.0": "unknown-field",
        "layout.filters": "invalid-list",
    }


def test_an_unknown_field_comes_with_the_one_that_was_meant() -> None:
    (problem,) = check_layout(PageType.LIST, "companies", {"columns": ["indusry"]}, SCHEMA)
    assert problem.did_you_mean == "industry"


@pytest.mark.parametrize("layout", [{}, {"columns": []}, {"columns": None}, {"columns": "name"}])
def test_a_list_has_columns(layout: dict) -> None:
    assert problems_of(PageType.LIST, layout) == {"layout.columns": "invalid-list"}


def test_a_record_has_sections_of_fields() -> None:
    assert problems_of_section({"label": "All", "columns": 2, "fields": ["name", "owner"]}) == {}
    assert problems_of_section({"label": "All", "fields": ["name"]}) == {}


@pytest.mark.parametrize("sections", [None, [], {}, "name"])
def test_a_record_without_sections_is_refused(sections: object) -> None:
    assert problems_of(PageType.RECORD, {"sections": sections}) == {"layout.sections": "invalid-list"}


@pytest.mark.parametrize(
    ("section", "place", "code"),
    [
        (5, "", "wrong-type"),
        ({"label": "", "fields": ["name"]}, ".label", "wrong-length"),
        ({"label": "x" * 101, "fields": ["name"]}, ".label", "wrong-length"),
        ({"label": 5, "fields": ["name"]}, ".label", "not-text"),
        ({"label": "All", "columns": 3, "fields": ["name"]}, ".columns", "out-of-range"),
        ({"label": "All", "columns": True, "fields": ["name"]}, ".columns", "out-of-range"),
        ({"label": "All", "columns": [], "fields": ["name"]}, ".columns", "out-of-range"),
        ({"label": "All", "fields": []}, ".fields", "invalid-list"),
        ({"label": "All", "fields": ["email"]}, ".fields.0", "unknown-field"),
        ({"label": "All", "fields": [{}]}, ".fields.0", "wrong-type"),
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
    assert problems_of(page_type, layout) == {"layout": "wrong-type"}


@pytest.mark.parametrize(
    ("navigation", "problems"),
    [
        ([], {}),
        ([{"label": "Customers", "pages": ["accounts"]}], {}),
        ({}, {"navigation": "invalid-list"}),
        ([5], {"navigation.0": "wrong-type"}),
        ([{"label": "x", "pages": ["acounts"]}], {"navigation.0.pages.0": "unknown-page"}),
        ([{"pages": []}], {"navigation.0.label": "not-text"}),
        ([{"label": "x", "pages": [], "icon": ""}], {"navigation.0.icon": "unknown-key"}),
    ],
)
def test_a_navigation_groups_the_pages_of_its_app(navigation: object, problems: dict[str, str]) -> None:
    assert {one.field: one.code for one in check_navigation(navigation, {"accounts"})} == problems


@pytest.mark.parametrize("path", ["company.industry", "company.owner", "company.owner.email"])
def test_a_column_may_be_reached_over_a_lookup(path: str) -> None:
    assert check_layout(PageType.LIST, "people", {"columns": [path], "sort": [f"-{path}"]}, SCHEMA) == []


@pytest.mark.parametrize(
    ("path", "meant"),
    [
        ("company.indusry", "company.industry"),
        ("compny.industry", "company.industry"),
        ("name.xyz", None),
        ("owner.nmae", "owner.name"),
        ("company.parent.parent.parent.parent.name", None),
    ],
)
def test_a_path_that_leads_nowhere_is_told_with_what_was_meant(path: str, meant: str | None) -> None:
    (problem,) = check_layout(PageType.LIST, "people", {"columns": [path]}, SCHEMA)
    assert (problem.field, problem.code, problem.did_you_mean) == ("layout.columns.0", "unknown-field", meant)


def test_no_path_leads_through_an_object_that_is_out_of_sight() -> None:
    schema = all_of(PEOPLE)
    (problem,) = check_layout(PageType.LIST, "people", {"columns": ["company.industry"]}, schema)
    assert (problem.code, problem.did_you_mean) == ("unknown-field", None)


def test_a_list_shows_some_of_the_records() -> None:
    layout = {
        "columns": ["name"],
        "filter": {"industry": "media", "or": [{"owner.email": "ada@acme.example"}, {"not": {"name": "x"}}]},
    }
    assert problems_of(PageType.LIST, layout) == {}
    wrong = {"columns": ["name"], "filter": {"industry": "mdia", "or": [{"onwer": "$me"}]}}
    assert problems_of(PageType.LIST, wrong) == {
        "layout.filter.industry": "not-an-option",
        "layout.filter.or.0.onwer": "unknown-field",
    }


def test_what_has_no_order_or_no_filter_is_not_sorted_or_filtered_by() -> None:
    layout = {"columns": ["facts"], "sort": ["facts"], "filters": ["name"]}
    assert problems_of(PageType.LIST, layout) == {"layout.sort.0": "not-sortable"}


def test_a_record_has_lists_of_the_records_that_refer_to_it() -> None:
    related = {
        "label": "People",
        "object": "people",
        "field": "company",
        "columns": ["name", "company.industry"],
        "sort": ["name"],
        "filter": {"name": {"contains": "a"}},
        "limit": 10,
    }
    layout = {"sections": [{"label": "All", "fields": ["name"]}], "related": [related]}
    assert problems_of(PageType.RECORD, layout) == {}
    assert problems_of(PageType.RECORD, layout | {"related": 5}) == {"layout.related": "invalid-list"}


@pytest.mark.parametrize(
    ("change", "place", "code"),
    [
        ({"object": "poeple"}, ".object", "unknown-object"),
        ({"object": None}, ".object", "unknown-object"),
        ({"field": "owner"}, ".field", "unknown-lookup"),
        ({"field": None}, ".field", "unknown-lookup"),
        ({"columns": ["nmae"]}, ".columns.0", "unknown-field"),
        ({"columns": []}, ".columns", "invalid-list"),
        ({"sort": ["nmae"]}, ".sort.0", "unknown-field"),
        ({"filter": {"nmae": 1}}, ".filter.nmae", "unknown-field"),
        ({"limit": 0}, ".limit", "out-of-range"),
        ({"limit": True}, ".limit", "out-of-range"),
        ({"limit": "ten"}, ".limit", "out-of-range"),
        ({"label": None}, ".label", "not-text"),
        ({"lable": "x"}, ".lable", "unknown-key"),
    ],
)
def test_what_is_wrong_with_a_related_list_is_told(change: dict, place: str, code: str) -> None:
    related = {"label": "People", "object": "people", "field": "company", "columns": ["name"]} | change
    layout = {"sections": [{"label": "All", "fields": ["name"]}], "related": [related]}
    assert problems_of(PageType.RECORD, layout) == {f"layout.related.0{place}": code}


def test_the_lookup_that_was_meant_is_told() -> None:
    related = {"label": "People", "object": "people", "field": "firm", "columns": ["name"]}
    layout = {"sections": [{"label": "All", "fields": ["name"]}], "related": [related]}
    (problem,) = check_layout(PageType.RECORD, "companies", layout, SCHEMA)
    assert problem.did_you_mean == "company"


def nested(levels: int) -> object:
    return {} if levels == 1 else {"a": nested(levels - 1)}


@pytest.mark.parametrize("page_type", PageType)
def test_a_layout_has_an_end(page_type: PageType) -> None:
    assert problems_of(page_type, {"a": nested(40)}) == {"layout": "too-deep"}
    assert problems_of(page_type, {"a": "x" * 70_000}) == {"layout": "too-large"}


def test_of_very_many_problems_some_are_told() -> None:
    columns = [f"f{number}" for number in range(200)]
    assert len(check_layout(PageType.LIST, "companies", {"columns": columns}, SCHEMA)) == 50

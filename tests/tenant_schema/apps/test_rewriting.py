"""What is shown of a layout is never more than the caller may read; what is renamed back is what it was."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from tenant_schema.apps.layouts.layouts import check_layout
from tenant_schema.apps.layouts.rewrite import Rewriting
from tenant_schema.apps.layouts.visible import hides_anything, shown_layout
from tenant_schema.apps.tables import PageType
from tenant_schema.objects.dependents import NameChanges
from tenant_schema.objects.renaming import Renamed
from tenant_schema.records.access.schema_view import SchemaView
from tenant_schema.records.query.paths import Fields
from tests.support.thoroughly import times
from tests.tenant_schema.apps.objects import COMPANIES, PEOPLE, all_of

WHOLE = all_of(COMPANIES, PEOPLE)
TARGETS = {("companies", "parent"): "companies", ("people", "company"): "companies"}
OWN = {
    "companies": ["name", "industry", "parent", "owner", "created_at"],
    "people": ["name", "company", "owner"],
}
PATHS = {
    "companies": [*OWN["companies"], *(f"parent.{name}" for name in OWN["companies"]), "owner.email"],
    "people": [*OWN["people"], *(f"company.{name}" for name in OWN["companies"]), "company.parent.industry"],
}
VALUES = {"industry": "media", "parent": None, "company": None, "owner": "$me", "created_at": None}


def some_of(names: list[str], least: int = 0, most: int = 5) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(names), unique=True, min_size=least, max_size=most)


def condition(path: str) -> dict[str, Any]:
    value = VALUES.get(path.rpartition(".")[2], "x")
    return {path: {"null": True} if value is None else value}


def filters(object_name: str) -> st.SearchStrategy[dict[str, Any]]:
    one = st.sampled_from(PATHS[object_name]).map(condition)
    return st.recursive(
        one,
        lambda inner: st.one_of(
            st.builds(lambda members: {"or": members}, st.lists(inner, min_size=1, max_size=3)),
            st.builds(lambda members: {"and": members}, st.lists(inner, min_size=1, max_size=3)),
            st.builds(lambda member: {"not": member}, inner),
        ),
        max_leaves=4,
    ).filter(lambda found: not check_layout(
        PageType.LIST, object_name, {"columns": ["name"], "filter": found}, WHOLE
    ))  # fmt: skip


def rows(object_name: str) -> st.SearchStrategy[dict[str, Any]]:
    sorts = some_of(PATHS[object_name], 0, 3).flatmap(
        lambda names: st.tuples(*(st.sampled_from([name, f"-{name}"]) for name in names)).map(list)
    )
    return st.fixed_dictionaries(
        {"columns": some_of(PATHS[object_name], 1)}, optional={"sort": sorts, "filter": filters(object_name)}
    )


lists = st.builds(
    lambda found, names: found | {"filters": names}, rows("companies"), some_of(PATHS["companies"])
)
records = st.builds(
    lambda sections, related: {"sections": sections, "related": related},
    st.lists(
        st.builds(lambda names: {"label": "Some", "fields": names}, some_of(PATHS["companies"], 1)),
        min_size=1,
        max_size=3,
    ),
    st.lists(
        rows("people").map(lambda found: found | {"label": "P", "object": "people", "field": "company"}),
        max_size=2,
    ),
)
pages = st.one_of(st.tuples(st.just(PageType.LIST), lists), st.tuples(st.just(PageType.RECORD), records))


def view_of(objects: Mapping[str, Fields]) -> SchemaView:
    """These objects with these fields."""
    return SchemaView({name: replace(WHOLE.objects[name], fields=fields) for name, fields in objects.items()})


@st.composite
def views(draw: st.DrawFn) -> SchemaView:
    """Some of the fields, perhaps without one of the objects."""
    objects = {}
    for name, model in WHOLE.objects.items():
        hidden = draw(st.sets(st.sampled_from(OWN[name])))
        if name == "companies" or draw(st.booleans()):
            objects[name] = {its: field for its, field in model.fields.items() if its not in hidden}
    return view_of(objects)


def renamed_layout(
    page_type: str, object_name: str, layout: Any, changes: NameChanges, targets: dict[tuple[str, str], str]
) -> Any:
    """The layout after the changes; lookups lead where ``targets`` say, by old names."""
    return Rewriting(Renamed(changes, targets)).layout(page_type, object_name, layout)


def names_in(found: Any) -> set[str]:
    """Every text in a document, keys included, without ``-`` in front."""
    if isinstance(found, dict):
        return {name for pair in found.items() for one in pair for name in names_in(one)}
    if isinstance(found, list):
        return {name for one in found for name in names_in(one)}
    return {found.removeprefix("-")} if isinstance(found, str) else set()


@settings(deadline=None, max_examples=times(40, 150))
@given(pages, views())
def test_nothing_is_shown_that_the_caller_may_not_see(page: tuple[PageType, Any], schema: SchemaView) -> None:
    page_type, layout = page
    assert check_layout(page_type, "companies", layout, WHOLE) == []
    shown, left_out = shown_layout(page_type, "companies", layout, schema)
    named = names_in(shown) & {path for paths in PATHS.values() for path in paths}
    assert all(any(schema.paths(name).get(path) for name in schema.objects) for path in named)
    problems = check_layout(page_type, "companies", shown, schema)
    assert all(one.code == "invalid-list" for one in problems), "it is a good layout, but for empty lists"
    assert bool(left_out) == (shown != layout)
    assert hides_anything(page_type, "companies", layout, schema, WHOLE) == (shown != layout)
    assert not [name for name in OWN["companies"] if any(name in place.split(".")[2:] for place in left_out)]


@settings(deadline=None, max_examples=times(40, 150))
@given(pages, st.sampled_from(["industry", "parent", "name"]), st.booleans())
def test_renaming_back_gives_what_there_was(page: tuple[PageType, Any], name: str, object_too: bool) -> None:
    page_type, layout = page
    there = NameChanges(
        object="companies",
        object_renamed_to="firms" if object_too else None,
        fields_renamed={name: "branch"},
    )
    back = NameChanges(
        object="firms" if object_too else "companies",
        object_renamed_to="companies" if object_too else None,
        fields_renamed={"branch": name},
    )
    renamed = renamed_layout(page_type, "companies", layout, there, TARGETS)
    targets = {
        (there.object_renamed_to or "companies", "branch" if name == "parent" else "parent"): back.object,
        ("people", "company"): back.object,
    }
    assert renamed_layout(page_type, back.object, renamed, back, targets) == layout
    if not object_too and name == "industry":
        assert '"industry"' not in json.dumps(renamed)
        assert ".industry" not in json.dumps(renamed)


@settings(deadline=None, max_examples=times(40, 100))
@given(pages)
def test_a_dropped_field_is_nowhere_any_more(page: tuple[PageType, Any]) -> None:
    page_type, layout = page
    changes = NameChanges(object="companies", fields_dropped=("industry",))
    left = renamed_layout(page_type, "companies", layout, changes, TARGETS)
    assert not [name for name in names_in(left) if "industry" in name.split(".")]
    without = view_of(
        {
            name: {
                its: field for its, field in model.fields.items() if (name, its) != ("companies", "industry")
            }
            for name, model in WHOLE.objects.items()
        }
    )
    assert left == shown_layout(page_type, "companies", layout, without)[0], "as who may not read it has it"

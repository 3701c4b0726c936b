"""Pages and views follow what is renamed and dropped."""

from typing import Any

import pytest

from piccolo_conf import DB
from piccolo_engines.columns import new_id
from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.apps.dependents import DependentPages, DependentViews
from tenant_schema.apps.tables import App, AppPage, DefaultView, ListView
from tenant_schema.objects.definitions.checks import object_rows
from tenant_schema.objects.dependents import Dependents, NameChanges
from tenant_schema.objects.model.row_store import insert_definitions
from tenant_schema.objects.tables import FieldDefinition, ObjectDefinition
from tenant_schema.users.tables import User
from tests.tenant_schema.apps.objects import COMPANIES, PEOPLE
from tests.tenant_schema.objects.databases import count_statements

LIST = {
    "columns": ["name", "industry", "parent.industry", "parent.parent.name"],
    "sort": ["-industry", "name"],
    "filters": ["industry", "owner"],
    "filter": {"industry": "media", "and": [{"or": [{"not": {"industry": "retail"}}, {"name": "x"}]}]},
}
RECORD = {
    "sections": [
        {"label": "All", "columns": 2, "fields": ["name", "industry"]},
        {"label": "Industry", "fields": ["industry"]},
    ],
    "related": [
        {
            "label": "People",
            "object": "people",
            "field": "company",
            "columns": ["name", "company.industry"],
            "filter": {"company.industry": "media"},
            "limit": 5,
        }
    ],
}
PEOPLE_LIST = {"columns": ["name", "company.industry"], "sort": ["-company.industry"]}
VIEW: dict[str, Any] = {"columns": ["industry"], "sort": ["-industry"], "filter": {"industry": "media"}}


@pytest.fixture
async def filled(bound: SQLiteEngine) -> SQLiteEngine:
    """Two objects, pages of both, and two views."""
    for draft in (COMPANIES, PEOPLE):
        row, fields = object_rows(draft)
        await insert_definitions([row], fields)
    app = App(name="crm", label="CRM")
    await app.save()
    for name, page_type, shown, layout in (
        ("companies", "list", "companies", LIST),
        ("company", "record", "companies", RECORD),
        ("people", "list", "people", PEOPLE_LIST),
        ("help", "custom", "", {"columns": ["industry"]}),
        ("map", "custom", "companies", {"centre": "industry"}),
    ):
        await AppPage(app=app.id, name=name, label=name, type=page_type, object=shown, layout=layout).save()
    user = User(id=new_id(), email="ada@acme.example", name="Ada")
    await User.insert(user)
    view = ListView(object="companies", label="Media", owner=user.id, **VIEW)
    await ListView.insert(view, ListView(object="people", label="People", columns=["name"]))
    await DefaultView(user=user.id, object="companies", view=view.id).save()
    return bound


async def pages() -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in await AppPage.select().output(load_json=True)}


async def views() -> dict[str, dict[str, Any]]:
    return {row["label"]: row for row in await ListView.select().output(load_json=True)}


async def follow(changes: NameChanges, *, definitions_first: bool) -> None:
    """As the schema service does it, in one transaction; in which order is its own affair."""
    async with DB.transaction():
        if definitions_first:
            await rename_definitions(changes)
        for dependents in (DependentPages(), DependentViews()):
            await dependents.follow(changes)
        if not definitions_first:
            await rename_definitions(changes)


async def rename_definitions(changes: NameChanges) -> None:
    found = await ObjectDefinition.objects().get(ObjectDefinition.name == changes.object)
    fields = FieldDefinition.object == found.id
    for old, new in changes.fields_renamed.items():
        await FieldDefinition.update({FieldDefinition.name: new}).where(
            fields & (FieldDefinition.name == old)
        )
    if changes.object_renamed_to:
        await ObjectDefinition.update({ObjectDefinition.name: changes.object_renamed_to}).where(
            ObjectDefinition.id == found.id
        )
        for row in (
            await FieldDefinition.select().where(FieldDefinition.type == "lookup").output(load_json=True)
        ):
            if row["settings"]["target"] == changes.object:
                settings = row["settings"] | {"target": changes.object_renamed_to}
                await FieldDefinition.update({FieldDefinition.settings: settings}).where(
                    FieldDefinition.id == row["id"]
                )


ABOUT_COMPANIES = {"companies", "company", "people"}
RENAMED = NameChanges(object="companies", fields_renamed={"industry": "branch", "parent": "mother"})


@pytest.mark.parametrize("definitions_first", [True, False])
async def test_a_renamed_field_has_its_new_name_wherever_it_stood(
    filled: SQLiteEngine, definitions_first: bool
) -> None:
    await follow(RENAMED, definitions_first=definitions_first)
    found = await pages()
    assert found["companies"]["layout"] == {
        "columns": ["name", "branch", "mother.branch", "mother.mother.name"],
        "sort": ["-branch", "name"],
        "filters": ["branch", "owner"],
        "filter": {"branch": "media", "and": [{"or": [{"not": {"branch": "retail"}}, {"name": "x"}]}]},
    }
    assert found["company"]["layout"]["sections"][0]["fields"] == ["name", "branch"]
    assert found["company"]["layout"]["related"][0] == RECORD["related"][0] | {
        "columns": ["name", "company.branch"],
        "filter": {"company.branch": "media"},
    }
    assert found["people"]["layout"] == {"columns": ["name", "company.branch"], "sort": ["-company.branch"]}
    assert found["help"]["layout"] == {"columns": ["industry"]}
    view = (await views())["Media"]
    assert (view["columns"], view["sort"], view["filter"]) == (["branch"], ["-branch"], {"branch": "media"})


@pytest.mark.parametrize("definitions_first", [True, False])
async def test_a_renamed_object_too(filled: SQLiteEngine, definitions_first: bool) -> None:
    changes = NameChanges(
        object="companies", object_renamed_to="firms", fields_renamed={"industry": "branch"}
    )
    await follow(changes, definitions_first=definitions_first)
    found = await pages()
    assert {name: page["object"] for name, page in found.items()} == {
        "companies": "firms",
        "company": "firms",
        "people": "people",
        "help": "",
        "map": "firms",
    }
    assert found["companies"]["layout"]["columns"] == [
        "name",
        "branch",
        "parent.branch",
        "parent.parent.name",
    ]
    assert found["people"]["layout"]["columns"] == ["name", "company.branch"]
    assert (await views())["Media"]["object"] == "firms"
    assert await DefaultView.select(DefaultView.object) == [{"object": "firms"}]


async def test_a_related_list_follows_its_object_and_its_lookup(filled: SQLiteEngine) -> None:
    changes = NameChanges(object="people", object_renamed_to="persons", fields_renamed={"company": "firm"})
    await follow(changes, definitions_first=False)
    (related,) = (await pages())["company"]["layout"]["related"]
    assert (related["object"], related["field"]) == ("persons", "firm")
    assert (related["columns"], related["filter"]) == (
        ["name", "firm.industry"],
        {"firm.industry": "media"},
    )


async def test_a_dropped_field_is_taken_out(filled: SQLiteEngine) -> None:
    await follow(NameChanges(object="companies", fields_dropped=("industry",)), definitions_first=False)
    found = await pages()
    assert found["companies"]["layout"] == {
        "columns": ["name", "parent.parent.name"],
        "sort": ["name"],
        "filters": ["owner"],
        "filter": {"and": [{"or": [{"name": "x"}]}]},
    }
    assert [section["label"] for section in found["company"]["layout"]["sections"]] == ["All"]
    assert found["company"]["layout"]["related"][0]["columns"] == ["name"]
    view = (await views())["Media"]
    assert (view["columns"], view["sort"], view["filter"]) == ([], [], {})


async def test_a_dropped_lookup_takes_its_related_list_along(filled: SQLiteEngine) -> None:
    await follow(NameChanges(object="people", fields_dropped=("company",)), definitions_first=False)
    found = await pages()
    assert found["company"]["layout"]["related"] == []
    assert found["people"]["layout"] == {"columns": ["name"], "sort": []}


async def test_pages_and_views_of_a_dropped_object_go_with_it(filled: SQLiteEngine) -> None:
    await follow(NameChanges(object="companies", object_dropped=True), definitions_first=False)
    found = await pages()
    assert {name: page["object"] for name, page in found.items()} == {
        "people": "people",
        "help": "",
        "map": "",
    }
    assert found["people"]["layout"] == {"columns": ["name"], "sort": []}
    assert list(await views()) == ["People"]
    assert await DefaultView.count() == 0


async def test_a_dropped_object_leaves_the_related_lists(filled: SQLiteEngine) -> None:
    await follow(NameChanges(object="people", object_dropped=True), definitions_first=False)
    assert (await pages())["company"]["layout"]["related"] == []


@pytest.mark.parametrize(
    ("changes", "named", "saved"),
    [
        (RENAMED, ABOUT_COMPANIES, {"Media"}),
        (NameChanges(object="companies", fields_dropped=("industry",)), ABOUT_COMPANIES, {"Media"}),
        (NameChanges(object="companies", fields_dropped=("facts",)), set(), set()),
        (NameChanges(object="companies", object_dropped=True), ABOUT_COMPANIES | {"map"}, {"Media"}),
        (NameChanges(object="people", fields_renamed={"name": "title"}), {"company", "people"}, {"People"}),
        (NameChanges(object="nothing", object_dropped=True), set(), set()),
    ],
)  # fmt: skip
async def test_who_is_affected_is_told_before(
    filled: SQLiteEngine, changes: NameChanges, named: set[str], saved: set[str]
) -> None:
    before = await pages(), await views()
    told = await DependentPages().affected(changes)
    assert {one["name"] for one in told} == named
    assert all(one["app"] == "crm" and one["label"] for one in told)
    assert {one["name"] for one in await DependentViews().affected(changes)} == saved
    assert (await pages(), await views()) == before


async def test_they_are_what_the_schema_service_asks() -> None:
    asked: list[Dependents] = [DependentPages(), DependentViews()]
    assert [one.kind for one in asked] == ["pages", "views"]


async def test_telling_costs_two_statements_each(filled: SQLiteEngine) -> None:
    statements = count_statements(filled)
    await DependentPages().affected(RENAMED)
    await DependentViews().affected(RENAMED)
    assert len(statements) == 4

"""The seed gives a tenant its first app, whose pages show what there is."""

import pytest
from piccolo.columns import Column

from piccolo_engines.errors import UniqueViolation
from piccolo_engines.sqlite import SQLiteEngine
from tenant_schema.apps.definitions import STANDARD_APPS, AppDraft, PageDraft
from tenant_schema.apps.layouts.layouts import check_layout, check_navigation
from tenant_schema.apps.seed import seed_apps
from tenant_schema.apps.tables import App, AppPage, PageType
from tenant_schema.objects.definitions.checks import object_rows
from tenant_schema.objects.model.model import object_model
from tenant_schema.objects.names import check_name
from tenant_schema.records.access.schema_view import SchemaView
from tenant_schema.standard.definitions import STANDARD_OBJECTS
from tests.tenant_schema.objects.databases import count_statements

MODELS = {draft.name: object_model(*object_rows(draft, standard=True)) for draft in STANDARD_OBJECTS}
SCHEMA = SchemaView(MODELS)
PAGES = [page for app in STANDARD_APPS for page in app.pages]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_pages_show_fields_that_there_are(page: PageDraft) -> None:
    assert check_layout(page.type, page.object, dict(page.layout), SCHEMA) == []


@pytest.mark.parametrize("app", STANDARD_APPS, ids=lambda app: app.name)
def test_the_navigation_leads_to_pages_of_the_app(app: AppDraft) -> None:
    assert check_navigation(list(app.navigation), {page.name for page in app.pages}) == []
    assert [check_name(page.name) for page in app.pages] == list(
        dict.fromkeys(page.name for page in app.pages)
    )


@pytest.mark.parametrize("name", MODELS)
def test_every_field_of_a_record_is_on_its_page(name: str) -> None:
    (page,) = [page for page in PAGES if (page.object, page.type) == (name, PageType.RECORD)]
    shown = [name for section in page.layout["sections"] for name in section["fields"]]
    assert len(shown) == len(set(shown))
    assert set(shown) == MODELS[name].fields.keys() - {"id", "version"}


def test_whatever_refers_to_a_record_is_listed_on_its_page() -> None:
    listed = {
        (page.object, related["object"], related["field"])
        for page in PAGES
        for related in page.layout.get("related", [])
    }
    assert listed == {
        (field.settings["target"], model.name, field.name)
        for model in MODELS.values()
        for field in model.fields.values()
        if field.settings.get("target") in MODELS
    }


async def test_a_seeded_tenant_has_the_sales_app_with_its_pages_in_order(bound: SQLiteEngine) -> None:
    await seed_apps()
    app = await App.select().output(load_json=True).first()
    assert (app["name"], app["label"], app["active"]) == ("sales", "Sales", True)
    german = {"de": {"label": "Kunden"}}
    customers = {"label": "Customers", "pages": ["accounts", "contacts"], "translations": german}
    assert app["navigation"][0] == customers
    query = AppPage.select().where(AppPage.app == app["id"]).order_by(AppPage.position)
    pages = await query.output(load_json=True)
    assert [(page["name"], page["type"], page["object"]) for page in pages] == [
        ("accounts", "list", "accounts"),
        ("account", "record", "accounts"),
        ("contacts", "list", "contacts"),
        ("contact", "record", "contacts"),
        ("opportunities", "list", "opportunities"),
        ("my_open_opportunities", "list", "opportunities"),
        ("opportunity", "record", "opportunities"),
    ]
    assert pages[0]["layout"]["columns"][0] == "name"


async def rows(column: Column) -> list[dict]:
    table = column._meta.table
    return await table.select().order_by(column)


async def test_seeding_again_changes_nothing(bound: SQLiteEngine) -> None:
    statements = count_statements(bound)
    await seed_apps()
    assert len(statements) == 3
    before = await rows(App.id), await rows(AppPage.id)
    statements.clear()
    await seed_apps()
    assert len(statements) == 1
    assert (await rows(App.id), await rows(AppPage.id)) == before


async def test_what_a_tenant_changed_stays_changed(bound: SQLiteEngine) -> None:
    await seed_apps()
    await App.update({App.label: "Selling"}, force=True)
    await AppPage.delete().where(AppPage.name == "account")
    await seed_apps()
    assert (await rows(App.id))[0]["label"] == "Selling"
    assert "account" not in {page["name"] for page in await rows(AppPage.id)}


async def test_a_page_name_is_taken_once_in_its_app(bound: SQLiteEngine) -> None:
    await seed_apps()
    app = await App.objects().first()
    with pytest.raises(UniqueViolation):
        await AppPage(app=app.id, name="accounts", type=PageType.CUSTOM).save()
    other = App(name="service", label="Service")
    await other.save()
    await AppPage(app=other.id, name="accounts", type=PageType.CUSTOM).save()


async def test_the_pages_of_an_app_go_with_it(bound: SQLiteEngine) -> None:
    await seed_apps()
    await App.delete(force=True)
    assert await AppPage.count() == 0

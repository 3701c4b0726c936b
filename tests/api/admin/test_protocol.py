"""What the front end expects of us is what Piccolo Admin's own back end would give it.

This is where a new version of Piccolo Admin that asks for something else is noticed.
"""

import re
import warnings
from importlib.resources import files
from typing import Any

import pytest
from piccolo.columns import (
    JSON,
    UUID,
    Array,
    Boolean,
    Date,
    ForeignKey,
    Integer,
    Numeric,
    Text,
    Time,
    Timestamptz,
    Varchar,
)
from piccolo.table import TABLE_REGISTRY, Table
from piccolo_api.crud.endpoints import OrderBy, PiccoloCRUD

from api.admin.columns import Column, TableSchema
from api.admin.readonly_table import Shown, column_of
from central.piccolo_app import APP_CONFIG
from central.tables import AuditEvent, Domain, Tenant, TenantStatus
from tests.api.admin.browsing import Browser, operators_browser
from tests.api.conftest import ON_SQLITE, World

SCRIPT = next(
    one.read_text(encoding="utf-8")
    for one in (files("piccolo_admin") / "dist" / "assets").iterdir()
    if one.name.endswith(".js")
)


class Sample(Table):
    """A column of each kind that the admins have."""

    name = Varchar(length=40, null=False, unique=True)
    note = Text(null=True)
    count = Integer(null=True)
    price = Numeric(digits=(10, 2), null=True)
    is_good = Boolean(null=True)
    day = Date(null=True)
    moment = Timestamptz(null=True)
    hour = Time(null=True)
    kind = Varchar(length=20, choices=TenantStatus, null=True)
    several = Array(Varchar(), null=True)
    more = JSON(null=True)
    reference = UUID(null=True)
    tenant = ForeignKey(Tenant, null=True)


TABLE_REGISTRY.remove(Sample)
KINDS = {one.value: one.name.replace("_", " ").title() for one in TenantStatus}
OURS = TableSchema(
    title="Sample",
    link="name",
    order_by=("name", True),
    columns=[
        Column(name="name", title="Name", max_length=40, nullable=False, unique=True),
        Column(name="note", title="Note", widget="text-area"),
        Column(name="count", title="Count", type="integer"),
        Column(name="price", title="Price", type="number"),
        Column(name="is_good", title="Is Good", type="boolean"),
        Column(name="day", title="Day", format="date"),
        Column(name="moment", title="Moment", format="date-time", widget="timestamptz"),
        Column(name="hour", title="Hour", format="time"),
        Column(name="kind", title="Kind", choices=KINDS),
        Column(name="several", title="Several", type="array"),
        Column(name="more", title="More", widget="json"),
        Column(name="reference", title="Reference", format="uuid"),
        Column(name="tenant", title="Tenant", format="uuid", to="tenant"),
    ],
)


def theirs() -> dict[str, Any]:
    columns = [one._meta.name for one in Sample._meta.columns]
    extra = {
        "visible_column_names": columns[1:],
        "visible_filter_names": columns[1:],
        "rich_text_columns": (),
        "media_columns": (),
        "link_column_name": "name",
        "order_by": (OrderBy(Sample.name).to_dict(),),
        "time_resolution": {},
    }
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pydantic, about Piccolo's models
        document: dict[str, Any] = PiccoloCRUD(Sample, schema_extra=extra).pydantic_model.model_json_schema()
    return document


@pytest.mark.parametrize("name", [column.name for column in OURS.columns])
def test_a_column_is_described_as_piccolo_would_describe_it(name: str) -> None:
    mine, piccolos = OURS.document()["properties"][name], theirs()["properties"][name]
    assert mine["title"] == piccolos["title"]
    first = piccolos["anyOf"][0] | {"maxLength": None}
    assert mine["anyOf"][0]["type"] == first["type"]
    assert mine["anyOf"][0].get("format") == first.get("format")
    for word in ("nullable", "unique", "widget", "foreign_key", "secret"):
        assert mine["extra"].get(word) == piccolos["extra"].get(word), word
    choices = piccolos["extra"]["choices"]
    if choices:
        ours = {one["value"]: one for one in mine["extra"]["choices"].values()}
        assert ours == {one["value"]: one for one in choices.values()}


def test_a_table_is_described_with_all_the_words_that_piccolo_uses() -> None:
    mine, piccolos = OURS.document(), theirs()
    assert set(piccolos["extra"]) <= set(mine["extra"])
    for word in ("visible_column_names", "visible_filter_names"):
        assert sorted(mine["extra"][word]) == sorted(piccolos["extra"][word]), word
    assert mine["extra"]["order_by"] == [dict(one) for one in piccolos["extra"]["order_by"]]
    assert mine["extra"]["primary_key_name"] == piccolos["extra"]["primary_key_name"]
    assert set(mine["properties"]) == set(piccolos["properties"])


def test_the_front_end_asks_for_nothing_that_we_do_not_know() -> None:
    addresses = set(re.findall(r"[\"`](?:\./)?((?:api|public)/[^\"`]*)[\"`]", SCRIPT))
    below = set(re.findall(r"\}((?:tables|forms|links|user|media)/[^`]*)`", SCRIPT))
    known = {
        *("api/", "api/change-password/", "public/login/", "public/logout/", "public/meta/"),
        *("public/translations/", "public/translations/${t}/"),
        *("api/tables/${q}/", "api/tables/${q}/count/"),
        *("api/media/", "api/mfa-setup/"),  # uploads and second factors: 404
    }
    assert addresses == known
    shapes = {re.sub(r"\$\{[^}]*\}", "*", one.partition("?")[0]) for one in below}
    assert shapes == {
        *("user/", "links/", "tables/", "tables/grouped/", "tables/*/", "tables/*/*/"),
        *(f"tables/*/{one}/" for one in ("schema", "count", "ids", "new", "references")),
        *("forms/", "forms/grouped/", "forms/*/", "forms/*/schema/"),
        "media/generate-file-url/",
    }


@ON_SQLITE
async def test_there_are_no_uploads_and_no_pages_about_the_api(world: World) -> None:
    browser = await operators_browser(world)
    for method, path in (
        ("POST", "api/media/"),
        ("POST", "api/media/generate-file-url/"),
        ("GET", "api/docs/"),
        ("GET", "api/openapi.json"),
        ("GET", "public/docs/"),
        ("GET", "public/openapi.json"),
        ("GET", "openapi.json"),
        ("GET", "docs"),
        ("GET", "api/mfa-setup/"),
        ("GET", "assets/../door.py"),
        ("GET", "assets/%2e%2e/door.py"),
        ("GET", "assets/index.html"),
    ):
        answer = await browser.send(method, path, {} if method == "POST" else None)
        assert answer.status_code == 404, (path, answer.status_code)
    assert (await browser.send("PUT", "api/tables/tenants/x/", {})).status_code == 405
    assert (await browser.send("POST", "")).status_code == 405


@ON_SQLITE
async def test_the_page_is_guarded_by_a_policy_and_its_files_are_cached(world: World) -> None:
    browser = Browser(world, "localhost")
    page = await browser.open()
    policy = page.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe-eval" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    for name in re.findall(r"\./assets/([^\"?]+)", page.text):
        asset = await browser.http.get(f"/admin/assets/{name}")
        assert asset.status_code == 200, name
        assert "immutable" in asset.headers["cache-control"]
        assert asset.headers["content-encoding"] == "gzip"
        again = await browser.http.get(
            f"/admin/assets/{name}", headers={"If-None-Match": asset.headers["etag"]}
        )
        assert (again.status_code, again.content) == (304, b"")
    assert (await browser.http.get("/admin")).headers["location"] == "/admin/"
    assert (await browser.http.get("/administrators")).status_code == 404


@ON_SQLITE
@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        ("gzip", "gzip"),
        ("GZIP, zstd", "gzip"),
        ("*", "gzip"),
        ("gzip;q=0", None),
        ("gzip;q=0, *", None),
        ("br", None),
    ],
)
async def test_the_page_is_packed_for_who_takes_gzip(world: World, accepted: str, coding: str | None) -> None:
    page = await Browser(world, "localhost").http.get("/admin/", headers={"Accept-Encoding": accepted})
    assert page.headers.get("content-encoding") == coding
    assert "<html" in page.text


@ON_SQLITE
async def test_the_words_are_piccolo_s_in_every_language_and_ours_in_english(world: World) -> None:
    browser = Browser(world, "localhost")
    listed = (await browser.http.get("/admin/public/translations/")).json()
    codes = {one["language_code"] for one in listed["translations"]}
    assert {"en", "de", "fr"} <= codes
    english = (await browser.http.get("/admin/public/translations/en/")).json()["translations"]
    assert (english["Username"], english["Password"], english["Save"]) == ("Operator", "Token", "Save")
    german = (await browser.http.get("/admin/public/translations/DE/")).json()["translations"]
    assert german["Save"] != "Save"
    assert (await browser.http.get("/admin/public/translations/xx/")).status_code == 404


def test_no_column_is_shown_that_piccolo_calls_a_secret() -> None:
    from api.admin.operators.tables import _STANDING  # what operators see, all of it

    shown = [one for table in _STANDING.values() for one in table._shown.values()]  # type: ignore[attr-defined]
    assert shown
    assert not [one for one in shown if one.column._meta.secret]
    secrets = [one for table in APP_CONFIG.table_classes for one in table._meta.columns if one._meta.secret]
    assert len(secrets) >= 3


def test_columns_of_tables_that_are_looked_at_are_of_their_kind() -> None:
    when = column_of(Shown(column=AuditEvent.created_at, title="When"))
    assert (when.format, when.widget, when.read_only) == ("date-time", "timestamptz", True)
    detail = column_of(Shown(column=AuditEvent.detail, title="Detail"))
    assert (detail.widget, detail.filterable) == ("json", False)
    tenant = column_of(Shown(column=Domain.tenant, title="Tenant", to="tenants"))
    assert (tenant.format, tenant.to) == ("uuid", "tenants")
    status = column_of(Shown(column=Tenant.status, title="Status"))
    assert status.choices is not None
    assert "active" in status.choices

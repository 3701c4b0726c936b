"""CSV over HTTP: who may, what is refused before anything is leased, and what a report looks like."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest

from tests.api.conftest import ON_SQLITE, World
from tests.api.records.test_records import ACCOUNTS, WRITERS
from tests.api.scenarios import CALLERS, assert_problem, caller

IMPORT = f"{ACCOUNTS}/import"
CSV = "Name,industry\nGlobex,technology\nInitech,nonsense\n"


def form(text: str | bytes = CSV, **more: Any) -> dict[str, Any]:
    return {"file": ("accounts.csv", text, "text/csv")} | more


@pytest.mark.parametrize("who", CALLERS)
async def test_who_may_import(world: World, who: str) -> None:
    client = await caller(world, who, "acme.localhost")
    answer = await client.post(f"{IMPORT}?mode=good_lines", files=form())
    assert answer.status_code == (WRITERS.get(who, 401)), answer.text
    if answer.status_code == 200:
        report = answer.json()
        assert (report["created"], report["failed"], report["errorsLeftOut"]) == (1, 1, 0)
        (error,) = report["errors"]
        assert (error["line"], error["field"], error["code"]) == (3, "industry", "not-an-option")


async def test_all_or_nothing_is_the_default(world: World) -> None:
    client = await world.user()
    answer = await client.post(IMPORT, files=form())
    assert answer.status_code == 422
    assert [one["field"] for one in assert_problem(answer)["errors"]] == ["lines[3].industry"]
    assert (await client.get(ACCOUNTS)).json()["data"] == []
    good = await client.post(IMPORT, files=form("name\nGlobex\nInitech\n"))
    assert good.json() == {"created": 2, "updated": 0, "failed": 0, "errors": [], "errorsLeftOut": 0}


@ON_SQLITE
async def test_columns_are_mapped(world: World) -> None:
    client = await world.user()
    mapping = '{"Firm": "name", "junk": null}'
    answer = await client.post(IMPORT, files=form("Firm;junk\nGlobex;x\n", mapping=(None, mapping)))
    assert answer.json()["created"] == 1
    headless = form("Initech;technology;x\n", mapping=(None, '["name", "industry", null]'))
    answer = await client.post(f"{IMPORT}?header=none&upsertBy=id", files=headless)
    assert [one["code"] for one in assert_problem(answer)["errors"]] == ["missing-column"]
    assert (await client.post(f"{IMPORT}?header=none", files=headless)).json()["created"] == 1
    wrong = await client.post(IMPORT, files=form("Firm\nx\n", mapping=(None, '{"Firm": 5}')))
    assert [one["field"] for one in assert_problem(wrong)["errors"]] == ["mapping"]


@ON_SQLITE
async def test_a_dry_run_changes_nothing(world: World) -> None:
    client = await world.user()
    answer = await client.post(f"{IMPORT}?dryRun=true", files=form())
    assert (answer.status_code, answer.json()["failed"]) == (200, 1)
    assert (await client.get(ACCOUNTS)).json()["data"] == []


@ON_SQLITE
@pytest.mark.parametrize(
    ("query", "content", "status", "field"),
    [
        ("", "nmae\nx\n", 422, "nmae"),
        ("", "name\nä\n".encode("latin-1"), 422, None),
        ("?mode=some", "name\nx\n", 400, "mode"),
        ("?upsertBy=name", "name\nx\n", 400, "name"),
        ("?upsertby=name", "name\nx\n", 400, "upsertby"),
    ],
)
async def test_what_cannot_be_understood(
    world: World, query: str, content: str | bytes, status: int, field: str | None
) -> None:
    answer = await (await world.user()).post(f"{IMPORT}{query}", files=form(content))
    assert answer.status_code == status, answer.text
    errors = assert_problem(answer)["errors"]
    assert field is None or [one["field"] for one in errors] == [field]


@ON_SQLITE
@pytest.mark.parametrize(
    ("options", "status", "code"),
    [
        ({"json": {}}, 415, "unsupported-media-type"),
        ({"content": b"x", "headers": {"content-type": "multipart/form-data"}}, 400, "malformed-multipart"),
        (
            {"content": b"x", "headers": {"content-type": "multipart/form-data; boundary=y"}},
            400,
            "malformed-multipart",
        ),
        ({"files": {"flie": ("a.csv", b"x")}}, 422, "validation"),
        ({"files": [("file", ("a.csv", b"x")), ("file", ("b.csv", b"x"))]}, 422, "validation"),
    ],
)
async def test_what_is_no_form(world: World, options: Any, status: int, code: str) -> None:
    answer = await (await world.user()).post(IMPORT, **options)
    assert answer.status_code == status
    assert_problem(answer, code)


@ON_SQLITE
async def test_a_file_may_be_larger_than_a_body_and_not_larger_than_its_limit(
    world_with: Callable[..., Any],
) -> None:
    text = "name,description\n" + f"Globex,{'x' * 900}\n" * 8
    async with world_with(max_body_bytes=2_048, max_import_bytes=10_000) as world:
        client = await world.user()
        assert (await client.post(IMPORT, files=form(text))).json()["created"] == 8
        for answer in (
            await client.post(IMPORT, files=form(text * 2)),
            await client.post(IMPORT, **in_chunks(form(text * 2))),
        ):
            assert answer.status_code == 413
            assert_problem(answer, "body-too-large")


@ON_SQLITE
async def test_a_slash_at_the_end_changes_nothing(world: World) -> None:
    client, path = await world.user(), "/api/v1/data/accounts/import/"
    assert_problem(await client.post(path, json={}), "unsupported-media-type")
    report = await client.post(path, files=form("name\nGlobex\n"))
    assert (report.status_code, report.json()["created"]) == (200, 1), report.text


def in_chunks(files: dict[str, Any]) -> dict[str, Any]:
    """The same form, without its length."""
    request = httpx.Request("POST", "http://x", files=files)
    content = request.read()

    async def chunks() -> AsyncIterator[bytes]:
        for start in range(0, len(content), 1_000):
            yield content[start : start + 1_000]

    return {"content": chunks(), "headers": {"content-type": request.headers["content-type"]}}


@ON_SQLITE
async def test_nothing_is_taken_in_of_a_stranger(world: World) -> None:
    async def endless() -> AsyncIterator[bytes]:
        raise AssertionError("nobody should read this")
        yield b""

    headers = {"content-type": "multipart/form-data; boundary=x"}
    answer = await world.client().post(IMPORT, content=endless(), headers=headers)
    assert answer.status_code == 401


async def test_with_a_key_a_file_is_taken_in_once(world: World) -> None:
    client = await world.user()
    files, key = form("name\nGlobex\n"), {"Idempotency-Key": "once"}
    answers = [await client.post(IMPORT, files=files, headers=key) for _ in range(2)]
    assert [answer.json()["created"] for answer in answers] == [1, 1]
    assert len((await client.get(ACCOUNTS)).json()["data"]) == 1
    other = await client.post(IMPORT, files=form("name\nInitech\n"), headers=key)
    assert other.status_code == 422
    assert_problem(other, "idempotency-mismatch")


@ON_SQLITE
async def test_options_say_how_the_file_is_written_and_a_dry_run_what_was_taken_for_what(
    world: World,
) -> None:
    client = await world.user()
    text = "Müller;1.234\r\n".encode("cp1252")
    query = "encoding=windows-1252&header=none&decimal=comma&delimiter=%3B&dryRun=true"
    mapping = (None, '{"1": "name", "2": "annual_revenue"}')
    answer = await client.post(f"{IMPORT}?{query}", files=form(text, mapping=mapping))
    assert answer.status_code == 200, answer.text
    assert answer.json()["takenAs"] == {
        "encoding": "windows-1252",
        "delimiter": ";",
        "headerLine": 0,
        "columns": [
            {"column": "1", "field": "name"},
            {
                "column": "2",
                "field": "annual_revenue",
                "decimal": ",",
                "examples": [{"line": 1, "cell": "1.234", "value": "1234.00"}],
            },
        ],
    }
    wrong = await client.post(f"{IMPORT}?decimal=x&dateFormat=DD&round=yes&encodign=x", files=form())
    assert wrong.status_code == 400
    wrong = await client.post(f"{IMPORT}?decimal=x&dateFormat=DD", files=form())
    assert [one["field"] for one in assert_problem(wrong)["errors"]] == ["dateFormat", "decimal"]


@ON_SQLITE
async def test_an_export_for_excel_is_taken_in_again(world: World) -> None:
    client = await world.user()
    await client.post(ACCOUNTS, json={"name": "Ärger", "phone": "+49 30 123"})
    exported = await client.get(f"{ACCOUNTS}/export.csv?bom=true&delimiter=;&fields=id,name,phone")
    assert exported.content.startswith("\ufeffid;name;phone\r\n".encode())
    assert exported.content.endswith(b"rger;+49 30 123\r\n")
    again = await client.post(f"{IMPORT}?upsertBy=id", files=form(exported.content.replace(b"123", b"456")))
    assert again.json()["updated"] == 1, again.text
    assert (await client.get(ACCOUNTS)).json()["data"][0]["phone"] == "+49 30 456"
    twice = await client.post(IMPORT, files=form(exported.content))
    assert [one["code"] for one in assert_problem(twice)["errors"]] == ["id-without-upsert"]
    for query in ("bom=yes", "delimiter=x", "bom=true&bom=true", "delimiter[x]=tab"):
        assert (await client.get(f"{ACCOUNTS}/export.csv?{query}")).status_code == 400

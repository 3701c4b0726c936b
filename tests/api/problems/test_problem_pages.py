"""Every code has a title in sentence case, and a page at the type of its problem."""

import re
from collections.abc import Iterator

import pytest

from api.problems.catalog import EXPLANATIONS, title_of
from api.problems.statuses import STATUSES
from api.problems.table import statuses_of
from central.database import CENTRAL
from central.tables import TenantStatus
from piccolo_engines.errors import DatabaseError
from tests.api.conftest import ON_SQLITE, World
from tests.api.problems.test_error_pages import BROWSER
from tests.api.scenarios import assert_problem

HOSTS = ("localhost", "acme.localhost")
ACRONYMS = {"JSON", "CSV", "API", "HTTP", "URL", "ID", "If-Match", "If-None-Match"}


def codes() -> Iterator[str]:
    """The codes of all errors that are told to clients by name."""
    pending = [kind for kind in STATUSES if not issubclass(kind, DatabaseError)]
    while pending:
        kind = pending.pop()
        pending.extend(kind.__subclasses__())
        code = kind.__dict__.get("code")
        if isinstance(code, str):
            yield code


@pytest.mark.parametrize("code", sorted(set(codes()) - {"validation-failed"}))
def test_every_code_is_explained(code: str) -> None:
    assert code in EXPLANATIONS, f"write an entry for {code} in api/problems/catalog.py"


@pytest.mark.parametrize("code", sorted(EXPLANATIONS))
def test_titles_are_phrases_in_sentence_case(code: str) -> None:
    title, explanation = EXPLANATIONS[code]
    first, *rest = title.split()
    assert first in ACRONYMS or re.fullmatch(r"[A-Z][a-z]+", first)
    assert all(word in ACRONYMS or re.fullmatch(r"[a-z]+", word) for word in rest), title
    assert explanation[0].isupper() or explanation[0] in "/"
    assert explanation.endswith(".")
    assert re.fullmatch(r"[a-z]+(-[a-z]+)*", code)


def test_a_code_without_an_entry_has_a_title_nevertheless() -> None:
    assert title_of("unheard-of-csv") == "Unheard of CSV"


@pytest.mark.parametrize("host", HOSTS)
async def test_the_type_of_a_problem_is_a_page(world: World, host: str) -> None:
    client = world.client(host)
    problem = assert_problem(await client.get("/nothing"), "not-found")
    page = await client.get(problem["type"], headers=BROWSER)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert f"<h1>{problem['title']}</h1>" in page.text
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "<script" not in page.text
    told = await client.get(problem["type"])
    assert told.headers["content-type"] == "application/json"
    assert told.json() == {
        "type": "/problems/not-found",
        "code": "not-found",
        "title": "Not found",
        "statuses": [404],
        "explanation": EXPLANATIONS["not-found"][1],
    }


@ON_SQLITE
@pytest.mark.parametrize("host", HOSTS)
async def test_all_codes_are_listed_and_served(world: World, host: str) -> None:
    client = world.client(host)
    listed = (await client.get("/problems")).json()["data"]
    assert [one["code"] for one in listed] == sorted(EXPLANATIONS)
    page = (await client.get("/problems", headers=BROWSER)).text
    for one in listed:
        assert f'href="{one["type"]}"' in page
        assert (await client.get(one["type"])).json() == one
        assert one["title"] in (await client.get(one["type"], headers=BROWSER)).text


async def test_a_code_that_there_is_not_is_404(world: World) -> None:
    for host in HOSTS:
        for code in ("no-such-code", "%3Cscript%3E", "not-found/x"):
            answer = await world.client(host).get(f"/problems/{code}", headers=BROWSER)
            assert_problem(answer, "not-found")
            assert "script" not in answer.text


async def test_the_page_is_there_where_nothing_else_is(world: World) -> None:
    unknown = world.client("nobody.localhost")
    problem = assert_problem(await unknown.get("/api/v1/tenant"), "tenant-not-found")
    assert (await unknown.get(problem["type"])).json()["title"] == "Tenant not found"
    with CENTRAL.bind(world.platform.central_engine):
        tenant_id, active = (await world.tenant("acme")).id, (TenantStatus.ACTIVE,)
        await world.platform.registry.set_status(tenant_id, TenantStatus.SUSPENDED, expected=active)
    suspended = world.client()
    problem = assert_problem(await suspended.get("/api/v1/tenant"), "tenant-suspended")
    page = await suspended.get(problem["type"], headers=BROWSER)
    assert (page.status_code, "<h1>Tenant suspended</h1>" in page.text) == (200, True)
    assert_problem(await suspended.post(problem["type"]), "tenant-suspended")


def test_codes_know_their_statuses() -> None:
    assert statuses_of("malformed-json") == (400,)
    assert statuses_of("database-unavailable") == (503,)
    assert statuses_of("too-many-connections") == (503,)
    assert statuses_of("not-found") == (404,)

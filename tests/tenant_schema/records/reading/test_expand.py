"""Expansions show related records for one statement each, on every database."""

from typing import Any

import pytest

from piccolo_engines.columns import new_id, utc_now
from tenant_schema.records.errors import InvalidQuery
from tests.support.busy import busy
from tests.tenant_schema.records.access.test_rules_with_paths import Reader
from tests.tenant_schema.records.family import Family
from tests.tenant_schema.records.sql.test_paths import crm


async def tasks(family: Family) -> None:
    """The staff's tasks: Bo gives Cy five, and one to nobody; Cy gives Bo one that is in the trash."""
    await crm(family)
    ids = {row["name"]: row["id"] for row in family.rows["staff"]}
    given = [{"title": f"t{number}", "giver": ids["Bo"], "doer": ids["Cy"]} for number in range(5)]
    given += [{"title": "nobody's", "giver": ids["Bo"]}]
    given += [{"title": "gone", "giver": ids["Cy"], "doer": ids["Bo"], "deleted_at": utc_now()}]
    await family.fill("tasks", given)


def by_name(rows: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in rows}


async def test_a_lookup_becomes_its_record(family: Family) -> None:
    await crm(family)
    with family.counted() as sent:
        page = await family.caller("staff").page(("expand", "firm,owner,firm.parent"), ("sort", "name"))
    assert len(sent) == 4
    rows = by_name(page.data)
    assert rows["Bo"]["firm"]["name"] == "Acme"
    assert rows["Bo"]["firm"]["worth"] == "5.00"
    assert rows["Bo"]["firm"]["parent"]["name"] == "Holding"
    assert rows["Bo"]["owner"] is None
    assert rows["Di"]["owner"] == {"id": str(family.me), "name": "Ada", "email": "ada@acme.example"}
    assert rows["Di"]["firm"]["parent"] is None, "in the trash"
    assert rows["Ed"]["firm"] is None, "in the trash"
    assert rows["Gil"]["firm"] is None


async def test_fields_and_expansions_together(family: Family) -> None:
    await crm(family)
    firms = {row["name"]: str(row["id"]) for row in family.rows["firms"]}
    document = {
        "fields": ["name", "firm.size"],
        "expand": {"firm": {"fields": ["name"]}},
        "filter": {"name": "Bo"},
    }
    found = await family.caller("staff").query(document)
    (bo,) = found.data
    assert set(bo) == {"id", "version", "name", "firm"}
    assert bo["firm"] == {"id": firms["Acme"], "name": "Acme"}
    pairs = [("fields", "name"), ("expand", "staff"), ("filter[name]", "Bare")]
    (bare,) = (await family.caller("firms").page(*pairs)).data
    assert set(bare) == {"id", "version", "name", "staff"}
    assert [row["name"] for row in bare["staff"]["data"]] == ["Flo"]


COMBINATIONS = [
    # fields, expand, what is shown of Bo's firm
    ("name,firm.name", "firm", {"id", "name"}),
    ("name,firm.name,firm.size", "firm", {"id", "name", "size"}),
    ("name,firm.id", "firm", {"id"}),
    ("name,firm", "firm", None),
    ("name,firm,firm.name", "firm", None),
    ("name", "firm", None),
    ("name,firm.parent.name", "firm", {"id", "parent"}),
    ("name,firm.parent.name", "firm.parent", {"id", "parent"}),
    ("name,firm.name", "firm.parent", {"id", "name", "parent"}),
    ("name,firm.name", "firm,tasks.giver", {"id", "name"}),
    ("name,firm.name,firm.parent.name", "", {"id", "name", "parent"}),
]


@pytest.mark.parametrize(("fields", "expand", "shown"), COMBINATIONS)
async def test_fields_say_what_is_shown_of_a_record_that_is_expanded(
    family: Family, fields: str, expand: str, shown: set[str] | None
) -> None:
    await crm(family)
    staff = family.caller("staff")
    pairs = [("fields", fields), ("filter[name]", "Bo"), *([("expand", expand)] if expand else [])]
    [bo] = (await staff.page(*pairs)).data
    everything = set(family.models["firms"].fields)
    assert set(bo["firm"]) == (everything if shown is None else shown)
    if "firm.parent.name" in fields:
        assert set(bo["firm"]["parent"]) == {"id", "name"}
    elif "firm.parent" in expand:
        assert set(bo["firm"]["parent"]) == everything
    document = {"fields": fields.split(","), "filter": {"name": "Bo"}, "expand": expand.split(",")}
    assert (await staff.query(document if expand else {**document, "expand": []})).data == [bo]
    record_id = next(row["id"] for row in family.rows["staff"] if row["name"] == "Bo")
    pairs = [pair for pair in pairs if not pair[0].startswith("filter")]
    assert (await staff.service.read(staff.scope, staff.access, "staff", record_id, pairs)).data == bo


async def test_related_lists_have_their_own_filter_sort_and_limit(family: Family) -> None:
    await tasks(family)
    document: dict[str, Any] = {
        "sort": ["name"],
        "fields": ["name"],
        "expand": {
            "tasks.giver": {
                "sort": ["-title"],
                "limit": 2,
                "fields": ["title"],
                "filter": {"title": {"ne": "t4"}},
            },
            "tasks.doer": {"fields": ["title"], "limit": 5, "expand": {"giver": {"fields": ["name"]}}},
        },
    }
    with family.counted() as sent:
        rows = by_name((await family.caller("staff").query(document)).data)
    assert len(sent) == 4, "the page, two lists, and what is expanded in one of them"
    titles = {name: [task["title"] for task in row["tasks.giver"]["data"]] for name, row in rows.items()}
    assert titles == {"Bo": ["t3", "t2"], "Cy": [], "Di": [], "Ed": [], "Flo": [], "Gil": []}
    assert {name for name, row in rows.items() if row["tasks.giver"]["hasMore"]} == {"Bo"}
    done = rows["Cy"]["tasks.doer"]
    assert [task["title"] for task in done["data"]] == ["t0", "t1", "t2", "t3", "t4"]
    assert done["hasMore"] is False
    bo = next(str(row["id"]) for row in family.rows["staff"] if row["name"] == "Bo")
    assert done["data"][0]["giver"] == {"id": bo, "name": "Bo"}


async def test_lists_within_lists(family: Family) -> None:
    await tasks(family)
    pairs = [("expand", "staff,staff.tasks.doer,staff.boss"), ("fields", "name"), ("sort", "name")]
    with family.counted() as sent:
        rows = by_name((await family.caller("firms").page(*pairs)).data)
    assert len(sent) == 4
    acme = by_name(rows["Acme"]["staff"]["data"])
    assert set(acme) == {"Bo", "Cy"}
    assert len(acme["Cy"]["tasks.doer"]["data"]) == 5
    assert acme["Cy"]["boss"]["name"] == "Bo"
    assert rows["Holding"]["staff"] == {"data": [], "hasMore": False}


async def test_one_record_with_its_relations(family: Family) -> None:
    await crm(family)
    firms = family.caller("firms")
    acme = next(row for row in family.rows["firms"] if row["name"] == "Acme")
    record = await firms.service.read(
        firms.scope, firms.access, "firms", acme["id"], (("expand", "parent,staff"), ("fields", "name"))
    )
    assert record.data["parent"]["name"] == "Holding"
    assert [row["name"] for row in record.data["staff"]["data"]] == ["Bo", "Cy"]
    assert record.version == 1


@pytest.mark.parametrize("number", [25, 200])
async def test_a_list_with_two_expansions_costs_three_statements(family: Family, number: int) -> None:
    """However many rows it has, and however many are beyond."""
    await family.fill("firms", [{"id": new_id(), "name": f"f{one}"} for one in range(number)])
    firms = [row["id"] for row in family.rows["firms"]]
    await family.fill(
        "staff", [{"name": f"s{one}", "firm": firms[one // 3 % number]} for one in range(number * 3)]
    )
    with family.counted() as sent:
        page = await family.caller("staff").page(("expand", "firm,owner"), ("limit", str(number)))
    assert len(page.data) == number
    assert len(sent) == 2, "nobody owns any of them"
    with family.counted() as sent:
        page = await family.caller("firms").page(("expand", "staff,parent"), ("limit", str(number)))
    assert [len(row["staff"]["data"]) for row in page.data] == [3] * number
    assert len(sent) <= 3


async def test_rules_and_hidden_fields_hold_for_what_is_expanded(family: Family) -> None:
    await crm(family)
    reader = Reader(family, {"firms": {"industry": "tech"}}, hidden={"firms.size", "staff.pay"})
    rows = by_name(await reader.rows(expand=["firm"]))
    assert rows["Bo"]["firm"]["name"] == "Acme"
    assert "size" not in rows["Bo"]["firm"]
    assert rows["Di"]["firm"] is None
    reader = Reader(family, {"staff": {"boss.name": "Bo"}}, hidden={"staff.pay"})
    firms = by_name(await reader.rows("firms", expand=["staff"]))
    assert [row["name"] for row in firms["Acme"]["staff"]["data"]] == ["Cy"]
    assert "pay" not in firms["Acme"]["staff"]["data"][0]


PROBLEMS: list[tuple[str, Any, str, str, str | None]] = [
    ("staff", ["frim"], "expand", "unknown-relation", "firm"),
    ("staff", ["name"], "expand", "unknown-relation", None),
    ("staff", ["tasks"], "expand", "ambiguous", "tasks.giver"),
    ("staff", ["firm.paren"], "expand", "unknown-relation", "firm.parent"),
    ("staff", ["boss.boss.boss.boss"], "expand", "too-deep", None),
    ("staff", 5, "expand", "invalid-type", None),
    ("staff", {"firm": 5}, "expand.firm", "invalid-type", None),
    ("staff", {"firm": {"limit": 5}}, "expand.firm.limit", "unknown-parameter", None),
    ("staff", {"firm": {"fields": ["nam"]}}, "expand.firm.fields", "unknown-field", "name"),
    ("firms", {"staff": {"filtr": {}}}, "expand.staff.filtr", "unknown-parameter", "filter"),
    (
        "firms",
        {"staff": {"filter": {"pay": {"gt": "x"}}}},
        "expand.staff.filter.pay.gt",
        "not-a-decimal",
        None,
    ),
    ("firms", {"staff": {"sort": ["nme"]}}, "expand.staff.sort", "unknown-field", "name"),
    ("firms", {"staff": {"limit": 0}}, "expand.staff.limit", "out-of-range", None),
    (
        "firms",
        {"staff": {"limit": 200, "expand": {"tasks.doer": {"limit": 200}}}},
        "",
        "too-many-records",
        None,
    ),
]


async def test_problems(family: Family) -> None:
    for name, expand, where, code, meant in PROBLEMS:
        with pytest.raises(InvalidQuery) as raised:
            await family.caller(name).query({"expand": expand})
        problem = raised.value.problems[0]
        assert problem.code == code, (expand, raised.value)
        assert not where or problem.field == where
        assert meant is None or problem.did_you_mean == meant
    many = {f"boss{'.boss' * deep}": {} for deep in range(3)} | {
        f"firm{'.parent' * deep}": {} for deep in range(3)
    }
    many |= {"owner": {}, "created_by": {}, "updated_by": {}, "boss.owner": {}, "firm.owner": {}}
    with pytest.raises(InvalidQuery) as raised:
        await family.caller("staff").query({"expand": many})
    assert [problem.code for problem in raised.value.problems] == ["too-many-expansions"]


@pytest.mark.parametrize(
    ("expand", "code"),
    [
        ([f"name{number}" for number in range(400_000)], "too-many-expansions"),
        ({"firm": {"expand": ["firm"] * 400_000}}, "too-many-expansions"),
        ([".boss" * 800_000], "unknown-relation"),
    ],
    ids=["names", "one name", "a path"],
)
async def test_expansions_without_end_are_refused_at_once(family: Family, expand: object, code: str) -> None:
    async with busy() as found:
        with pytest.raises(InvalidQuery) as raised:
            await family.caller("staff").query({"expand": expand})
    assert [problem.code for problem in raised.value.problems] == [code]
    assert found.longest < 0.05, found


async def test_what_may_not_be_read_is_no_relation(family: Family) -> None:
    for permission, name, expand in (("staff:read", "staff", "firm"), ("firms:read", "firms", "staff")):
        with pytest.raises(InvalidQuery) as raised:
            await family.caller(name, frozenset({permission})).page(("expand", expand))
        assert [problem.code for problem in raised.value.problems] == ["unknown-relation"]


async def test_counts(family: Family) -> None:
    await family.fill("staff", [{"name": f"s{number}"} for number in range(1_100)])
    staff = family.caller("staff")

    async def count(how: str, *pairs: tuple[str, str]) -> tuple[Any, int]:
        with family.counted() as sent:
            page = await staff.page(("count", how), ("limit", "2"), *pairs)
        return page.count and (page.count.value, page.count.capped), len(sent)

    assert await count("none") == (None, 1)
    assert await count("capped") == ((1_000, True), 2)
    assert await count("exact") == ((1_100, False), 2)
    assert await count("capped", ("filter[name][startswith]", "s10")) == ((111, False), 2)
    assert await count("exact", ("filter[name]", "s1")) == ((1, False), 1), "the page tells"
    assert await count("exact", ("filter[firm.name][null]", "true")) == ((1_100, False), 2)
    with pytest.raises(InvalidQuery) as raised:
        await staff.page(("count", "exac"))
    assert raised.value.problems[0].did_you_mean == "exact"

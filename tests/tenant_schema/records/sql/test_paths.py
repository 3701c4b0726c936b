"""Paths over lookups mean the same on every database as in plain Python: in filters, sorts and fields."""

import pytest

from piccolo_engines.columns import new_id, utc_now
from tenant_schema.records.errors import InvalidQuery
from tests.tenant_schema.records.family import Family


async def crm(family: Family) -> None:
    """Firms and staff: with firms in the trash, bosses of bosses, and people without any."""
    holding, acme, globex, gone, bare = (new_id() for _ in range(5))
    bo, cy, di, ed, flo, gil = (new_id() for _ in range(6))
    me = family.me
    firms = [
        {"id": holding, "name": "Holding", "industry": "food", "owner": me},
        {
            "id": acme,
            "name": "Acme",
            "industry": "tech",
            "size": 10,
            "worth": 5,
            "parent": holding,
            "owner": me,
        },
        {"id": globex, "name": "Globex", "industry": "health", "size": 20, "parent": gone},
        {"id": gone, "name": "Gone", "industry": "tech", "size": 99, "deleted_at": utc_now(), "owner": me},
        {"id": bare, "name": "Bare"},
    ]
    staff = [
        {"id": bo, "name": "Bo", "firm": acme, "pay": 1},
        {"id": cy, "name": "Cy", "firm": acme, "boss": bo, "pay": 2},
        {"id": di, "name": "Di", "firm": globex, "boss": cy, "owner": me},
        {"id": ed, "name": "Ed", "firm": gone, "boss": bo},
        {"id": flo, "name": "Flo", "firm": bare, "boss": di},
        {"id": gil, "name": "Gil"},
    ]
    await family.fill("firms", firms)
    await family.fill("staff", staff)


FILTERS: list[tuple[dict[str, str], str]] = [
    ({"firm.industry": "tech"}, "Bo Cy"),
    ({"firm.industry][ne": "tech"}, "Di Ed Flo Gil"),
    ({"firm.industry][in": "tech,health"}, "Bo Cy Di"),
    ({"firm.industry][nin": "tech,health"}, "Ed Flo Gil"),
    ({"firm.industry][null": "true"}, "Ed Flo Gil"),
    ({"firm.industry][null": "false"}, "Bo Cy Di"),
    ({"firm.size][gt": "5"}, "Bo Cy Di"),
    ({"firm.size][between": "15,200"}, "Di"),
    ({"firm.name][contains": "lobe"}, "Di"),
    ({"firm.name][icontains": "A"}, "Bo Cy Flo"),
    ({"firm.parent.name": "Holding"}, "Bo Cy"),
    ({"firm.parent.name][null": "true"}, "Di Ed Flo Gil"),
    ({"firm.parent.owner": "$me"}, "Bo Cy"),
    ({"firm.parent.owner.name": "Ada"}, "Bo Cy"),
    ({"firm.parent.owner.email][ne": "ada@acme.example"}, "Di Ed Flo Gil"),
    ({"owner.name": "Ada"}, "Di"),
    ({"boss.name": "Bo"}, "Cy Ed"),
    ({"boss.boss.name": "Bo"}, "Di"),
    ({"boss.boss.boss.name": "Bo"}, "Flo"),
    ({"boss.firm.industry": "tech", "firm.industry": "health"}, "Di"),
    ({"or][0][boss.name": "Di", "or][1][firm.size][lt": "15"}, "Bo Cy Flo"),
    ({"not][firm.industry": "tech"}, "Di Ed Flo Gil"),
    ({"not][firm.size][gte": "20"}, "Bo Cy Ed Flo Gil"),
    ({"not][or][0][firm.industry": "tech", "not][or][1][name": "Gil"}, "Di Ed Flo"),
]


async def test_filters(family: Family) -> None:
    await crm(family)
    staff = family.caller("staff")
    for conditions, expected in FILTERS:
        pairs = [(f"filter[{name}]", value) for name, value in conditions.items()]
        found = await staff.names(*pairs, ("sort", "name"))
        assert (conditions, " ".join(found)) == (conditions, expected)


SORTS = [
    ("firm.name,name", "Ed Gil Bo Cy Flo Di"),
    ("-firm.name,name", "Di Flo Bo Cy Ed Gil"),
    ("firm.parent.name,-name", "Gil Flo Ed Di Cy Bo"),
    ("boss.boss.name,name", "Bo Cy Ed Gil Di Flo"),
    ("-owner.name,name", "Di Bo Cy Ed Flo Gil"),
    ("firm.size,boss.name,name", "Gil Ed Flo Bo Cy Di"),
    ("-firm.name,id", "Di Flo Bo Cy Ed Gil"),
    ("firm.industry,-id", "Gil Flo Ed Di Cy Bo"),
]


@pytest.mark.parametrize("limit", ["1", "2", "4"])
async def test_sorts_walk_there_and_back(family: Family, limit: str) -> None:
    await crm(family)
    staff = family.caller("staff")
    for sort, expected in SORTS:
        names, page = [], await staff.page(("sort", sort), ("limit", limit))
        pages = [page]
        while page.next:
            page = await staff.page(("sort", sort), ("limit", limit), ("cursor", page.next))
            pages.append(page)
        names = [row["name"] for one in pages for row in one.data]
        assert " ".join(names) == expected, sort
        for before in reversed(pages[:-1]):
            page = await staff.page(("sort", sort), ("limit", limit), ("cursor", page.prev or ""))
            assert page.data == before.data
        assert page.prev is None


async def test_fields_beyond_a_lookup_are_in_an_object_under_it(family: Family) -> None:
    await crm(family)
    firms = {row["name"]: str(row["id"]) for row in family.rows["firms"]}
    staff, me = family.caller("staff"), str(family.me)
    pairs = [("fields", "name,firm.name,firm.parent.owner.email,boss"), ("sort", "name")]
    with family.counted() as sent:
        page = await staff.page(*pairs)
    assert len(sent) == 1
    found = {row["name"]: row for row in page.data}
    assert found["Bo"]["boss"] is None
    owner = {"id": me, "email": "ada@acme.example"}
    holding = {"id": firms["Holding"], "owner": owner}
    assert found["Bo"]["firm"] == {"id": firms["Acme"], "name": "Acme", "parent": holding}
    assert found["Di"]["firm"] == {"id": firms["Globex"], "name": "Globex", "parent": None}
    assert found["Ed"]["firm"] is None, "in the trash"
    (ed,) = (await staff.page(("fields", "firm"), ("filter[name]", "Ed"))).data
    assert (ed.keys(), ed["firm"]) == ({"id", "version", "firm"}, firms["Gone"])
    one = await family.caller("staff").query(
        {"filter": {"name": "Bo"}, "fields": ["id", "firm", "firm.worth"]}
    )
    assert one.data[0]["firm"] == {"id": firms["Acme"], "worth": "5.00"}


UNKNOWN = [
    ({"filter": {"firm.nmae": "x"}}, "filter.firm.nmae", "firm.name"),
    ({"sort": ["-frim.name"]}, "sort", "firm.name"),
    ({"sort": ["firm.parent.nam"]}, "sort", "firm.parent.name"),
    ({"fields": ["owner.password_hash"]}, "fields", None),
    ({"fields": ["name.x"]}, "fields", None),
    ({"filter": {"boss.boss.boss.boss.name": "x"}}, "filter.boss.boss.boss.boss.name", None),
]


async def test_unknown_paths_are_told_with_what_was_meant(family: Family) -> None:
    staff = family.caller("staff")
    for document, where, meant in UNKNOWN:
        with pytest.raises(InvalidQuery) as raised:
            await staff.query(document)
        (problem,) = raised.value.problems
        assert (problem.field, problem.code) == (where, "unknown-field")
        if meant:
            assert problem.did_you_mean == meant


async def test_what_the_caller_may_not_read_cannot_be_reached(family: Family) -> None:
    await crm(family)
    staff = family.caller("staff", frozenset({"staff:read"}))
    for document in ({"filter": {"firm.name": "Acme"}}, {"sort": ["firm.name"]}, {"fields": ["firm.name"]}):
        with pytest.raises(InvalidQuery) as raised:
            await staff.query(document)
        assert [problem.code for problem in raised.value.problems] == ["unknown-field"]
    assert await staff.names(("filter[boss.name]", "Bo")) == ["Cy", "Ed"]

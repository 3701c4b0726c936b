"""Lists, filters and groups have texts in one order, which is the same on every database."""

from collections.abc import Callable
from operator import ge, gt, le, lt
from typing import Any

import pytest

from piccolo_conf import DB
from piccolo_engines.columns import new_id
from piccolo_engines.sort_keys import sort_key
from piccolo_engines.statements import Bound, Slot
from tenant_schema.records.query.model import ALL, SortTerm
from tenant_schema.records.record import Record
from tenant_schema.records.sql.dialects.registry import mysql_dialect
from tenant_schema.records.sql.keyset import full_order
from tenant_schema.records.sql.statements import Source, Window, reading
from tests.piccolo_engines.test_sort_keys import COMBINED, EMOJI, ENDS, SCRIPTS, generated
from tests.tenant_schema.records.family import Family
from tests.tenant_schema.records.models import Caller

NAMES = ["Äpfel", "apple", "Apple", "apple", "banana", "Cherry", "Zebra", "zulu", "", "a b", "ab", "Ärger"]
COMPARED: dict[str, Callable[[Any, Any], bool]] = {"lt": lt, "lte": le, "gt": gt, "gte": ge}
IN_ORDER = ["", "a b", "ab", "Äpfel", "Apple", "apple", "apple", "Ärger", "banana", "Cherry", "Zebra", "zulu"]


@pytest.fixture
async def orchard(family: Family) -> Family:
    """Firms, whose names have an index, and one without a name; a person of the same name in each."""
    firms = [{"id": new_id(), "name": name} for name in [*NAMES, None]]
    await family.fill("firms", firms)
    staff = [{"id": new_id(), "name": firm["name"], "firm": firm["id"]} for firm in firms]
    await family.fill("staff", staff)
    return family


async def walked(caller: Caller, field: str, sort: str, limit: str = "3") -> tuple[list[Any], list[Any]]:
    """The field of all records, page by page, and once more from the last page back."""
    pairs = [("sort", sort), ("limit", limit), ("fields", f"id,{field}")]
    there, page = [], await caller.page(*pairs)
    while page.next:
        there.append(page.data)
        page = await caller.page(*pairs, ("cursor", page.next))
    there.append(page.data)
    back = [page.data]
    while page.prev:
        page = await caller.page(*pairs, ("cursor", page.prev))
        back.insert(0, page.data)
    rows = [[row for part in way for row in part] for way in (there, back)]
    assert len({row["id"] for row in rows[0]}) == len(rows[0])
    return rows[0], rows[1]


@pytest.mark.parametrize("name", ["firms", "staff"])
async def test_lists_are_in_the_order_that_people_expect(orchard: Family, name: str) -> None:
    for sort, expected in (("name", [None, *IN_ORDER]), ("-name", [*reversed(IN_ORDER), None])):
        there, back = await walked(orchard.caller(name), "name", sort)
        assert [row["name"] for row in there] == expected
        assert there == back


async def test_paths_over_lookups_are_in_the_same_order(orchard: Family) -> None:
    for sort, expected in (("firm.name", [None, *IN_ORDER]), ("-firm.name", [*reversed(IN_ORDER), None])):
        there, back = await walked(orchard.caller("staff"), "name", sort)
        assert [row["name"] for row in there] == expected
        assert there == back


async def test_texts_behind_the_first_field_of_a_sort_are_in_order_too(orchard: Family) -> None:
    there, back = await walked(orchard.caller("staff"), "name", "pay,-name")
    assert [row["name"] for row in there] == [*reversed(IN_ORDER), None]
    assert there == back


@pytest.mark.parametrize("name", ["firms", "staff"])
async def test_a_limit_of_a_filter_is_a_place_in_the_list(orchard: Family, name: str) -> None:
    caller = orchard.caller(name)
    for limit in [*NAMES, "Apfel", "aa", "zz", "Ñ"]:
        if not limit:
            continue
        place = sort_key(limit) or b""
        for operator, passes in COMPARED.items():
            page = await caller.page((f"filter[name][{operator}]", limit), ("sort", "name"))
            assert [row["name"] for row in page.data] == [
                one for one in IN_ORDER if passes(sort_key(one), place)
            ]
    page = await caller.page(("filter[name][between]", "Apple,Cherry"), ("sort", "name"))
    assert [row["name"] for row in page.data] == ["Apple", "apple", "apple", "Ärger", "banana", "Cherry"]


@pytest.mark.parametrize("name", ["firms", "staff"])
async def test_equality_stays_exact(orchard: Family, name: str) -> None:
    caller = orchard.caller(name)
    for operator, value, expected in (
        ("eq", "Apple", ["Apple"]),
        ("eq", "apple", ["apple", "apple"]),
        ("eq", "APPLE", []),
        ("in", "Apple,ab,AB", ["ab", "Apple"]),
        ("startswith", "Ä", ["Äpfel", "Ärger"]),
        ("startswith", "app", ["apple", "apple"]),
        ("null", "true", [None]),
    ):
        page = await caller.page((f"filter[name][{operator}]", value), ("sort", "name"))
        assert [row["name"] for row in page.data] == expected
    page = await caller.page(("filter[name][nin]", "Apple,apple"), ("sort", "name"))
    assert [row["name"] for row in page.data] == [None, *(one for one in IN_ORDER if one.lower() != "apple")]


async def test_what_is_changed_moves_to_its_place(orchard: Family) -> None:
    caller = orchard.caller("firms")
    (found,) = (await caller.page(("filter[name]", "zulu"))).data
    await caller.update(Record(found, 1), {"name": "Aachen"})
    items = [{"id": row["id"], "name": f"Q{at}"} for at, row in enumerate((await caller.page()).data)]
    page = await caller.page(("sort", "name"), ("filter[name][gt]", "aa"), ("limit", "1"))
    assert page.data[0]["name"] == "Aachen"
    await caller.bulk("update", *items)
    page = await caller.page(("sort", "name"), ("limit", "100"))
    names = [row["name"] for row in page.data]
    assert names == sorted(names, key=lambda text: sort_key(text) or b"")
    assert set(names) == {item["name"] for item in items}


async def test_a_large_set_of_texts_is_in_one_order_on_every_database(family: Family) -> None:
    texts = {text[:255] for text in [*generated()[::15], *ENDS, *EMOJI, *COMBINED, *SCRIPTS] if text}
    expected = sorted(texts, key=lambda text: sort_key(text) or b"")
    for name in ("firms", "staff"):
        await family.fill(name, [{"id": new_id(), "name": text} for text in texts])
        there, back = await walked(family.caller(name), "name", "name", "200")
        assert [row["name"] for row in there] == expected
        assert there == back


async def test_groups_and_their_least_and_greatest_texts_are_in_order(orchard: Family) -> None:
    caller = orchard.caller("firms")
    found = await caller.groups(("groupBy", "name"), ("select", "count"))
    assert [row["name"] for row in found] == [None, *dict.fromkeys(IN_ORDER)]
    found = await caller.groups(("select", "min(name),max(name)"), ("filter[name][gte]", "a"))
    assert found == [{"min(name)": "a b", "max(name)": "zulu"}]


@pytest.mark.parametrize("family", ["mariadb", "mysql"], indirect=True)
@pytest.mark.parametrize("descending", [False, True])
async def test_an_index_has_the_order_of_a_text(family: Family, descending: bool) -> None:
    """Nothing is sorted, on the first page or on a later one."""
    model = family.models["firms"]
    await family.fill("firms", [{"id": new_id(), "name": f"Firm {at:04}"} for at in range(100)])
    table, name = model.table_name, model.columns["name"]._meta.db_column_name
    await family.engine.run_ddl(
        f'INSERT INTO "{table}" (id, version, created_at, updated_at, "{name}", "{name}_sort") '  # noqa: S608
        "SELECT UNHEX(REPLACE(UUID(), '-', '')), 1, one.created_at, one.updated_at, "
        f'one."{name}", one."{name}_sort" FROM "{table}" AS one, "{table}" AS other'
    )
    await family.engine.run_ddl(f'ANALYZE TABLE "{table}"')
    order = full_order([SortTerm("name", descending)])
    for position, values in ((None, []), ((Slot.at(0), Slot.at(1)), ["Firm 0070", new_id()])):
        plan = reading(Source(model, ALL), ["id"], Window(order, 26, position), mysql_dialect())
        bound = plan.statement.bind(values)
        explained = Bound(f"EXPLAIN {bound.template}", list(bound.args), "generic", None)
        rows = await DB.run_querystring(explained)
        told = str(rows).lower()
        assert "_sort" in told
        assert "filesort" not in told
        assert "sort:" not in told

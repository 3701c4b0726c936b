"""Decimals of up to 38 digits are exact on every database: kept, compared, sorted, summed, exported."""

from decimal import Decimal
from typing import Any

import pytest

from tenant_schema.objects.definitions.checks import object_rows
from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tenant_schema.objects.model.model import object_model
from tests.support.record_tables import make_table
from tests.tenant_schema.records.family import Family
from tests.tenant_schema.records.models import Caller

FIELDS = (
    FieldDraft(name="money", label="M", type="decimal", settings={"precision": 19, "scale": 4}, indexed=True),
    FieldDraft(name="huge", label="H", type="decimal", settings={"precision": 38, "scale": 0}, unique=True),
    FieldDraft(name="tiny", label="T", type="decimal", settings={"precision": 38, "scale": 30}),
)
MONEY = ["-123456789012345.6789", "-123456789012345.6788", "-0.0001", "0.0000", "0.0001", "9.0000", "10.0000",
         "123456789012345.6788", "123456789012345.6789"]  # fmt: skip


@pytest.fixture
async def ledger(family: Family) -> Caller:
    model = object_model(*object_rows(ObjectDraft(name="ledger", label="L", plural_label="L", fields=FIELDS)))
    await make_table(model)
    family.add(model)
    caller = family.caller("ledger")
    for at, money in enumerate(reversed(MONEY)):
        tiny = f"0.{at:030}"
        await caller.create(money=money, huge=f"{'9' * 37}{at}", tiny=tiny)
    await caller.create()
    return caller


async def monies(caller: Caller, *pairs: tuple[str, str]) -> list[Any]:
    return [row["money"] for row in (await caller.page(("fields", "money"), *pairs)).data]


async def test_every_digit_is_kept_and_sorted_by(ledger: Caller) -> None:
    assert await monies(ledger, ("sort", "money")) == [None, *MONEY]
    assert await monies(ledger, ("sort", "-money")) == [*reversed(MONEY), None]
    page = await ledger.page(("sort", "money"), ("limit", "4"))
    page = await ledger.page(("sort", "money"), ("limit", "4"), ("cursor", str(page.next)))
    assert [row["money"] for row in page.data] == MONEY[3:7]
    page = await ledger.page(("sort", "money"), ("limit", "4"), ("cursor", str(page.prev)))
    assert [row["money"] for row in page.data] == [None, *MONEY[:3]]
    page = await ledger.page(("sort", "huge"), ("filter[huge][null]", "false"))
    assert [row["huge"] for row in page.data] == [f"{'9' * 37}{at}" for at in range(9)]
    assert [row["tiny"] for row in page.data] == [f"0.{at:030}" for at in range(9)]


async def test_filters_compare_every_digit(ledger: Caller) -> None:
    for at, money in enumerate(MONEY):
        for operator, expected in (
            ("eq", MONEY[at : at + 1]),
            ("lt", MONEY[:at]),
            ("lte", MONEY[: at + 1]),
            ("gt", MONEY[at + 1 :]),
            ("gte", MONEY[at:]),
        ):
            assert await monies(ledger, (f"filter[money][{operator}]", money), ("sort", "money")) == expected
    assert await monies(ledger, ("filter[money]", "9"), ("sort", "money")) == ["9.0000"]
    assert await monies(ledger, ("filter[money][in]", "10,9.0"), ("sort", "money")) == ["9.0000", "10.0000"]
    assert await monies(ledger, ("filter[money][between]", "0,10"), ("sort", "money")) == MONEY[3:7]


async def test_sums_and_averages_are_exact(ledger: Caller) -> None:
    total = sum(map(Decimal, MONEY))
    select = "sum(money),avg(money),min(money),max(money),sum(huge),sum(tiny)"
    (found,) = await ledger.groups(("select", select))
    assert found["sum(money)"] == f"{total:.4f}"
    assert found["avg(money)"] == f"{total / 9:.8f}"
    assert (found["min(money)"], found["max(money)"]) == (MONEY[0], MONEY[-1])
    assert found["sum(huge)"] == str(sum(int(f"{'9' * 37}{at}") for at in range(9)))
    assert found["sum(tiny)"] == f"0.{36:030}"
    groups = await ledger.groups(
        ("groupBy", "money"), ("select", "sum(money),avg(money)"), ("sort", "-avg(money)"), ("limit", "3")
    )
    assert [row["money"] for row in groups] == MONEY[:-4:-1]
    groups = await ledger.groups(("groupBy", "money"), ("select", "sum(money)"), ("sort", "sum(money)"))
    assert [row["money"] for row in groups] == [None, *MONEY]


async def test_changes_histories_files_and_unique_values_have_every_digit(ledger: Caller) -> None:
    made = await ledger.create(money="1.2345", huge="1" * 38)
    changed = await ledger.update(made, {"money": "999999999999999.9999"})
    assert changed.data["money"] == "999999999999999.9999"
    history = await ledger.history(made)
    assert "'999999999999999.9999'" in str(history.data[0]["changes"])
    results = await ledger.bulk("update", {"id": made.data["id"], "money": "-999999999999999.9999"})
    assert [one.status for one in results] == [200]
    (row,) = (await ledger.page(("filter[huge]", "1" * 38))).data
    assert row["money"] == "-999999999999999.9999"
    pieces = [piece async for piece in await ledger.service.export(ledger.scope, ledger.access, "ledger", ())]
    text = b"".join(pieces).decode()
    assert "-999999999999999.9999" in text
    assert "1" * 38 in text

"""Fields of whole numbers and of few digits become decimals of many, and back, with every value."""

from typing import Any

import pytest

from tenant_schema.objects.definitions.drafts import FieldDraft, ObjectDraft
from tenant_schema.objects.errors import WouldBreakData
from tests.tenant_schema.objects.changes.worlds import MANAGER, SCOPE, Tenant

FEW, MANY = {"precision": 15, "scale": 4}, {"precision": 38, "scale": 10}


async def values(tenant: Tenant, name: str, sort: str = "amount") -> list[Any]:
    page = await tenant.records.page(SCOPE, MANAGER, name, (("sort", sort),))
    return [row["amount"] for row in page.data]


@pytest.mark.parametrize("indexed", [False, True])
async def test_decimals_get_more_digits_and_fewer(tenant: Tenant, name: str, indexed: bool) -> None:
    amount = FieldDraft(name="amount", label="A", type="decimal", settings=FEW, indexed=indexed)
    await tenant.create(ObjectDraft(name=name, label="A", plural_label="A", fields=(amount,)))
    for one in ("10.5", "-99999999999.9999", "9", None, "-0.0001"):
        await tenant.records.create(SCOPE, MANAGER, name, {"amount": one})
    await tenant.change_field(name, "amount", {"settings": MANY})
    expected = [None, "-99999999999.9999000000", "-0.0001000000", "9.0000000000", "10.5000000000"]
    assert await values(tenant, name) == expected
    assert await tenant.drift() == []
    await tenant.records.create(SCOPE, MANAGER, name, {"amount": "1234567890123456789012345678.0123456789"})
    with pytest.raises(WouldBreakData) as refused:
        await tenant.change_field(name, "amount", {"settings": FEW})
    assert refused.value.count == 1
    page = await tenant.records.page(SCOPE, MANAGER, name, (("sort", "-amount"), ("limit", "1")))
    assert page.data[0]["amount"] == "1234567890123456789012345678.0123456789"
    await tenant.change_field(name, "amount", {"settings": {"precision": 38, "scale": 10}, "label": "Amount"})
    await tenant.drop(name, name)


async def test_many_digits_become_few_when_all_values_fit(tenant: Tenant, name: str) -> None:
    amount = FieldDraft(name="amount", label="A", type="decimal", settings=MANY, default="7.5")
    await tenant.create(ObjectDraft(name=name, label="A", plural_label="A", fields=(amount,)))
    for one in ("10.5", "-99999999999.9999", None):
        await tenant.records.create(SCOPE, MANAGER, name, {} if one is None else {"amount": one})
    await tenant.change_field(name, "amount", {"settings": FEW})
    assert await values(tenant, name, "-amount") == ["10.5000", "7.5000", "-99999999999.9999"]
    assert await tenant.drift() == []
    await tenant.drop(name, name)


async def test_a_whole_number_becomes_a_decimal_of_many_digits(tenant: Tenant, name: str) -> None:
    amount = FieldDraft(name="amount", label="A", type="integer")
    await tenant.create(ObjectDraft(name=name, label="A", plural_label="A", fields=(amount,)))
    for one in (2**63 - 1, -(2**63), 0):
        await tenant.records.create(SCOPE, MANAGER, name, {"amount": one})
    await tenant.change_field(name, "amount", {"type": "decimal", "settings": {"precision": 22, "scale": 2}})
    assert await values(tenant, name) == ["-9223372036854775808.00", "0.00", "9223372036854775807.00"]
    assert await tenant.drift() == []
    await tenant.add_field(
        name,
        FieldDraft(name="more", label="M", type="decimal", settings=MANY, default="12345678901234567890.5"),
    )
    page = await tenant.records.page(SCOPE, MANAGER, name, (("limit", "1"),))
    assert page.data[0]["more"] == "12345678901234567890.5000000000"
    await tenant.drop(name, name)

"""A value that does not fit its field is refused with the same code, whichever way it comes in."""

import csv
import io

import pytest

from tenant_schema.records.errors import BulkRefused, ValidationFailed
from tests.tenant_schema.records.csv_callers import rows, take_in
from tests.tenant_schema.records.models import Caller

WRONG: dict[str, tuple[str, str]] = {
    "a text too long": ("name", "x" * 3_000),
    "a long text too long": ("notes", "x" * 16_001),
    "no address": ("email", "not an email"),
    "an address too long": ("email", f"{'x' * 300}@example.com"),
    "a URL that runs code": ("site", "javascript:alert(1)"),
    "a URL of another scheme": ("site", "ftp://example.com/"),
    "a URL too long": ("site", f"https://example.com/{'x' * 1_000}"),
    "no number to call": ("phone", "call me"),
    "an integer out of range": ("count", str(2**63)),
    "a decimal with too many digits": ("weight", "1234567890123.5"),
    "a price with too many decimals": ("price", "1.2345"),
    "a percentage out of range": ("share", "123456"),
    "a day before the first": ("born", "0900-01-01"),
    "no option": ("color", "pink"),
}
"""Texts, which JSON takes for numbers of decimals as well."""


@pytest.mark.parametrize("name", WRONG)
async def test_a_value_is_refused_in_the_same_way_wherever_it_comes_in(anywhere: Caller, name: str) -> None:
    field, text = WRONG[name]
    value: object = int(text) if field == "count" else text
    there = await anywhere.create(name="there", code="A")
    body = {"name": "x", "code": "B", field: value}
    codes = set[str]()
    for attempt in (
        anywhere.create(**body),
        anywhere.update(there, {field: value}),
        anywhere.put(("code", "B"), body),
        anywhere.put(("code", "A"), {field: value}),
    ):
        with pytest.raises(ValidationFailed) as caught:
            await attempt
        codes |= {(one.field, one.code)[1] for one in caught.value.problems if one.field == field}
    for items in (
        await anywhere.bulk("create", body),
        await anywhere.bulk("update", {"id": there.data["id"], field: value}),
    ):
        codes |= {one.code for one in items[0].problems}
    file = io.StringIO()
    csv.writer(file).writerows([["code", *(["name"] if field != "name" else []), field],
                                ["A", *(["x"] if field != "name" else []), text]])  # fmt: skip
    for options in ({}, {"key": "code"}):
        with pytest.raises(BulkRefused) as refused:
            await take_in(anywhere, file.getvalue(), **options)
        codes |= {one.code for one in refused.value.problems if one.field == f"lines[2].{field}"}
        report = await take_in(anywhere, file.getvalue(), good_lines=True, **options)
        codes |= {one.problem.code for one in report.errors}
    assert len(codes) == 1, codes
    assert await rows(anywhere, "name", "code", "version") == [("there", "A", 1)]

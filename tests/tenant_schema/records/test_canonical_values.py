"""Values that are in a database already are brought into the form in which values are stored now."""

from typing import Any
from uuid import UUID

import pytest

from tenant_schema.records import canonical_values as canonical
from tenant_schema.records.canonical_values import make_values_canonical
from tests.tenant_schema.records.models import Caller, id_of

STORED: dict[str, dict[str, Any]] = {
    "blank": {"code": "", "notes": "\n \t", "email": " ", "site": "", "phone": "\u00a0"},
    "capital": {"email": "Ann@EXAMPLE.com", "site": "HTTPS://Ann@Example.COM/Path"},
    "kept": {
        "code": " x ",
        "notes": "A B",
        "email": "no address AT ALL",
        "site": "FTP://X",
        "phone": "+49 (30) 1",
    },
}
EXPECTED: dict[str, dict[str, Any]] = {
    "blank": dict.fromkeys(STORED["blank"]),
    "capital": {"email": "Ann@example.com", "site": "https://Ann@example.com/Path"},
    "kept": STORED["kept"],
}


async def store(caller: Caller, record_id: UUID, values: dict[str, Any]) -> None:
    """Past the record service, as an earlier version would have."""
    model = await caller.service.catalog.get(caller.scope, "gadgets")
    changes: dict[Any, Any] = {model.columns[name]: value for name, value in values.items()}
    await model.table.update(changes).where(model.columns["id"] == record_id)


async def test_what_is_stored_is_made_canonical(anywhere: Caller) -> None:
    made = {name: await anywhere.create(name=name) for name in STORED}
    for name, values in STORED.items():
        await store(anywhere, id_of(made[name]), values)
    models = await anywhere.service.catalog.all(anywhere.scope)
    for _ in range(2):
        await make_values_canonical([models["gadgets"]])
        for name, values in EXPECTED.items():
            record = await anywhere.read(made[name])
            assert {field: record.data[field] for field in values} == values
            versions = {"blank": 1 + len(STORED["blank"]), "capital": 3, "kept": 1}
            assert record.version == versions[name]


async def test_more_than_one_portion_is_changed(anywhere: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(canonical, "_PORTION", 2)
    made = [await anywhere.create(name="x") for _ in range(5)]
    for one in made:
        await store(anywhere, id_of(one), {"notes": ""})
    models = await anywhere.service.catalog.all(anywhere.scope)
    await make_values_canonical([models["gadgets"]])
    assert [row["notes"] for row in (await anywhere.page()).data] == [None] * 5

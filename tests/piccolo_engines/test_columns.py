"""Ids made here, and timestamps that keep themselves."""

import asyncio
from datetime import UTC, datetime, timedelta

from piccolo_engines.columns import new_id, utc_now
from piccolo_engines.sqlite import SQLiteEngine
from tests.piccolo_engines.tables import Band, Manager


def test_ids_made_later_sort_later() -> None:
    ids = [new_id() for _ in range(1000)]
    assert ids == sorted(ids)
    assert len(set(ids)) == 1000
    assert {key.version for key in ids} == {7}


def test_now_is_aware_and_in_utc() -> None:
    assert utc_now().tzinfo is UTC
    assert abs(utc_now() - datetime.now(UTC)) < timedelta(seconds=5)


async def test_a_row_knows_when_it_was_made(bound: SQLiteEngine) -> None:
    before = utc_now()
    band = Band(name="Pythonistas")
    await band.save()
    row = await Band.select(Band.created_at, Band.updated_at).first()
    assert row is not None
    assert before <= row["created_at"] <= row["updated_at"] <= utc_now()


async def test_an_update_moves_updated_at_and_leaves_created_at(bound: SQLiteEngine) -> None:
    await Band.insert(Band(name="Pythonistas"))
    first = await Band.select().first()
    await asyncio.sleep(0.002)
    await Band.update({Band.popularity: 1}).where(Band.name == "Pythonistas")
    second = await Band.select().first()
    assert first is not None
    assert second is not None
    assert second["created_at"] == first["created_at"]
    assert second["updated_at"] > first["updated_at"]


def test_each_table_has_columns_of_its_own() -> None:
    assert Band.created_at._meta.table is Band
    assert Manager.created_at._meta.table is Manager

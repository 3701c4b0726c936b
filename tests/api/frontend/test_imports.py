"""Imports in Chromium: as jobs that run on, of files that can be read in two ways, cancelled."""

import asyncio
import re
from datetime import timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from central.jobs.claims import Claim
from tests.api.conftest import ON_ONE
from tests.api.frontend.test_in_a_browser import workspace
from tests.api.frontend.test_setup_apps import opens
from tests.api.records.test_import_jobs import run_all
from tests.support.thoroughly import times

pytestmark = [ON_ONE, pytest.mark.asyncio(loop_scope="module")]


async def test_an_import_runs_on_while_its_page_is_left(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        await opens(shown, "../o/accounts/import")
        await shown.page.locator("input[type=file]").set_input_files(
            {"name": "accounts.csv", "mimeType": "text/csv", "buffer": b"Name\nGlobex\nInitech\n"}
        )
        await shown.page.get_by_role("button", name="Check the file").click()
        await shown.page.get_by_role("button", name="Import", exact=True).click()
        await shown.sees("You may leave this page")
        await shown.page.reload()
        await shown.sees("accounts.csv is being imported.")
        await shown.page.get_by_role("button", name="Show").click()
        await run_all(world)
        await shown.sees("The import is complete")
        await shown.accessible()
        await shown.page.get_by_role("link", name="Accounts").last.click()
        await shown.row("Globex").wait_for()
        assert shown.faults == []


async def test_a_file_that_can_be_read_in_two_ways_is_imported_once_its_format_is_chosen(
    world_with: Any, browser: Browser
) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        await opens(shown, "../o/accounts/import")
        lines = b'Name,Employees\nGlobex,"1,234"\n'
        file = {"name": "accounts.csv", "mimeType": "text/csv", "buffer": lines}
        await shown.page.locator("input[type=file]").set_input_files(file)
        check = shown.page.get_by_role("button", name="Check the file")
        await check.click()
        await shown.sees("can have decimals or thousands")
        decimal = shown.page.get_by_role("combobox", name="Mark before decimals")
        await decimal.click()
        await shown.page.get_by_role("option", name="Point", exact=True).click()
        await shown.accessible()
        await check.click()
        await shown.page.get_by_role("button", name="Import", exact=True).click()
        await shown.sees("You may leave this page")
        await run_all(world)
        await shown.sees("The import is complete")
        (globex,) = (await (await world.user()).get("/api/v1/data/accounts")).json()["data"]
        assert 1234 in globex.values()
        assert shown.faults == []


async def test_an_import_of_many_lines_shows_its_progress_and_is_cancelled(
    world_with: Any, browser: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        many = times(3_000, 100_000)
        text = "Name\n" + "".join(f"Account {number}\n" for number in range(many))
        await opens(shown, "../o/accounts/import")
        file = {"name": "accounts.csv", "mimeType": "text/csv", "buffer": text.encode()}
        await shown.page.locator("input[type=file]").set_input_files(file)
        await shown.page.get_by_role("button", name="Check the file").click()
        await shown.page.get_by_text(re.compile(f"would be created: {many // 1000},?000")).wait_for(
            timeout=180_000
        )
        await shown.page.get_by_role("radio", name="Import the valid lines and report the others").check()
        await shown.page.get_by_role("button", name="Import", exact=True).click()
        hold_after_a_portion(monkeypatch)
        running = asyncio.create_task(run_all(world))
        await shown.page.get_by_text(re.compile(r"read\. [1-9][\d,]* created")).wait_for()
        bar = shown.page.get_by_role("progressbar")
        await expect(bar).to_have_attribute("aria-valuenow", re.compile(r"[1-9]"))
        await shown.accessible()
        await shown.page.get_by_role("button", name="Cancel the import").click()
        await shown.sees("The import was cancelled")
        await running
        params = {"limit": 1, "count": "exact"}
        found = (await (await world.user()).get("/api/v1/data/accounts", params=params)).json()
        assert 0 < found["count"]["value"] < many
        assert shown.faults == []


def hold_after_a_portion(monkeypatch: pytest.MonkeyPatch) -> None:
    """Imports go no further than their first portion, until their job is cancelled."""
    record = Claim.progress

    async def progress(claim: Claim, *arguments: Any, **more: Any) -> None:
        await record(claim, *arguments, **more)
        if claim.job.kind == "records.import":
            await asyncio.Event().wait()

    monkeypatch.setattr("central.jobs.claims.HEARTBEAT", timedelta(milliseconds=10))
    monkeypatch.setattr(Claim, "progress", progress)

"""The page of docs/frontend.md, served by Vite in front of the service, in Chromium."""

import asyncio
import os
import re
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, expect

from tests.api.conftest import ON_SQLITE, PASSWORD
from tests.api.frontend.test_in_a_browser import workspace
from tests.support.processes import free_port

FRONTEND = Path(__file__).parents[3] / "frontend"
VITE = FRONTEND / "node_modules/vite/bin/vite.js"

pytestmark = [
    ON_SQLITE,
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.skipif(
        not VITE.exists() or shutil.which("node") is None,
        reason="Vite is not installed: `make frontend` installs it",
    ),
]


@asynccontextmanager
async def vite(service: str) -> AsyncIterator[int]:
    """Vite's development server of the example, in front of the service; its port."""
    port = free_port()
    process = await asyncio.create_subprocess_exec(
        *("node", str(VITE), "--config", "example/vite.config.ts", "--port", str(port), "--strictPort"),
        *("--host", "127.0.0.1"),
        cwd=FRONTEND,
        env={**os.environ, "FREEHOLD_URL": service, "NO_COLOR": "1"},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    assert process.stdout is not None
    try:
        while b"ready in" not in (line := await asyncio.wait_for(process.stdout.readline(), 60)):
            assert line, "Vite has ended"
        yield port
    finally:
        process.terminate()
        await process.wait()


async def test_the_example_shows_and_moves_opportunities(world_with: Any, browser: Browser) -> None:
    async with world_with(local=True) as world, workspace(world, browser) as shown:
        client = await world.user()
        assert (await client.post("/api/v1/sample-data")).is_success
        port = int(shown.address.rpartition(":")[2])
        async with vite(f"http://127.0.0.1:{port}") as served:
            page = shown.page
            shown.expects_refusals = True  # the first request of somebody who is not signed in
            await page.goto(f"http://acme.localhost:{served}/")
            await page.get_by_label("E-mail address").fill("administrator@acme.example")
            await page.get_by_label("Password").fill("wrong")
            await page.get_by_role("button", name="Sign in").click()
            await expect(page.get_by_role("alert")).not_to_be_empty()
            await page.get_by_label("E-mail address").fill("administrator@acme.example")
            await page.get_by_label("Password").fill(PASSWORD)
            await page.get_by_role("button", name="Sign in").click()
            proposal = page.locator("section", has_text=re.compile("^Proposal"))
            await expect(proposal.locator("li")).to_have_count(3)
            await page.get_by_label("Stage of Booking engine").select_option("negotiation")
            await expect(proposal.locator("li")).to_have_count(2)
            records = (await client.get("/api/v1/data/opportunities?search=metering")).json()["data"]
            changed = await client.patch(
                f"/api/v1/data/opportunities/{records[0]['id']}", json={"next_step": "Call"}
            )
            assert changed.is_success
            await page.get_by_label("Stage of Metering platform").select_option("won")
            await expect(page.get_by_role("status")).to_contain_text("Somebody else has changed")
            await expect(proposal.locator("li")).to_have_count(2)

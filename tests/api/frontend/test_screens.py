"""Every screen, with its dialogs and menus open: axe, layouts, the policy, and requests to other hosts."""

from typing import Any

import pytest
from playwright.async_api import Browser

from tests.api.conftest import ON_SQLITE
from tests.api.frontend.layouts import layout_faults, watched
from tests.api.frontend.screens import (
    CENTRAL_SCREENS,
    ENTRY_SCREENS,
    RECORD_SCREENS,
    SETUP_SCREENS,
    Screen,
    prepare,
    visits,
)
from tests.api.frontend.test_in_a_browser import workspace
from tests.support.thoroughly import THOROUGHLY

pytestmark = [ON_SQLITE, pytest.mark.asyncio(loop_scope="module")]

PARTS = {
    "central": CENTRAL_SCREENS,
    "entry": ENTRY_SCREENS,
    "records": RECORD_SCREENS,
    "setup": SETUP_SCREENS,
}


@pytest.mark.parametrize("scheme", ["dark" if THOROUGHLY else "light"])  # CI does both
@pytest.mark.parametrize("screens", PARTS.values(), ids=PARTS)
async def test_every_screen_is_accessible_and_fits(
    world_with: Any, browser: Browser, screens: tuple[Screen, ...], scheme: Any
) -> None:
    options = {"color_scheme": scheme, "reduced_motion": "reduce"}
    async with world_with(local=True) as world, workspace(world, browser, **options) as shown:
        names, found = await prepare(world), []
        address = shown.address.replace("acme.", "") if screens is CENTRAL_SCREENS else shown.address
        shown.expects_refusals = True
        async with watched(shown.page) as forbidden:
            if screens in (RECORD_SCREENS, SETUP_SCREENS):
                await shown.enter()
                await shown.page.get_by_role("button", name="Your account").wait_for()
            async for name in visits(shown.page, address, screens, names):
                await shown.accessible()
                await shown.picture(f"{name}-{scheme}")
                faults = [*shown.faults, *forbidden]
                if scheme == "light":
                    faults += await layout_faults(shown.page)
                found += [f"{name}: {one}" for one in faults]
                shown.faults.clear()
                forbidden.clear()
        assert not found, "\n".join(found)
